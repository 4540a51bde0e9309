"""Misfits: arguments that do not fit a skill's parameters, said in the words users know types by."""

from __future__ import annotations

import typing

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flujo.core.errors import SkillError
from flujo.core.values import JsonObject, a_type


def with_whole_numbers(arguments: JsonObject, error: ValidationError) -> JsonObject:
    """Return `arguments` with 2.0 as 2 where an integer was wanted: to JSON Schema the two are the same."""
    changed = dict(arguments)
    for item in error.errors(include_url=False):
        value = item["input"]
        if item["type"] == "int_type" and isinstance(value, float) and value.is_integer() and len(item["loc"]) == 1:
            changed[str(item["loc"][0])] = int(value)
    return changed


def wrong_arguments(id: str, arguments: JsonObject, error: ValidationError) -> SkillError:
    """Return the error for arguments that do not fit: the first place that is wrong, and how many more there are."""
    places: dict[str, list[ErrorDetails]] = {}
    for item in error.errors(include_url=False):
        places.setdefault(_place(arguments, item), []).append(item)
    where, problems = next(iter(places.items()))
    kind, inside = problems[0]["type"], len(problems[0]["loc"]) > 1
    help = f"`flujo skills show {id}` lists the parameters"
    if kind == "extra_forbidden" and not inside:
        return SkillError(f"`{id}` has no parameter `{where}`", code="FLJ0602", retry="never", help=help)
    if kind == "missing" and not inside:
        return SkillError(f"`{id}` needs the parameter `{where}`", code="FLJ0603", retry="never", help=help)
    more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
    message = f"parameter `{where}` of `{id}` {words(problems)}{more}"
    if kind == "string_type" and len(problems) == 1 and isinstance(problems[0]["input"], list | dict):
        help = "make it text first, with `json.dump`, `table.to_markdown` or `table.to_csv`"
    return SkillError(message, code="FLJ0604", retry="never", help=help)


def _place(arguments: JsonObject, item: ErrorDetails) -> str:
    """Return where in the arguments an error is; pydantic's path also holds names of types, which are left out."""
    text, value = "", arguments
    for part in item["loc"]:
        if isinstance(value, dict) and part in value:
            text, value = f"{text}.{part}", value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            text, value = f"{text}[{part}]", value[part]
    return (f"{text}.{item['loc'][-1]}" if item["type"] == "missing" else text).removeprefix(".")


_WANTED: typing.Final = {
    "string_type": "text",
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "a boolean",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "dataclass_type": "a mapping",
    "none_required": "null",
}


def words(problems: typing.Sequence[ErrorDetails]) -> str:
    """Say what pydantic found at one place, with the names users know types by."""
    first = problems[0]
    wanted = dict.fromkeys(_WANTED[item["type"]] for item in problems if item["type"] in _WANTED)
    if first["type"] in _WANTED:
        return f"must be {' or '.join(wanted)}, not {a_type(first['input'])}"
    text = first["msg"].removeprefix("Input ")
    return text[:1].lower() + text[1:] if text.startswith("should") else f"does not fit: {text[:1].lower()}{text[1:]}"
