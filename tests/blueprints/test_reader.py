"""What the reader accepts, what it refuses, and where it points."""

import json

import pytest

from flujo.blueprints.document import Document
from flujo.blueprints.reader import MAX_ALIASES, MAX_DEPTH, read
from flujo.blueprints.source import MAX_BYTES
from flujo.core.diagnostics import Diagnostic
from flujo.core.yaml_events import events


def _read(text: bytes | str) -> tuple[Document | None, list[Diagnostic]]:
    return read(text, "flow.yaml")


def _data(text: bytes | str) -> object:
    document, problems = _read(text)
    assert problems == []
    assert document is not None
    return document.data


def _marked(item: Diagnostic) -> str:
    assert item.place is not None
    return item.place.source.text[item.place.span.start : item.place.span.end]


# Code, text, and what the diagnostic points at.
REFUSED = [
    ("FLJ0101", b"a: \xff\n", "\ufffd"),
    ("FLJ0101", "a: ü".encode("latin-1"), "\ufffd"),
    ("FLJ0102", "a: [1, 2\nb: 3\n", "["),
    ("FLJ0102", "a:\n\t- b\n", "\t"),
    ("FLJ0102", "a: 'x\n", "'"),
    ("FLJ0102", "a: b: c\n", ":"),
    ("FLJ0102", "a: @x\n", "@"),
    ("FLJ0102", "a: 'it's'\n", "s"),
    ("FLJ0102", "a: {b: http://c}\n", ":"),
    ("FLJ0102", "a: {b: Well?}\n", "?"),
    ("FLJ0108", "a: {{ x }} y\n", "{{ x }"),
    ("FLJ0102", "%YAML 1.1\n---\na: 1\n", "%"),
    ("FLJ0103", "", ""),
    ("FLJ0103", "# only a comment\n", ""),
    ("FLJ0103", "---\n...\n", ""),
    ("FLJ0103", "null", ""),
    ("FLJ0104", "a: 1\n---\nb: 2\n", "---"),
    ("FLJ0105", "a: 1\nb: 2\na: 3\n", "a"),
    ("FLJ0105", "branches: {true: 1, 'true': 2}", "'true'"),
    ("FLJ0106", "a: !!python/object:os.system x\n", "!!python/object:os.system"),
    ("FLJ0106", "a: !x [1]\n", "!x"),
    ("FLJ0106", "!!map {a: 1}\n", "!!map"),
    ("FLJ0106", "a: &b !!int 1\n", "!!int"),
    ("FLJ0106", "a: ! b\n", "!"),
    ("FLJ0107", "a: &a {b: 1}\nc:\n  <<: *a\n", "<<"),
    ("FLJ0108", "1: a\n", "1"),
    ("FLJ0108", "true: a\n", "true"),
    ("FLJ0108", "? [a]\n: b\n", "[a]"),
    ("FLJ0108", "a: {{ input.x }}\n", "{{ input.x }"),
    ("FLJ0108", "null: a\n", "null"),
    ("FLJ0109", "a: \x07b\n", "\x07"),
    ("FLJ0109", "a: b\0\n", "\0"),
    ("FLJ0109", 'a: "\\0"\n', '"\\0"'),
    ("FLJ0109", 'a: "\\ud800"\n', "d"),
    ("FLJ0109", "a: \ud800\n", "\ud800"),
    ("FLJ0109", "a: b\u2028c: d\n", "\u2028"),
    ("FLJ0109", "# c\x85a: b\n", "\x85"),
    ("FLJ0109", "a: \ufeffb\n", "\ufeff"),
    ("FLJ0110", "[" * 100_000, "["),
    ("FLJ0110", "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "["),
    ("FLJ0110", "? " * 100, "? "),
    ("FLJ0110", "a: &a b\nc: [" + ", ".join(["*a"] * (MAX_ALIASES + 1)) + "]", "*"),
    ("FLJ0110", "x" * (MAX_BYTES + 1), ""),
    ("FLJ0110", "é" * (MAX_BYTES // 2 + 1), ""),
    ("FLJ0111", "a: .nan\n", ".nan"),
    ("FLJ0111", "a: 1e999\n", "1e999"),
    ("FLJ0112", "a: *x\n", "*x"),
    ("FLJ0112", "a: &x [*x]\n", "*x"),
]


@pytest.mark.parametrize(("code", "text", "marked"), REFUSED)
def test_refused(code: str, text: bytes | str, marked: str) -> None:
    _, problems = _read(text)
    assert [item.code for item in problems] == [code]
    assert problems[0].message == problems[0].message.rstrip(".")
    if code != "FLJ0110":
        assert _marked(problems[0]) == marked


def test_all_problems_at_once() -> None:
    document, problems = _read("a: !t 1\nb: 1\nb: 2\n<<: {}\n2: x\nc: .inf\n")
    assert [item.code for item in problems] == ["FLJ0106", "FLJ0105", "FLJ0107", "FLJ0108", "FLJ0111"]
    assert document is not None
    assert document.data == {"a": 1, "b": 1, "c": 0}


def test_a_duplicate_names_both_places() -> None:
    _, [problem] = _read("a: 1\nb: 2\na: 3\n")
    assert problem.place is not None
    assert problem.place.start == (3, 1)
    assert [place.start for place, _ in problem.related] == [(1, 1)]
    assert "line 1" in (problem.help or "")


ALIAS_BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
DEEP_ALIASES = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [[[[[[[[*a{n - 1}]]]]]]]]\n" for n in range(1, 90))
LONG_ALIASES = f"a: &a {'x' * 1_000_000}\nb: [{', '.join(['*a'] * 50)}]\n"
MANY_NODES = "- a\n" * 1_000_001


@pytest.mark.parametrize("text", [ALIAS_BOMB, DEEP_ALIASES, LONG_ALIASES, MANY_NODES])
def test_bombs(text: str) -> None:
    document, problems = _read(text)
    assert document is None
    assert [item.code for item in problems] == ["FLJ0110"]


def test_problems_are_counted_too() -> None:
    assert len(_read("- !t x\n" * 5_000)[1]) < 1_100


def test_aliases_repeat_their_part() -> None:
    assert _data("a: &x {k: [1]}\nb: *x\nc: [*x]\n? &y key\n: *y\n") == {
        "a": {"k": [1]}, "b": {"k": [1]}, "c": [{"k": [1]}], "key": "key"
    }  # fmt: skip


def test_branch_keys_become_text() -> None:
    assert _data("branches: {true: 1, False: 2, 3: 3, 1.50: 4, x: {y: 1}}") == {
        "branches": {"true": 1, "false": 2, "3": 3, "1.5": 4, "x": {"y": 1}}
    }


@pytest.mark.parametrize(
    "text", ["\ufeffa: 1\r\nb: [x]\r\n", b"\xef\xbb\xbfa: 1\nb: [x]", "a: 1\rb: [x]\r", "---\na: 1\nb:\n- x"]
)
def test_marks_and_line_ends(text: bytes | str) -> None:
    assert _data(text) == {"a": 1, "b": ["x"]}


def test_line_and_column_count_code_points_and_real_line_ends() -> None:
    text = 'é: "𝄞\u2028𝄞\x85"\r\nb:\r  - 𝄞𝄞: c\n'
    document, problems = _read(text)
    assert problems == []
    assert document is not None
    assert document.data == {"é": "𝄞\u2028𝄞\x85", "b": [{"𝄞𝄞": "c"}]}
    assert document.start_of(("b", 0, "𝄞𝄞")) == (3, 9)
    assert document.place(("b", 0, "𝄞𝄞"), on_key=True).start == (3, 5)


def test_places_of_paths() -> None:
    text = "steps:\n  - name: a\n    with:\n      x: 1\n    empty:\n  - {name: b, with: {x: [1,\n 2]}}\n"
    document, _ = _read(text)
    assert document is not None

    def marked(*path: str | int, on_key: bool = False) -> str:
        span = document.place(path, on_key=on_key).span
        return text[span.start : span.end]

    assert marked("steps", 0, "name") == "a"
    assert marked("steps", 0, "name", on_key=True) == "name"
    assert marked("steps", 0) == "name: a"
    assert marked("steps", 0, "with") == "with"
    assert marked("steps", 0, "empty") == "empty"
    assert marked("steps", 0, "missing") == "name: a"
    assert marked("steps", 0, "with", "missing") == "with"
    assert marked("steps", 1, "with", "x") == "x"
    assert marked("steps", 1) == "name: b"
    assert marked("steps") == "steps"
    assert marked("nothing") == "steps"
    assert document.start_of(("steps", 1, "with", "x", 1)) == (7, 2)
    assert document.start_of(("steps", 1, "gone")) == (6, 5)


def test_the_pure_parser_gives_the_same_events() -> None:
    text = "a: [1, 'x']\nb: &b |\n  é\nc: *b\n"
    fast = [(type(event).__name__, event.start_mark.index, getattr(event, "value", None)) for event in events(text)]
    slow = [
        (type(event).__name__, event.start_mark.index, getattr(event, "value", None))
        for event in events(text, pure=True)
    ]
    assert [entry for entry in fast if "Scalar" in entry[0]] == [entry for entry in slow if "Scalar" in entry[0]]
    assert [name for name, _, _ in fast] == [name for name, _, _ in slow]


def test_what_it_reads_is_json() -> None:
    data = _data("a: [1, 1.0, true, null, 'x', {b: 2024-01-01, c: yes}]\n")
    assert json.loads(json.dumps(data)) == data == {
        "a": [1, 1.0, True, None, "x", {"b": "2024-01-01", "c": "yes"}]
    }  # fmt: skip
