"""`inputs`: a JSON Schema, or the short form that becomes one."""

from __future__ import annotations

from flujo.blueprints.report import Report
from flujo.core.json_schema import schema_faults
from flujo.core.schema_limits import TYPES, type_help
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue


def read_inputs(value: JsonValue, path: Path, report: Report) -> JsonObject | None:
    """Return `inputs` as a JSON Schema; None after a report."""
    given = report.mapping(value, path, "`inputs`")
    if given is not value:
        return None
    if any(key in given for key in ("properties", "$schema", "$ref")):
        return check_schema(given, path, report)
    properties = {name: _property(spec, (*path, name), report) for name, spec in given.items()}
    required = [name for name, spec in properties.items() if "default" not in spec]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(spec: JsonValue, path: Path, report: Report) -> JsonObject:
    if isinstance(spec, dict):
        return check_schema(spec, path, report) or {}
    if isinstance(spec, str) and spec in TYPES:
        return {"type": spec}
    help = type_help(spec if isinstance(spec, str) else "")
    report.add("FLJ0204", f"`{path[-1]}` needs the name of a type, or a JSON Schema", path, help=help)
    return {}


def check_schema(value: JsonValue, path: Path, report: Report) -> JsonObject | None:
    """Return a JSON Schema that blueprints may use; None after a report."""
    schema = report.mapping(value, path, f"`{path[-1]}`")
    faults = schema_faults(schema)
    for at, problem, help in faults:
        said = problem if at else f"`{path[-1]}` is not a JSON Schema for blueprints: {problem}"
        report.add("FLJ0209", said, (*path, *at), help=help)
    return None if faults else schema
