"""Near names for "did you mean"."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import islice
from typing import Final

MAX_DISTANCE: Final = 2
MAX_CANDIDATES: Final = 300
"""How many names are looked at, and `MAX_LENGTH` of what length: many wrong names among many must not take long."""
MAX_LENGTH: Final = 64
LISTED: Final = 20


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate nearest to `word`, or None: within two edits, and within a third of its length.

    An edit is an insertion, deletion, substitution or swap of neighbours (Damerau-Levenshtein, optimal string
    alignment); a difference in case alone is the nearest of all. At a tie the candidate that comes first wins.
    """
    size, folded = len(word), word.casefold()
    if size > MAX_LENGTH:
        return None
    limit = min(MAX_DISTANCE, max(1, size // 3))
    best: tuple[int, str] | None = None
    for candidate in islice(candidates, MAX_CANDIDATES):
        if candidate.casefold() == folded:
            return candidate
        if size < 2 or abs(len(candidate) - size) > limit:
            continue
        if (_letters(word) ^ _letters(candidate)).bit_count() > 2 * limit:
            continue  # an edit takes and gives one letter at most
        far = distance(word, candidate, limit)
        if far <= limit and (best is None or far < best[0]):
            best = (far, candidate)
    return best[1] if best else None


def hint(word: object, candidates: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return a help that asks whether the nearest candidate was meant, or another help where none is near."""
    near = did_you_mean(word, candidates) if isinstance(word, str) else None
    return f"did you mean `{near}`?" if near else otherwise


def listed(words: Collection[str]) -> str:
    """Return names as people list them, the first of many."""
    shown = ", ".join(f"`{word}`" for word in islice(words, LISTED))
    return shown if len(words) <= LISTED else f"{shown} and {len(words) - LISTED:,} more"


@lru_cache(maxsize=4096)
def _letters(word: str) -> int:
    """Return the set of a word's letters, one bit each; some letters share one."""
    letters = 0
    for char in word:
        letters |= 1 << (ord(char) & 63)
    return letters


def distance(left: str, right: str, limit: int = MAX_DISTANCE) -> int:
    """Return the number of edits between two words, or some number over `limit` once it is certain to be over it."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, 1):
        before, above, row = row, before, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
