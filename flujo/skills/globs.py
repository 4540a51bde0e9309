"""Glob patterns over paths that were split into names."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


def matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Say whether a path fits a pattern: `**` stands for any number of folders, other parts for one name each.

    Takes len(path) x len(pattern) comparisons at most, whatever the pattern is.
    """
    if pattern[-1] == "**":
        pattern = [*pattern, "*"]
    reached = {0}  # how many parts of the pattern may be used up by the names so far
    for name in path:
        reached = {
            before if pattern[before] == "**" else before + 1
            for before in _past_stars(reached, pattern)
            if before < len(pattern) and _fits(name, pattern[before])
        }
    return len(pattern) in reached


def _past_stars(reached: set[int], pattern: Sequence[str]) -> set[int]:
    """Add what can be reached by letting `**` stand for nothing."""
    found = set(reached)
    for before in sorted(reached):
        while before < len(pattern) and pattern[before] == "**":
            before += 1
            found.add(before)
    return found


def _fits(name: str, part: str) -> bool:
    if name.startswith(".") and not part.startswith("."):
        return False
    return part == "**" or fnmatchcase(name, part)
