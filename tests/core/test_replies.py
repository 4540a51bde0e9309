"""A structured reply: strict JSON, with white space and one fence as the only liberties."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.core.replies import Reading, read_reply

ANY: dict[str, object] = {}


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', ' \n{"a": 1}\n', '```json\n{"a": 1}\n```', '```\n{"a": 1}\n```\n', '```JSON \r\n{"a": 1}\n  ```'],
)
def test_accepted(text: str) -> None:
    assert read_reply(text, ANY) == Reading({"a": 1})


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the reply is empty"),
        ("  \n", "the reply is empty"),
        ('Here it is: {"a": 1}', "the reply is not JSON"),
        ('```json\n{"a": 1}\n```\nDone!', "the reply is not JSON"),
        ('```json\n{"a": 1}', "the reply is not JSON"),
        ("{'a': 1}", "the reply is not JSON"),
        ('{"a": NaN}', "`NaN` is not a JSON number"),
        ('{"a": 1e999}', "NaN and infinities"),
        ('{"a": 1, "a": 2}', "the key `a` stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 250 + "]" * 250, "nested deeper"),
    ],
)
def test_refused(text: str, part: str) -> None:
    reading = read_reply(text, ANY)
    assert reading.value is None
    assert len(reading.problems) == 1
    assert part in reading.problems[0]


def test_checked_against_the_schema() -> None:
    reading = read_reply('{"a": "x"}', {"properties": {"a": {"type": "integer"}}})
    assert reading.problems == ("`a`: expected integer, got text",)


@settings(derandomize=True, max_examples=100)
@given(st.text())
def test_never_raises(text: str) -> None:
    reading = read_reply(text, {"type": "object"})
    assert reading.problems or isinstance(reading.value, dict)
