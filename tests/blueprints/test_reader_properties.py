"""The reader never raises, whatever it is given, and every place it names lies in the text."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.blueprints.document import Document, Element
from flujo.blueprints.reader import read
from flujo.core.spans import Path

WORKING = """version: "0.1"
inputs: {url: string}
steps:
  - name: load   # é 𝄞
    with: &w {path: 'a''b', text: "x\\ty\\u00e9", list: [1, 2.5, ~]}
  - name: fold
    with: *w
    input: >-
      one {{ input.url }}
      two

       more
  - input: |2
       kept
      text
"""
PIECES = st.sampled_from(
    ["a", "b: ", "- ", "\n", "  ", "{", "}", "[", "]", ",", ": ", "? ", "|", "|2", "|-", ">", ">+", "'", '"', "\\",
     "\\x", "\\u2028", "\\ud800", "&x ", "*x", "!t ", "!!str ", "<<", " #c", "\t", "\r\n", "\r", "\x85", "\u2028", "é",
     "𝄞", "\ufeff", "---", "...", "%YAML 1.1", "@", "`", "{{ x }}", "1", "1e9", ".nan", "~", "\0", "\ud800", "branches",
     "true"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60))


def _elements(element: Element, path: Path = ()) -> Iterator[tuple[Path, Element]]:
    yield path, element
    for key, part in (element.fields or {}).items():
        yield from _elements(part, (*path, key))
    for index, part in enumerate(element.items or ()):
        yield from _elements(part, (*path, index))


def _holds(text: bytes | str) -> Document | None:
    document, problems = read(text, "f.yaml")
    assert document is not None or problems
    for item in problems:
        assert item.place is not None
        assert 0 <= item.place.span.start <= item.place.span.end <= len(item.place.source.text)
        assert item.to_json()["line"] >= 1
    if document is None:
        return None
    length = len(document.source.text)
    for path, element in _elements(document.root):
        assert 0 <= element.start <= element.end <= length
        for on_key in (False, True):
            span = document.place(path, on_key=on_key).span
            assert 0 <= span.start <= span.end <= length
            assert "\n" not in document.source.text[span.start : span.end]
        if isinstance(element.value, str):
            for start in range(len(element.value) + 1):
                span = document.locate(path, start, start + 1).span
                assert 0 <= span.start <= span.end <= length
    return document


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    _holds(data)


@settings(derandomize=True, max_examples=600, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    _holds(text)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.integers(0, len(WORKING)), st.integers(0, 12), st.lists(PIECES, max_size=3).map("".join))
def test_a_changed_blueprint(at: int, length: int, piece: str) -> None:
    _holds(WORKING[:at] + piece + WORKING[at + length :])


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.integers(0, len(WORKING.encode())))
def test_a_cut_blueprint(at: int) -> None:
    _holds(WORKING.encode()[:at])


def test_the_working_one_is_read() -> None:
    document = _holds(WORKING)
    assert document is not None
    assert document.data["steps"][0]["with"] == document.data["steps"][1]["with"]
    assert document.data["steps"][2]["input"] == " kept\ntext\n"
