"""What a terminal is given: harmless characters of known width."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.cli.render.screen import Paint, fit, pad, visible, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("bell\x07\x7f\x9b", "bell\\x07\\x7f\\x9b"),
        ("line\nbreak\ttab\rback", "line\nbreak\\x09tab\\x0dback"),
        ("half \ud83d pair", "half \\ud83d pair"),
        ("hidden \U000e0041 tag", "hidden \\U000e0041 tag"),
        ("\u2028 and \ufeff", "\\u2028 and \\ufeff"),
        ("Müller 日本 🙂 👩\u200d💻", "Müller 日本 🙂 👩\u200d💻"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(st.characters()))
def test_nothing_that_acts_gets_through(text: str) -> None:
    shown = visible(text, keep="")
    allowed = {"\u200c", "\u200d"}
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in allowed]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(max_size=60), st.integers(4, 40))
def test_fit_never_exceeds(text: str, columns: int) -> None:
    assert width(fit(text, columns)) <= columns
    assert width(text) > columns or fit(text, columns) == text


def test_fit_and_pad_count_columns_not_characters() -> None:
    assert fit("日本語テキスト", 9) == "日本語..."
    assert fit("abcdef", 2) == ".."
    assert pad("日本", 6) == "日本  "
    assert width("e\u0301") == 1


def test_paint() -> None:
    assert Paint(False)("red", "x") == "x"
    assert Paint(True)("red", "x") == "\x1b[1;31mx\x1b[0m"
    assert Paint(True)("red", "") == ""
