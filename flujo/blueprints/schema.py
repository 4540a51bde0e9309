"""The JSON Schema (draft 2020-12) of blueprints, for editors: made from the Configs of the kinds and our tables.

It says what a file may look like, the compiler what it means: whether a name exists, what a template yields. It has
our spellings only; those of the original Flujo are accepted by the compiler and marked by an editor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from flujo.blueprints.agents import AgentFields
from flujo.blueprints.fields import RetryFields
from flujo.blueprints.schema_forms import FORMS, STEP_FORMS, TOP_FORMS, mapping, ref
from flujo.core.ports import SkillSpec, StepKind
from flujo.core.schema_limits import DRAFT
from flujo.core.shape import REQUIRED, Entry, Shape
from flujo.core.values import JsonObject, JsonValue

CALLS: Final = frozenset({"approval", "cache", "idempotency_key", "verify"})
"""The fields of every step that this version runs on calls of skills and agents only."""

_HAS_MODEL: Final[JsonObject] = {"properties": {"model": {"type": "string"}}, "required": ["model"]}
_WAITS: Final = ("hitl", "wait")
_DEFAULT_KIND: Final = "step"
_TYPES: Final = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def blueprint_schema(kinds: Mapping[str, StepKind], skills: Iterable[SkillSpec] = ()) -> JsonObject:
    """Return the JSON Schema of blueprints; with `skills` their ids and parameters are in it, and no others fit."""
    known = {word: kind for word, kind in kinds.items() if kind.config is not None}
    specs = sorted(skills, key=lambda spec: spec.id)
    shapes = {f"kind_{word}": _kind(kind, specs) for word, kind in known.items()}
    keys = sorted({"kind", *STEP_FORMS}.union(*(kind.config.allowed() for kind in known.values() if kind.config)))
    return {
        "$schema": DRAFT,
        "title": "flujo blueprint",
        "description": "A workflow: agents, steps, limits. `flujo validate` checks what a schema cannot say.",
        **mapping(TOP_FORMS, "version", "steps"),
        # an agent needs a model, its own or the default one
        "if": {"not": {"properties": {"defaults": {"required": ["model"]}}, "required": ["defaults"]}},
        "then": {"properties": {"agents": {"additionalProperties": _HAS_MODEL}}},
        "$defs": {
            **FORMS,
            **({"uses": _uses(specs)} if specs else {}),
            "agent": mapping(_fields(AgentFields), description="a model with a prompt"),
            "retry_fields": mapping(_fields(RetryFields)),
            "fields": {"properties": STEP_FORMS},
            "step_keys": {"enum": keys},
            "step": _step(known),
            "undo_call": _undo_call(known[_DEFAULT_KIND]),
            **shapes,
        },
    }


def _step(kinds: Mapping[str, StepKind]) -> JsonObject:
    """Return the schema of a step: its kind decides which of the kinds' schemas it must fit."""
    chosen: list[JsonObject] = []
    for word in kinds:
        is_kind: JsonObject = {"properties": {"kind": {"const": word}}}
        if word != _DEFAULT_KIND:
            is_kind["required"] = ["kind"]
        chosen.append({"if": is_kind, "then": ref(f"kind_{word}")})
    about = " ".join(f"`{word}`: {kind.summary}" for word, kind in kinds.items())
    kind: JsonObject = {"enum": list(kinds), "default": _DEFAULT_KIND, "description": about}
    return {"type": "object", "properties": {"kind": kind}, "allOf": chosen}


def _kind(kind: StepKind, skills: list[SkillSpec]) -> JsonObject:
    """Return the schema of the steps of one kind."""
    config = kind.config
    assert config is not None
    own = _fields(config)
    away = set(own) | ({"retry"} if kind.word in _WAITS else set()) | (CALLS if kind.word != _DEFAULT_KIND else set())
    shared = {key: ref(f"fields/properties/{key}") for key in STEP_FORMS if key not in away}
    needed = [key for key, entry in _by_key(config).items() if entry.default is REQUIRED]
    named = [] if kind.word == "hitl" else ["name"]
    shape = mapping({"kind": {"const": kind.word}, **shared, **own}, *named, *needed, description=kind.summary)
    rules: list[JsonObject] = [{"not": {"required": ["needs", "depends_on"]}}]
    if hasattr(config, "SCHEMA"):
        rules.append(config.SCHEMA)
    if kind.word == _DEFAULT_KIND:
        rules += [_imported(), *(_parameters(spec) for spec in skills)]
        called: JsonObject = {"properties": {"uses": {"type": "string"}}, "required": ["uses"]}
        rules.append({"anyOf": [called, {"required": ["input"]}, {"required": ["set"]}]})
    return {**shape, "allOf": rules}


def _undo_call(kind: StepKind) -> JsonObject:
    """Return the schema of an `undo` that is one call: a step that needs no name, with `on`."""
    called = _kind(kind, [])
    shape = {key: part for key, part in called.items() if key not in ("required", "description")}
    shared = {key: part for key, part in called["properties"].items() if key != "undo"}
    return {**shape, "properties": {**shared, "on": {}}}


def _imported() -> JsonObject:
    """Return the rule that what is done to calls cannot be done to an import."""
    uses: JsonObject = {"type": "string", "pattern": r"^imports\."}
    return {
        "if": {"properties": {"uses": uses}, "required": ["uses"]},
        "then": {"properties": dict.fromkeys(sorted(CALLS), False)},
    }


def _fields(shape: type[Shape]) -> JsonObject:
    """Return the properties of a Shape."""
    types = shape.types()
    return {entry.alias or name: _field(types[name], entry) for name, entry in shape.entries.items()}


def _by_key(shape: type[Shape]) -> dict[str, Entry]:
    return {entry.alias or name: entry for name, entry in shape.entries.items()}


def _field(wanted: Any, entry: Entry) -> JsonObject:
    if isinstance(entry.form, str):
        said = ref(entry.form)
    else:
        said = dict(entry.form) if entry.form is not None else _typed(wanted)
    if entry.ge is not None:
        said["minimum"] = entry.ge
    if entry.le is not None:
        said["maximum"] = entry.le
    if entry.min_length:
        said["minLength"] = entry.min_length
    if entry.description:
        said["description"] = entry.description
    if entry.default is not REQUIRED and entry.default not in (None, [], {}):
        said["default"] = entry.default
    return said


def _typed(wanted: Any) -> JsonObject:
    """Return the schema of a type that a Shape may have."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return {}
    if origin in (Union, UnionType):
        (rest,) = (part for part in inner if part is not NoneType)
        typed = _typed(rest)
        return {**typed, "type": [typed["type"], "null"]}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _typed(inner[0])}
    if origin is dict:
        return {"type": "object"}
    return {"type": _TYPES[wanted]}


# --- skills ---


def _uses(skills: list[SkillSpec]) -> JsonObject:
    """Return what `uses` may be in a project with these skills."""
    words: list[JsonValue] = [spec.id for spec in skills]
    others: JsonObject = {"type": ["string", "null"], "pattern": r"^(agents|imports)\..|@"}
    return {"anyOf": [{"enum": words}, others], "description": FORMS["uses"]["description"]}


def _parameters(spec: SkillSpec) -> JsonObject:
    """Return the rule that a skill is given its parameters and no others; values may be templates, so are not typed."""
    known: JsonObject = {}
    for name, schema in spec.parameters.get("properties", {}).items():
        about = schema.get("description", "") if isinstance(schema, dict) else ""
        known[name] = {"description": about} if about else {}
    required = [name for name in spec.parameters.get("required", ()) if name != spec.main]
    given: JsonObject = mapping(known, *required, description=spec.summary)
    then: JsonObject = {"properties": {"with": given}}
    if required:
        then["required"] = ["with"]
    return {"if": {"properties": {"uses": {"const": spec.id}}, "required": ["uses"]}, "then": then}
