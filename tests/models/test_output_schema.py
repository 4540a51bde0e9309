"""How an output schema is sent: strict where that means the same, a hint elsewhere."""

from typing import Any

import pytest

from flujo.models.output_schema import response_format

TEXT = {"type": "string"}
CLOSED = {"type": "object", "properties": {"a": TEXT}, "required": ["a"], "additionalProperties": False}
OPEN = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (CLOSED, CLOSED),
        (OPEN, CLOSED),
        (
            {"type": "object", "properties": {"l": {"type": "array", "items": OPEN}}, "required": ["l"]},
            {
                "type": "object",
                "properties": {"l": {"type": "array", "items": CLOSED}},
                "required": ["l"],
                "additionalProperties": False,
            },
        ),
        (
            OPEN | {"properties": {"a": {"anyOf": [OPEN, {"$ref": "#/$defs/n"}]}}, "$defs": {"n": OPEN}},
            CLOSED | {"properties": {"a": {"anyOf": [CLOSED, {"$ref": "#/$defs/n"}]}}, "$defs": {"n": CLOSED}},
        ),
    ],
)
def test_strict(schema: dict[str, Any], sent: dict[str, Any]) -> None:
    form = response_format(schema)
    assert form == {"type": "json_schema", "json_schema": {"name": "reply", "schema": sent, "strict": True}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": TEXT}},
        OPEN | {"additionalProperties": TEXT},
        OPEN | {"properties": {"a": True}},
        OPEN | {"properties": {"a": {"type": "object"}}},
        OPEN | {"properties": {"a": {"allOf": [TEXT]}}},
        OPEN | {"properties": {"a": {"anyOf": [{"type": ["object", "null"]}]}}},
        OPEN | {"properties": {"a": {"type": "array", "items": {"oneOf": [TEXT]}}}},
        OPEN | {"$defs": {"n": {"not": TEXT}}},
    ],
)
def test_a_hint(schema: dict[str, Any]) -> None:
    form = response_format(schema)
    assert form == {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": False}}


@pytest.mark.parametrize("schema", [{}, {"type": "array"}, {"type": ["object", "null"]}, {"anyOf": [OPEN]}])
def test_only_mappings_can_be_asked_for(schema: dict[str, Any]) -> None:
    assert response_format(schema) is None
