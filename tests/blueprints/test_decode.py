"""Offsets inside a decoded scalar lead back to the characters they came from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.blueprints.reader import read

# The document, the text to find in the value of `a`, and what stands there in the source.
FOUND = [
    ("a: one two\n", "two", "two"),
    ("a: 'it''s {{ x }}'\n", "{{ x }}", "{{ x }}"),
    ("a: 'it''s'\n", "'s", "''s"),
    ('a: "\\t{{ x }}\\u00e9!"\n', "{{ x }}", "{{ x }}"),
    ('a: "\\t{{ x }}\\u00e9!"\n', "é", "\\u00e9"),
    ('a: "\\x41\\U0001F600\\n\\N\\_\\L"\n', "😀", "\\U0001F600"),
    ("a: one\n  two\n\n  three\n", "two", "two"),
    ("a: one\r\n  two\r\n", "two", "two"),
    ("a: 'one\n\n\n  two'\n", "two", "two"),
    ('a: "one \\\n   two"\n', "two", "two"),
    ('a: "one\\\n\n  two"\n', "two", "two"),
    ("a: |\n  one\n  {{ x }}\n", "{{ x }}", "{{ x }}"),
    ("a: |\r\n  one\r\n  {{ x }}\r\n", "{{ x }}", "{{ x }}"),
    ("a: |2-\n\n    one\n   {{ x }}\n", "{{ x }}", "{{ x }}"),
    ("a: >\n  one\n  two\n\n  three\n\n   kept\n   {{ x }}\n  end\n", "{{ x }}", "{{ x }}"),
    ("a: >-\n  one\n  two\n\n  three\n", "three", "three"),
    ("a: |+ # c\n  one\n  𝄞 {{ x }}\n\n\nb: 1\n", "{{ x }}", "{{ x }}"),
    ("a: &n 'one'\n", "one", "one"),
    ("a: &n # c\n  one\n", "one", "one"),
    ("a: '\u2028x'\n", "x", "x"),
]


@pytest.mark.parametrize(("text", "part", "raw"), FOUND)
def test_found(text: str, part: str, raw: str) -> None:
    document, problems = read(text, "f.yaml")
    assert problems == []
    assert document is not None
    value = document.data["a"]
    start = value.index(part)
    span = document.locate(("a",), start, start + len(part)).span
    assert text[span.start : span.end] == raw


def test_all_of_a_text() -> None:
    text = 'a: "x\\ty"\nb: 5\n'
    document, _ = read(text, "f.yaml")
    assert document is not None
    whole = document.locate(("a",), 0, 3).span
    assert text[whole.start : whole.end] == "x\\ty"
    assert document.locate(("a",), 3, 3).span == document.locate(("a",), 9, 9).span
    assert document.locate(("b",), 0, 1) == document.place(("b",))
    assert document.locate(("a", "gone"), 0, 1) == document.place(("a", "gone"))


LINES = st.lists(
    st.sampled_from(["x", " x", "", "x y ", "\tx", "é𝄞", "  x", "- x", "# x", "x: y"]), min_size=1, max_size=8
)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    LINES, st.sampled_from(["|", ">", "|-", ">-", "|+", ">+"]), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 4)
)
def test_blocks_decode_as_the_parser_does(lines: list[str], header: str, line_end: str, indent: int) -> None:
    body = line_end.join(" " * indent + line if line else "" for line in ["first", *lines])
    text = f"a: {header}{line_end}{body}{line_end}b: 1{line_end}"
    _agrees(text)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(["x", " ", "\n", "\n ", "\r\n", "''", "é", "\t", "{{ y }}"]), max_size=12), st.booleans()
)
def test_quoted_texts_decode_as_the_parser_does(parts: list[str], single: bool) -> None:
    inner = "".join(parts)
    _agrees(f"a: '{inner}'\n" if single else 'a: "' + inner.replace("''", "\\u0041\\\n") + '"\n')


def _agrees(text: str) -> None:
    """Each character of the value is found; one that stands for itself is found as itself."""
    document, problems = read(text, "f.yaml")
    if document is None or problems:
        assert problems
        return
    value = document.data["a"]
    whole = document.place(("a",)).span
    for index, char in enumerate(value):
        span = document.locate(("a",), index, index + 1).span
        if char.isalpha() and text[span.start : span.start + 2] != "\\u":
            assert text[span.start : span.end] == char
            assert span != whole or len(value) == 1
