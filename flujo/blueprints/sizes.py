"""How large a value can be, from what its JSON Schema says and from what is written: items of a list, bytes of a text.

The bytes are those of JSON in UTF-8 that holds the value as text, in which every character may be escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from flujo.core.graph import Template
from flujo.core.values import JsonObject, JsonValue, stored_bytes
from flujo.expressions import CompiledTemplate, has_syntax

SchemaOf = Callable[[Sequence[str]], Any]
"""What is known of the value that a name leads to: its schema, or None."""

_ESCAPED: Final = 6
"""Bytes of a character in a JSON text: `\\u0001`, or four of UTF-8 when it needs no escape."""

_DIGITS: Final = 4_300
_MAX_DEPTH: Final = 16
_PART: Final = re.compile(r"\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}")
"""A template that is a name and nothing else: what it yields has the size of that value."""


def most_items(schema: Any) -> int | None:
    """Return how many items a value of a schema has at most, if it is a list or a mapping."""
    if not isinstance(schema, dict):
        return None
    if schema.get("type") == "array" and isinstance(schema.get("maxItems"), int):
        return int(schema["maxItems"])
    if schema.get("type") == "object":
        if isinstance(schema.get("maxProperties"), int):
            return int(schema["maxProperties"])
        if schema.get("additionalProperties") is False and "patternProperties" not in schema:
            return len(schema.get("properties", {}))
    return None


def most_bytes(schema: Any, depth: int = 0) -> int | None:
    """Return how many bytes a value of a schema has at most; None when nothing says so."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return None
    if "const" in schema:
        return literal_bytes(schema["const"])
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return max(literal_bytes(value) for value in schema["enum"])
    nested = 2 if depth else 1  # a text inside a list or mapping is JSON already before it stands in a text
    match schema.get("type"):
        case "boolean" | "null":
            return 5
        case "integer" | "number":
            return _DIGITS
        case "string" if isinstance(schema.get("maxLength"), int):
            return (int(schema["maxLength"]) * _ESCAPED + 2) * nested
        case "array" if isinstance(schema.get("maxItems"), int):
            item = most_bytes(schema.get("items"), depth + 1)
            return None if item is None else 2 + int(schema["maxItems"]) * (item + 2)
        case "object" if schema.get("additionalProperties") is False and "patternProperties" not in schema:
            parts = {key: most_bytes(part, depth + 1) for key, part in schema.get("properties", {}).items()}
            sizes = [literal_bytes(key) + 6 + size for key, size in parts.items() if size is not None]
            return 2 + sum(sizes) if len(sizes) == len(parts) else None
    return None


def literal_bytes(value: JsonValue) -> int:
    """Return the bytes of a value that is text, or becomes text, inside JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(stored_bytes(text))


def only_name(template: Template) -> Sequence[str] | None:
    """Return the parts of the name that a template is, if it is one and nothing else."""
    source = template.source if isinstance(template, CompiledTemplate) else None
    found = _PART.fullmatch(source.strip()) if isinstance(source, str) else None
    return None if found is None else found[1].split(".")


def template_bytes(template: Template, schema_of: SchemaOf) -> int | None:
    """Return how many bytes what a template yields has at most; None when nothing says so."""
    return None if not isinstance(template, CompiledTemplate) else _bytes(template.source, schema_of)


def _bytes(value: JsonValue, schema_of: SchemaOf) -> int | None:
    if isinstance(value, str):
        return _text_bytes(value, schema_of)
    if not isinstance(value, list | dict):
        return literal_bytes(value)
    keys = sum(2 * literal_bytes(key) + 6 for key in value) if isinstance(value, dict) else 0
    sizes = [_bytes(part, schema_of) for part in (value.values() if isinstance(value, dict) else value)]
    known = [2 * size + 6 for size in sizes if size is not None]
    return 2 + keys + sum(known) if len(known) == len(sizes) else None


def _text_bytes(text: str, schema_of: SchemaOf) -> int | None:
    rest, total = _PART.sub("", text), 0
    if has_syntax(rest):
        return None
    for found in _PART.finditer(text):
        size = most_bytes(schema_of(found[1].split(".")))
        if size is None:
            return None
        total += size
    return total + literal_bytes(rest)


def property_schema(schema: Any, keys: Sequence[str]) -> Any:
    """Return the schema of a part of a value; None when it is not plain to see."""
    for key in keys:
        if not isinstance(schema, dict) or "$ref" in schema:
            return None
        known: JsonObject = schema.get("properties", {})
        schema = known.get(key)
    return None if isinstance(schema, dict) and "$ref" in schema else schema
