"""Values against JSON Schema: the right verdict, words for people, and no way to run away."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.core.json_schema import MAX_PROBLEMS, problems, schema_problems

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYWORDS = st.sampled_from(
    [
        *("type", "properties", "items", "required", "anyOf", "allOf", "not", "enum", "const", "$ref", "$defs", "if"),
        *("pattern", "minimum", "additionalProperties", "patternProperties", "uniqueItems", "multipleOf", "$id"),
    ]
)
SCHEMAS = st.recursive(
    JSON,
    lambda inner: st.dictionaries(KEYWORDS, inner | st.lists(inner, max_size=2), max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        (1.0, {"type": "integer"}, []),
        (True, {"type": "integer"}, ["expected integer, got boolean"]),
        (1, {"type": "boolean"}, ["expected boolean, got integer"]),
        (True, {"const": 1}, ["`true` is not `1`"]),
        (1, {"enum": [True, "1"]}, ["`1` is not one of `true`, `1`"]),
        (1.0, {"enum": [1]}, []),
        ([1, True, "1", None, [1], [True], {"a": 1}, {"a": True}], {"uniqueItems": True}, []),
        ([{"a": [1]}, {"a": [1.0]}], {"uniqueItems": True}, ["the same item stands in the list twice"]),
        (0.3, {"multipleOf": 0.1}, []),
        (7, {"multipleOf": 2}, ["`7` is not a multiple of `2`"]),
        ("x", {"type": ["integer", "null"]}, ["expected integer or null, got text"]),
        ({}, {"required": ["a"]}, ["`a` is missing"]),
        ({}, {"required": ["a", "b"]}, ["`a`, `b` are missing"]),
        ({"b": 1, "c": 1}, {"properties": {"a": {}}, "additionalProperties": False}, ["`b`, `c` are not allowed here"]),
        ({"b": 1}, {"additionalProperties": {"type": "string"}}, ["`b`: expected text, got integer"]),
        ({"xa": 1}, {"patternProperties": {"^x": {}}, "additionalProperties": False}, []),
        ({"xa": 1}, {"patternProperties": {"^x": {"type": "null"}}}, ["`xa`: expected null, got integer"]),
        ([{"n": [1, "b"]}], {"items": {"properties": {"n": {"items": {"type": "integer"}}}}}, None),
        ("ab", {"pattern": "^b"}, ["`ab` does not match the pattern `^b`"]),
        ("ab", {"minLength": 3}, ["`ab` is shorter than `3` characters"]),
        ([], {"minItems": 1}, ["the list has fewer than `1` items"]),
        (5, {"maximum": 4}, ["`5` is greater than the maximum `4`"]),
        (5, {"not": {"type": "integer"}}, ["`5` is excluded by `not`"]),
        (1, {"oneOf": [{}, {}]}, ["fits more than one of the 2 alternatives"]),
        ([1], {"contains": {"const": 2}}, ["does not fit `contains`: the mapping"]),
        (1, False, ["nothing is allowed here"]),
        (1, True, []),
        (
            {"a": {"a": 1}},
            {"properties": {"a": {"$ref": "#"}}, "type": "object"},
            ["`a.a`: expected mapping, got integer"],
        ),
        (1, {"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "string"}}}, ["expected text, got integer"]),
    ],
)
def test_verdicts(value: Any, schema: Any, expected: list[str] | None) -> None:
    assert problems(value, schema) == (["`[0].n[1]`: expected integer, got text"] if expected is None else expected)


def test_alternatives_say_why_each_does_not_fit() -> None:
    schema = {"anyOf": [{"type": "null"}, {"properties": {"u": {"type": "integer"}}}, {"anyOf": [{"const": 1}, False]}]}
    assert problems({"u": "1"}, schema) == [
        "fits none of the 3 alternatives: expected null, got mapping; `u`: expected integer, got text; "
        "fits none of the 2 alternatives"
    ]


def test_at_most_ten_problems_and_bounded_texts() -> None:
    found = problems(["x" * 1000] * 50, {"items": {"enum": list(range(50))}})
    assert len(found) == MAX_PROBLEMS
    assert all(len(text) < 250 for text in found)


def test_large_integers_neither_overflow_nor_flood() -> None:
    assert problems(10**4299, {"multipleOf": 0.3})[0].endswith("...` is not a multiple of `0.3`")
    assert problems(10**4299, {"maximum": 1e308})[0].endswith("...` is greater than the maximum `1e+308`")


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        ([], "a schema is a mapping or a boolean, not a list"),
        ({"type": "strng"}, "`strng` is not one of"),
        ({"properties": {"a": {"minimum": "x"}}}, "`properties.a.minimum`: expected number, got text"),
        ({"required": 5}, "`required`: expected list, got integer"),
        ({"$ref": "https://example.com/s.json"}, "leads out of the document"),
        ({"$ref": "other.json#/a"}, "leads out of the document"),
        ({"$ref": "#/$defs/none"}, "leads to no schema in this document"),
        ({"$ref": "#/title", "title": "x"}, "leads to no schema in this document"),
        ({"$ref": "#"}, "leads round to itself"),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}, "`$defs.a`: `$ref` leads round"),
        ({"$dynamicRef": "#x"}, "`$dynamicRef` is not supported"),
        ({"properties": {"a": {"$id": "https://x.y/"}}}, "`properties.a`: `$id` is allowed at the top only"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "only draft 2020-12"),
        ({"pattern": "(a)\\1"}, "the pattern `(a)\\1` is not supported"),
        ({"items": {"patternProperties": {"(?=a)": {}}}}, "`items.patternProperties`: the pattern `(?=a)`"),
        ({"$ref": "#/x/y", "x": {"y": {"pattern": "("}}}, "`x.y.pattern`: the pattern `(`"),
        ({"unevaluatedProperties": False, "patternProperties": {"a": {}}}, "in one schema are not supported"),
        ({"description": "x" * 65_536}, "at most 65,536 are allowed"),
        ({"const": float("nan")}, "NaN"),
    ],
)
def test_schemas_refused(schema: Any, part: str) -> None:
    found = schema_problems(schema)
    assert any(part in text for text in found), found
    assert problems(1, schema)[0].startswith("the schema cannot be used: ")


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        {"$schema": "https://json-schema.org/draft/2020-12/schema"},
        {"$id": "https://x.y/z", "$ref": "#/$defs/a", "$defs": {"a": {}}},
        {"properties": {"pattern": {}, "$ref": {"type": "string"}, "$id": {}}, "const": {"$ref": "nowhere"}},
        {"properties": {"next": {"$ref": "#"}}},
        {"unevaluatedProperties": False, "properties": {"a": {}}},
    ],
)
def test_schemas_accepted(schema: Any) -> None:
    assert schema_problems(schema) == []


def nested(levels: int) -> Any:
    schema: Any = {}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


def test_depth() -> None:
    assert schema_problems(nested(31)) == []
    assert schema_problems(nested(32)) == ["the schema is nested deeper than 32 levels"]


def test_doubling_references_are_refused_or_stopped() -> None:
    chain: Any = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n - 1}"}] * 2} for n in range(1, 60)}
    found = schema_problems({"$defs": chain | {"a0": {}}, "$ref": "#/$defs/a59"})
    assert found == ["`$ref` makes more than 10,000 subschemas of one"]

    tree = {"$defs": {"n": {"properties": {"c": {"allOf": [{"$ref": "#/$defs/n"}] * 2}}}}, "$ref": "#/$defs/n"}
    value: Any = {}
    for _ in range(60):
        value = {"c": value}
    assert schema_problems(tree) == []
    assert problems(value, tree) == ["checking the value against its schema takes too much work"]


def test_deep_values_end() -> None:
    long: Any = {f"a{n}": {"$ref": f"#/$defs/a{n - 1}"} for n in range(1, 700)}
    schema = {"$defs": long | {"a0": {"type": "null"}}, "$ref": "#/$defs/a699"}
    assert schema_problems(schema) == []
    assert problems(1, schema) == ["the value is nested too deeply to be checked"]


def test_a_pattern_cannot_run_away() -> None:
    assert problems("a" * 50_000 + "!", {"pattern": "^(a+)+$", "additionalProperties": False})[0].endswith("`^(a+)+$`")


@settings(derandomize=True, max_examples=60, deadline=None)
@given(value=JSON, schema=SCHEMAS)
def test_never_raises(value: Any, schema: Any) -> None:
    wrong = schema_problems(schema)
    found = problems(value, schema)
    assert len(found) <= MAX_PROBLEMS
    assert not wrong or found == [f"the schema cannot be used: {text}" for text in wrong]


@settings(derandomize=True, max_examples=100, deadline=None)
@given(value=JSON)
def test_a_value_fits_what_it_is(value: Any) -> None:
    assert problems(value, {"const": value}) == []
    assert problems(value, {"not": {"enum": [value]}}) != []
    assert problems([value, value], {"uniqueItems": True}) == ["the same item stands in the list twice"]


def test_the_library_is_loaded_on_first_use_and_no_reference_is_fetched() -> None:
    program = """
import sys
def hook(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen"):
        raise SystemExit(f"{event} {args}")
sys.addaudithook(hook)
from flujo.core import json_schema
assert not {"jsonschema", "referencing", "re2"} & sys.modules.keys()
json_schema.problems(1, {"$ref": "http://127.0.0.1:1/x"})
json_schema.problems(1, {"$id": "http://127.0.0.1:1/x", "$ref": "#/$defs/a", "$defs": {"a": {}}})
print("fine")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("fine\n", "")
