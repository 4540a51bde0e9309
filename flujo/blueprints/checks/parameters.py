"""The parameters of a call are those of its skill: none unknown, none missing, literals of the right type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Call
from flujo.core.ports import SkillSpec
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, a_type
from flujo.expressions import has_syntax

_TYPES: Final[dict[object, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_NAMES: Final = {
    "string": "text",
    "array": "a list",
    "object": "a mapping",
    "integer": "an integer",
    "number": "a number",
}


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield unknown (FLJ0602), missing (FLJ0603) and ill-typed (FLJ0604) parameters."""
    for node in program.nodes():
        spec = program.catalogue.skill(node.target) if isinstance(node, Call) and node.runner == "step" else None
        if spec is not None and isinstance(node, Call):
            yield from _call(node, spec, program)


def _call(node: Call, spec: SkillSpec, program: Program) -> Iterator[Diagnostic]:
    known: JsonObject = spec.parameters.get("properties", {})
    source = None if node.arguments is None else node.arguments.source
    given: JsonObject = source if isinstance(source, dict) else {}
    for key, value in given.items():
        path = (*node.meta.path, "with", key)
        if key in known:
            misfit = _misfit(value, known[key])
            if misfit:
                help = f"`flujo skills show {spec.id}` shows the types"
                yield program.found("FLJ0604", f"the parameter `{key}` of `{spec.id}` {misfit}", path, help)
        elif spec.parameters.get("additionalProperties", False) is False:
            place = program.report.document.place(path, on_key=True)
            message = f"the skill `{spec.id}` has no parameter `{key}`"
            yield Diagnostic("FLJ0602", message, place, _unknown_help(key, known), path=path)
    if source is None and node.arguments is not None:
        return  # it did not compile: there is nothing to be known of it
    meant = {did_you_mean(key, known) for key in given.keys() - known.keys()}
    for key in spec.parameters.get("required", ()):
        if key not in given and key != spec.main and key not in meant:
            path = (*node.meta.path, "with") if node.arguments is not None else (*node.meta.path, "uses")
            message = f"the skill `{spec.id}` needs the parameter `{key}`"
            yield program.found("FLJ0603", message, path, f"add `{key}:` under `with`")


def _unknown_help(key: str, known: JsonObject) -> str:
    near = did_you_mean(key, known)
    if near:
        return f"did you mean `{near}`?"
    listed = ", ".join(f"`{name}`" for name in known)
    return f"its parameters are {listed}" if listed else "it has no parameters"


def _misfit(value: JsonValue, schema: Any) -> str | None:
    """Return how a literal misses type or enum of a parameter; None if it fits, or a template decides."""
    if not isinstance(schema, dict) or not _is_literal(value):
        return None
    choices = schema.get("enum")
    if isinstance(choices, list) and not any(type(value) is type(one) and value == one for one in choices):
        return f"must be one of {', '.join(f'`{one}`' for one in choices)}"
    words = schema.get("type")
    words = [words] if isinstance(words, str) else words
    if not isinstance(words, list) or any(_is_type(value, word) for word in words):
        return None
    wanted = " or ".join(_NAMES.get(word, word) for word in words)
    return f"must be {wanted}, not {a_type(value)}"


def _is_type(value: JsonValue, word: object) -> bool:
    if isinstance(value, bool):
        return word == "boolean"
    if word == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(word, (object,)))


def _is_literal(value: JsonValue) -> bool:
    """Say whether a text is no template; of lists and mappings the type is known whatever is inside."""
    return not (isinstance(value, str) and has_syntax(value))
