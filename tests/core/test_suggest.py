"""Near names: within two edits, never a wild guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.core.suggest import did_you_mean, distance

WORDS = ["input", "output", "retry", "when", "name", "table.parse_csv"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("inptu", "input"), ("imput", "input"), ("ouput", "output"), ("outputs", "output"), ("Retry", "retry"),
        ("nmae", "name"), ("table.parse_cvs", "table.parse_csv"), ("wehn", "when"), ("WHEN", "when"),
        ("x", None), ("", None), ("colour", None), ("tier", None), ("to", None), ("table.sort", None),
    ],
)  # fmt: skip
def test_near(word: str, near: str | None) -> None:
    assert did_you_mean(word, WORDS) == near


def test_the_first_of_equals_wins() -> None:
    assert did_you_mean("cat", ["hat", "bat"]) == "hat"


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_distance_is_a_distance(left: str, right: str) -> None:
    far = distance(left, right, 9)
    assert far == distance(right, left, 9)
    assert (far == 0) == (left == right)
    assert abs(len(left) - len(right)) <= far <= max(len(left), len(right))
    assert (distance(left, right, 2) <= 2) == (far <= 2)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.text("abc", min_size=2, max_size=7), st.integers(0, 5))
def test_a_swap_is_one_edit(word: str, at: int) -> None:
    at %= len(word) - 1
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert distance(word, swapped) <= 1
