"""Near names for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable

MAX_DISTANCE = 2


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate nearest to `word`, or None: within two edits, and within a third of its length.

    An edit is an insertion, deletion, substitution or swap of neighbours (Damerau-Levenshtein, optimal string
    alignment); a difference in case alone is the nearest of all. At a tie the candidate that comes first wins.
    """
    limit = min(MAX_DISTANCE, max(1, len(word) // 3))
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if candidate.casefold() == word.casefold():
            return candidate
        if abs(len(candidate) - len(word)) > limit or len(word) < 2:
            continue
        far = distance(word, candidate, limit)
        if far <= limit and (best is None or far < best[0]):
            best = (far, candidate)
    return best[1] if best else None


def hint(word: object, candidates: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return a help that asks whether the nearest candidate was meant, or another help where none is near."""
    near = did_you_mean(word, candidates) if isinstance(word, str) else None
    return f"did you mean `{near}`?" if near else otherwise


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
