"""The look of diagnostics: place, source line, carets, and what happens to odd texts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.cli.render.diagnostics import counts, document, render, warnings_text
from flujo.cli.render.screen import Paint, width
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.spans import Place, Source, Span


def at(text: str, word: str, **fields: object) -> Diagnostic:
    """A diagnostic that points at `word` in `text`."""
    start = text.index(word)
    place = Place(Source("hello.yaml", text), Span(start, start + len(word)))
    return Diagnostic("FLJ0301", f"unknown step `{word}`", place, **fields)  # type: ignore[arg-type]


def test_everything_at_once() -> None:
    text = 'version: "0.1"\nsteps:\n  - input: "{{ steps.greeet.output }}"\n'
    other = (Place(Source("hello.yaml", text), Span(15, 20)), "the steps begin here")
    item = at(
        text, "greeet", help="did you mean `greet` (line 4)?\nsee the reference", label="not there", related=(other,)
    )
    assert render([item]) == (
        "error[FLJ0301]: unknown step `greeet`\n"
        " --> hello.yaml:3:22\n"
        "  |\n"
        '3 |   - input: "{{ steps.greeet.output }}"\n'
        "  |                      ^^^^^^ not there\n"
        "  |\n"
        "  = note: the steps begin here: hello.yaml:2:1\n"
        "  = help: did you mean `greet` (line 4)?\n"
        "          see the reference\n"
        "  = docs: docs/reference/errors/FLJ0301.md\n"
    )


def test_without_a_place() -> None:
    assert render([Diagnostic("FLJ0001", "there is no file `x`", severity=Severity.WARNING)]) == (
        "warning[FLJ0001]: there is no file `x`\n"
        " = help: check the spelling and the folder you are in; `--project PATH` names another project\n"
        " = docs: docs/reference/errors/FLJ0001.md\n"
    )


def carets(text: str, word: str, columns: int = 120) -> tuple[str, str]:
    """The shown source line and the caret line, both without their gutter."""
    lines = render([at(text, word)], columns=columns).splitlines()
    return lines[3].partition("| ")[2], lines[4].partition("| ")[2]


def test_carets_stand_under_the_span_with_tabs_and_wide_characters() -> None:
    source, marks = carets("\t日本: greeet", "greeet")
    assert source == "    日本: greeet"
    assert marks == " " * width("    日本: ") + "^^^^^^"


def test_escaped_characters_move_the_carets_along() -> None:
    source, marks = carets("a\x1b[31m greeet", "greeet")
    assert source == "a\\x1b[31m greeet"
    assert marks.index("^") == source.index("greeet")


def test_a_long_line_is_cut_round_the_span() -> None:
    for before, after in ((0, 900), (900, 900), (900, 0), (90, 0)):
        source, marks = carets("x" * before + "greeet" + "y" * after, "greeet", columns=80)
        assert len(source) <= 77
        assert source[marks.index("^") : marks.index("^") + 6] == "greeet"
        assert (source.startswith("...") or before < 70) and (source.endswith("...") or after == 0)


def test_a_span_over_several_lines_marks_the_first() -> None:
    source, marks = carets("ab: |\n  greeet\n  more\n", "ab: |\n  greeet")
    assert (source, marks) == ("ab: |", "^^^^^")


def test_an_empty_span_at_the_end_has_one_caret() -> None:
    place = Place(Source("a.yaml", "name:"), Span(5, 5))
    lines = render([Diagnostic("FLJ0102", "something is missing", place)]).splitlines()
    assert lines[4] == "  |      ^"


def test_twenty_are_shown_errors_first_and_the_rest_counted() -> None:
    notes = [Diagnostic("FLJ0307", f"note {n}", severity=Severity.INFO) for n in range(25)]
    text = render([*notes, Diagnostic("FLJ0301", "the error")])
    assert text.count("[FLJ0307]") == 19
    assert "error[FLJ0301]: the error" in text
    assert text.endswith("... and 6 more: 6 notes (`--json` shows all)\n")


def test_counts() -> None:
    warning = Diagnostic("FLJ0307", "w", severity=Severity.WARNING)
    error = Diagnostic("FLJ0301", "e")
    assert counts([error, warning, error]) == "2 errors, 1 warning"
    assert counts([]) == "no errors"


def test_document() -> None:
    item = at("name: greeet", "greeet", help="did you mean `greet`?")
    assert document([item]) == {
        "valid": False,
        "diagnostics": [
            {
                "code": "FLJ0301",
                "slug": "unknown-step",
                "severity": "error",
                "message": "unknown step `greeet`",
                "file": "hello.yaml",
                "line": 1,
                "column": 7,
                "end_line": 1,
                "end_column": 13,
                "path": [],
                "help": "did you mean `greet`?",
                "fix": None,
                "url": "docs/reference/errors/FLJ0301.md",
            }
        ],
    }
    assert document([])["valid"] is True


def test_colour_changes_nothing_but_colour() -> None:
    item = at("name: greeet", "greeet", label="here", help="x")
    painted = render([item], color=True)
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;34m"):
        painted = painted.replace(code, "")
    assert painted == render([item])


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=300), st.integers(0, 300), st.integers(0, 300), st.integers(20, 120))
def test_any_span_of_any_text_can_be_drawn(text: str, start: int, length: int, columns: int) -> None:
    start = min(start, len(text))
    place = Place(Source("x.yaml", text), Span(start, min(len(text), start + length)))
    lines = render([Diagnostic("FLJ0102", "m", place)], columns=columns).split("\n")
    source, marks = lines[3], lines[4]
    assert "^" in marks
    assert width(source) <= max(columns, 26)
    assert width(marks) <= max(columns, 26)


def test_warnings_are_a_line_each() -> None:
    warning = at("a: b\n", "b", severity=Severity.WARNING)
    info = Diagnostic("FLJ0307", "i", severity=Severity.INFO)
    assert warnings_text([info], Paint()) == ""
    assert warnings_text([warning, info], Paint()) == "warning[FLJ0301]: unknown step `b` (hello.yaml:1:4)\n"
    bare = Diagnostic("FLJ0307", "w\x1b", severity=Severity.WARNING)
    assert warnings_text([bare] * 7, Paint()) == (
        "warning[FLJ0307]: w\\x1b\n" * 5 + "... and 2 more: `flujo validate` shows all\n"
    )
