"""The input of a run: from what the command line was given to a value that fits the blueprint's `inputs`."""

from __future__ import annotations

from flujo.core.errors import UsageError
from flujo.core.graph import Graph
from flujo.core.inputs import only_text, resolved, with_defaults
from flujo.core.json_schema import problems
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, ValueProblem, load, stored_bytes


@dataclass(frozen=True, slots=True)
class RawInput:
    """What was given: a text, or JSON text, and single properties."""

    text: str | None = None
    json_text: str | None = None
    sets: tuple[tuple[str, str], ...] = ()


def input_value(graph: Graph, raw: RawInput) -> JsonValue:
    """Return the value a run starts with; raise UsageError FLJ0004 when it does not fit."""
    schema = graph.inputs
    if schema is None:
        if raw.sets:
            raise _misfit("`--set` fills properties, and the blueprint declares no `inputs`")
        value = _json(raw.json_text) if raw.json_text is not None else raw.text or ""
        return _storable(value)
    value = _base(schema, raw)
    if isinstance(value, dict):
        for key, text in raw.sets:
            value[key] = _single(schema, key, text)
    elif raw.sets:
        raise _misfit("`--set` fills properties of a mapping, and the input is none")
    value = with_defaults(value, schema)
    found = problems(value, schema)
    if found:
        required = resolved(schema, schema).get("required", ())
        missing = sorted(set(required) - set(value)) if isinstance(value, dict) else []
        hint = f"give it with `--set {missing[0]}=VALUE`" if missing else None
        raise _misfit(f"the input does not fit `inputs`: {found[0]}", hint)
    return _storable(value)


def _base(schema: JsonObject, raw: RawInput) -> JsonValue:
    if raw.json_text is not None:
        return _json(raw.json_text)
    only = only_text(schema)
    if raw.text is not None and only is not None:
        return {only: raw.text}
    return _json(raw.text) if raw.text else {}


def _single(schema: JsonObject, key: str, text: str) -> JsonValue:
    """Return the value of `--set`: JSON if it parses and fits the property's type, else text."""
    rules = resolved(schema, schema)
    properties: JsonObject = rules.get("properties", {})
    takes_others = rules.get("additionalProperties", False) is not False or "patternProperties" in rules
    if key not in properties and not takes_others:
        near = did_you_mean(key, properties)
        names = ", ".join(f"`{name}`" for name in properties)
        raise _misfit(f"`inputs` has no property `{key}`", f"did you mean `{near}`?" if near else f"there is {names}")
    try:
        value = load(text)
    except ValueProblem:
        return text
    kind = resolved(properties.get(key, rules.get("additionalProperties")), schema).get("type")
    return text if kind is not None and problems(value, {"type": kind}) else value


def _json(text: str) -> JsonValue:
    try:
        return load(text)
    except ValueProblem as error:
        raise _misfit(f"the input must be JSON, because `inputs` asks for more than one text: {error}") from error


def _storable(value: JsonValue) -> JsonValue:
    try:
        stored_bytes(value)
    except ValueProblem as error:
        raise _misfit(f"the input cannot be kept: {error}") from error
    return value


def _misfit(message: str, help: str | None = None) -> UsageError:
    return UsageError("FLJ0004", message, help=help)
