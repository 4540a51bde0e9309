"""Fixes applied to a text: what overlaps waits, line ends and byte order mark stay, every other character too."""

from hypothesis import given
from hypothesis import strategies as st

from flujo.blueprints.edit import apply_fixes, fix_all
from flujo.core.diagnostics import Edit, Fix
from flujo.core.spans import Span


def fix(*edits: tuple[int, int, str]) -> Fix:
    return Fix("a fix", tuple(Edit(Span(start, end), text) for start, end, text in edits), "safe")


def test_all_that_do_not_overlap_are_applied_at_once() -> None:
    fixed = apply_fixes("one two three", [fix((8, 13, "3")), fix((0, 3, "1"), (4, 7, "2"))])
    assert (fixed.text, len(fixed.applied), fixed.left) == ("1 2 3", 2, ())


def test_of_two_that_overlap_the_first_wins() -> None:
    first, second = fix((0, 7, "x")), fix((4, 13, "y"))
    assert apply_fixes("one two three", [first, second]).text == "x three"
    assert apply_fixes("one two three", [second, first]).text == "one y"
    assert apply_fixes("one two three", [first, second]).left == (second,)


def test_a_fix_is_applied_whole_or_not_at_all() -> None:
    fixed = apply_fixes("one two three", [fix((4, 7, "2")), fix((0, 3, "1"), (5, 6, "?"))])
    assert fixed.text == "one 2 three"


def test_insertions_at_one_place_wait_for_each_other_but_not_within_a_fix() -> None:
    text = "ab"
    assert apply_fixes(text, [fix((1, 1, "x")), fix((1, 1, "y"))]).text == "axb"
    assert apply_fixes(text, [fix((1, 1, "x"), (1, 1, "y"), (1, 2, "z"))]).text == "axyz"


def test_neighbours_that_only_touch_are_both_applied() -> None:
    assert apply_fixes("abcd", [fix((0, 2, "x")), fix((2, 4, "y"))]).text == "xy"
    assert apply_fixes("abcd", [fix((2, 4, "y")), fix((2, 2, "+")), fix((4, 4, "-"))]).text == "ab+y-"


def test_a_fix_outside_the_text_or_without_edits_or_at_odds_with_itself_is_left() -> None:
    wrong = [fix((0, 9, "")), fix((-1, 1, "")), fix(), fix((0, 2, "x"), (1, 3, "y"))]
    fixed = apply_fixes("abcd", wrong)
    assert (fixed.text, fixed.left) == ("abcd", tuple(wrong))


def test_places_do_not_count_the_byte_order_mark_and_line_ends_stay() -> None:
    fixed = apply_fixes("\ufeffa: 1\r\nb: 2\r\n", [fix((6, 6, "x: 3\n")), fix((3, 4, "9\r\n# two\r\n"))])
    assert fixed.text == "\ufeffa: 9\r\n# two\r\n\r\nx: 3\r\nb: 2\r\n"


def test_fixes_are_found_again_until_nothing_is_left() -> None:
    def find(text: str) -> list[Fix]:  # every `aa` becomes `a`: they overlap
        return [fix((at, at + 2, "a")) for at in range(len(text) - 1) if text[at : at + 2] == "aa"]

    fixed = fix_all("aaaaaaab", find)
    assert (fixed.text, fixed.left) == ("ab", ())
    assert len(fixed.applied) == 6


def test_fixes_that_go_in_circles_come_to_an_end() -> None:
    fixed = fix_all("a", lambda text: [fix((0, 1, "b" if text == "a" else "a"))])
    assert (fixed.text, len(fixed.applied), len(fixed.left)) == ("b", 1, 1)
    endless = fix_all("", lambda text: [fix((0, 0, "x"))])
    assert (len(endless.text), len(endless.left)) == (32, 1)


@st.composite
def texts_with_fixes(draw: st.DrawFn) -> tuple[str, list[Fix]]:
    text = draw(st.text(alphabet="abcdefgh", max_size=20))
    place = st.integers(0, len(text))
    spans = st.tuples(place, place).map(sorted)
    edits = st.lists(st.tuples(spans, st.text(alphabet="XYZ", max_size=3)), min_size=1, max_size=3)
    fixes = draw(st.lists(edits, max_size=6))
    return text, [fix(*((start, end, new) for (start, end), new in parts)) for parts in fixes]


@given(texts_with_fixes())
def test_what_is_outside_the_applied_spans_stays(case: tuple[str, list[Fix]]) -> None:
    text, fixes = case
    fixed = apply_fixes(text, fixes)
    gone = {at for one in fixed.applied for edit in one.edits for at in range(edit.span.start, edit.span.end)}
    assert [char for char in fixed.text if char.islower()] == [c for at, c in enumerate(text) if at not in gone]
    added = sorted(char for one in fixed.applied for edit in one.edits for char in edit.text)
    assert sorted(char for char in fixed.text if char.isupper()) == added
    assert len(fixed.applied) + len(fixed.left) == len(fixes)
