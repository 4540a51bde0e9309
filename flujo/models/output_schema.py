"""How an output schema is sent: the `response_format` of the OpenAI protocol, strict wherever it can be.

A provider takes a strict schema only when every mapping lists its properties, requires all of them and allows no
others. A missing `additionalProperties` is filled in: that only narrows what the model may say. Any other schema is
sent as a hint (`strict: false`); the reply is checked against the author's schema in any case.
"""

from __future__ import annotations

from typing import Final

from flujo.core.values import JsonObject, JsonValue

NAME: Final = "reply"

_STRICT: Final = frozenset(
    {"$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "exclusiveMaximum"}
    | {"exclusiveMinimum", "format", "items", "maxItems", "maximum", "minItems", "minimum", "multipleOf", "pattern"}
    | {"properties", "required", "title", "type"}
)
"""The keywords that strict schemas may have (OpenAI, "Structured outputs", supported schemas)."""


def response_format(schema: JsonObject) -> JsonObject | None:
    """Return the field's value; None when the schema is not one of a mapping, which the protocol cannot ask for."""
    if schema.get("type") != "object":
        return None
    strict = _narrowed(schema)
    sent = schema if strict is None else strict
    return {"type": "json_schema", "json_schema": {"name": NAME, "schema": sent, "strict": strict is not None}}


def _narrowed(schema: JsonValue) -> JsonObject | None:
    """Return a schema that is strict all the way down; None where that would mean something else."""
    if not isinstance(schema, dict) or not schema.keys() <= _STRICT:
        return None
    result = dict(schema)
    for word in ("properties", "$defs"):
        if word in schema:
            inner = {name: _narrowed(part) for name, part in schema[word].items()}
            if None in inner.values():
                return None
            result[word] = inner
    if "anyOf" in schema:
        alternatives = [_narrowed(part) for part in schema["anyOf"]]
        if None in alternatives:
            return None
        result["anyOf"] = alternatives
    if "items" in schema:
        result["items"] = _narrowed(schema["items"])
        if result["items"] is None:
            return None
    if "properties" in schema or "object" in _types(schema):
        if set(schema.get("required", ())) != set(schema.get("properties", ())) or "properties" not in schema:
            return None
        if schema.get("additionalProperties", False) is not False:
            return None
        result["additionalProperties"] = False
    return result


def _types(schema: JsonObject) -> list[str]:
    names = schema.get("type", [])
    return [names] if isinstance(names, str) else names
