"""Values and their two encodings."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.core.values import (
    MAX_DEPTH,
    ValueProblem,
    canonical_bytes,
    check,
    digest,
    load,
    load_stored,
    sha256,
    stored_bytes,
    type_name,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@settings(derandomize=True, max_examples=200)
@given(VALUES)
def test_round_trip_keeps_values_types_and_order(value):
    check(value)
    back = load_stored(stored_bytes(value))
    assert stored_bytes(back) == stored_bytes(value)
    assert repr(back) == repr(value)
    assert load(canonical_bytes(value)) == value
    assert digest(back) == digest(value)


def test_numbers_and_booleans_that_differ_have_different_digests():
    assert len({digest(1), digest(1.0), digest(True), digest("1"), digest([1]), digest({"1": 1})}) == 6


def test_order_of_keys_matters_to_stored_bytes_only():
    one, two = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert stored_bytes(one) != stored_bytes(two)
    assert digest(one) == digest(two) == hashlib.sha256(b'{"a":1,"b":2}').hexdigest()
    assert sha256(b"") == hashlib.sha256().hexdigest()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "NaN"),
        ([float("inf")], "infinities"),
        ("\ud800", "surrogate"),
        pytest.param(10**5000, "4,300 digits", id="digits"),
        ({1, 2}, "not JSON serializable"),
    ],
)
def test_values_without_a_form_are_refused(value, why):
    with pytest.raises(ValueProblem, match=why):
        stored_bytes(value)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("-inf"), "infinities"),
        ({"a": {1: 2}}, "key 1"),
        ([(1, 2)], "`tuple`"),
        (type("Sly", (str,), {})("x"), "`Sly`"),
        (nested(MAX_DEPTH + 1), "nested deeper"),
    ],
)
def test_check_lets_only_exact_json_types_pass(value, why):
    with pytest.raises(ValueProblem, match=why):
        check(value)


@pytest.mark.parametrize(
    "text", ["NaN", '{"a": 1, "a": 2}', "{", "[" * 100_000, "1" * 5000, "1e999", '"\\ud800"'], ids=range(7)
)
def test_foreign_json_is_read_strictly(text):
    with pytest.raises(ValueProblem):
        load(text)


def test_encoding_something_too_deep_is_refused():
    with pytest.raises(ValueProblem, match="deep"):
        stored_bytes(nested(100_000))


def test_type_names_are_those_of_users():
    values = ["", 1, 1.0, True, None, [], {}]
    assert [type_name(value) for value in values] == [
        "text", "integer", "number", "boolean", "null", "list", "mapping"
    ]  # fmt: skip
    assert type_name(json) == "module"
