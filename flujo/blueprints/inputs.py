"""`inputs`: a JSON Schema, or the short form that becomes one."""

from __future__ import annotations

from typing import Final

from flujo.blueprints.report import Report
from flujo.core.json_schema import schema_problems
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue

_TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")
_OTHER_WORDS: Final = {
    "text": "string",
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "mapping": "object",
}


def read_inputs(value: JsonValue, path: Path, report: Report) -> JsonObject | None:
    """Return `inputs` as a JSON Schema; None after a report."""
    given = report.mapping(value, path, "`inputs`")
    if any(key in given for key in ("properties", "$schema", "$ref")):
        return check_schema(given, path, report)
    properties = {name: _property(spec, (*path, name), report) for name, spec in given.items()}
    required = [name for name, spec in properties.items() if "default" not in spec]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(spec: JsonValue, path: Path, report: Report) -> JsonObject:
    if isinstance(spec, dict):
        return check_schema(spec, path, report) or {}
    if isinstance(spec, str) and spec in _TYPES:
        return {"type": spec}
    near = (_OTHER_WORDS.get(spec) or did_you_mean(spec, _TYPES)) if isinstance(spec, str) else None
    help = f"did you mean `{near}`?" if near else f"the types are {', '.join(f'`{word}`' for word in _TYPES)}"
    report.add("FLJ0204", f"`{path[-1]}` needs the name of a type, or a JSON Schema", path, help=help)
    return {}


def check_schema(value: JsonValue, path: Path, report: Report) -> JsonObject | None:
    """Return a JSON Schema that blueprints may use; None after a report."""
    schema = report.mapping(value, path, f"`{path[-1]}`")
    problems = schema_problems(schema)
    for problem in problems:
        report.add("FLJ0209", f"`{path[-1]}` is not a JSON Schema for blueprints: {problem}", path)
    return None if problems else schema
