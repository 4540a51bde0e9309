"""The input of a run."""

from dataclasses import replace

import pytest

from flujo.app.inputs import RawInput, input_value
from flujo.core.errors import UsageError
from flujo.core.graph import Flow, Graph, Meta
from flujo.core.spans import Source

PLAIN = Graph("g", Flow(Meta("g", "flow"), ()), Source("g.yaml", ""))
ONE = replace(PLAIN, inputs={"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})
MANY = replace(
    PLAIN,
    inputs={
        "type": "object",
        "properties": {"url": {"type": "string"}, "limit": {"type": "integer", "default": 10}, "flag": {}},
        "required": ["url"],
        "additionalProperties": False,
    },
)


REFERRING = replace(
    PLAIN,
    inputs={
        "$ref": "#/$defs/all",
        "$defs": {
            "all": {
                "type": "object",
                "properties": {
                    "n": {"$ref": "#/$defs/n"},
                    "any": True,
                    "rows": {"items": {"properties": {"size": {"default": 1}}}},
                },
                "required": ["n"],
                "additionalProperties": {"type": "string"},
            },
            "n": {"type": "integer"},
        },
    },
)
BOUND = replace(PLAIN, inputs={"type": "object", "properties": {"limit": {"type": "integer", "minimum": 1}}})


@pytest.mark.parametrize(
    ("graph", "raw", "value"),
    [
        (PLAIN, RawInput(), ""),
        (PLAIN, RawInput("some text"), "some text"),
        (PLAIN, RawInput(json_text="[1]"), [1]),
        (ONE, RawInput("raw"), {"text": "raw"}),
        (ONE, RawInput(sets=(("text", "5"),)), {"text": "5"}),
        (MANY, RawInput('{"url": "u"}'), {"url": "u", "limit": 10}),
        (MANY, RawInput(sets=(("url", "u"), ("limit", "3"), ("flag", "[1]"))), {"url": "u", "limit": 3, "flag": [1]}),
        (REFERRING, RawInput(sets=(("n", "3"), ("other", "4"))), {"n": 3, "other": "4"}),
        (REFERRING, RawInput('{"n": 1, "rows": [{}, {"size": 2}]}'), {"n": 1, "rows": [{"size": 1}, {"size": 2}]}),
        (replace(PLAIN, inputs={"properties": {"x": True}}), RawInput("{}"), {}),
        (MANY, RawInput(json_text='{"url": "u"}', sets=(("url", "v"),)), {"url": "v", "limit": 10}),
    ],
)
def test_what_fits(graph, raw, value):
    assert input_value(graph, raw) == value


@pytest.mark.parametrize(
    ("graph", "raw", "message", "help"),
    [
        (PLAIN, RawInput(sets=(("a", "1"),)), "declares no `inputs`", None),
        (PLAIN, RawInput(json_text="{"), "must be JSON", None),
        (PLAIN, RawInput("\udcff"), "cannot be kept", None),
        (MANY, RawInput("text"), "must be JSON", None),
        (MANY, RawInput(), "does not fit", "--set url=VALUE"),
        (REFERRING, RawInput(), "does not fit", "--set n=VALUE"),
        (REFERRING, RawInput(sets=(("n", "x"),)), "expected integer", None),
        (MANY, RawInput(sets=(("ulr", "x"),)), "no property `ulr`", "did you mean `url`"),
        (MANY, RawInput(sets=(("nothing-like-it", "x"),)), "no property", "`limit`"),
        (MANY, RawInput(sets=(("url", "u"), ("limit", "many"))), "does not fit", None),
        (BOUND, RawInput(sets=(("limit", "0"),)), "less than the minimum", None),
        (MANY, RawInput(json_text="[]", sets=(("url", "u"),)), "the input is none", None),
    ],
)
def test_what_does_not_fit(graph, raw, message, help):
    with pytest.raises(UsageError, match=message) as caught:
        input_value(graph, raw)
    assert caught.value.diagnostic.code == "FLJ0004"
    if help:
        assert help in caught.value.diagnostic.help
