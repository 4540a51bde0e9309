"""Glob patterns over paths that are walked name by name, so that folders in which nothing can fit are never opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern, and how many of its parts may be used up by the names so far (several counts, because of `**`).

    `**` stands for any number of folders, other parts for one name each; hidden names fit only a part that begins
    with the dot. A path takes at most its names times the parts of the pattern, whatever the pattern is.
    """

    parts: tuple[str, ...]
    used: frozenset[int] = frozenset({0})

    @staticmethod
    def of(parts: Sequence[str]) -> Glob:
        """Return the pattern before any name; `data/**` means the same as `data/**/*`."""
        return Glob((*parts, "*") if parts[-1] == "**" else tuple(parts))

    def after(self, name: str) -> Glob:
        """Return the pattern after one more name."""
        used = (
            count if self.parts[count] == "**" else count + 1
            for count in self._with_empty_stars()
            if count < len(self.parts) and _fits(name, self.parts[count])
        )
        return Glob(self.parts, frozenset(used))

    @property
    def fits(self) -> bool:
        """Whether the names so far are a path that fits."""
        return len(self.parts) in self.used

    @property
    def is_hopeless(self) -> bool:
        """Whether no further names can make a path that fits."""
        return not self.used - {len(self.parts)}

    def _with_empty_stars(self) -> Iterable[int]:
        """Add what can be reached by letting `**` stand for nothing."""
        found = set(self.used)
        for count in self.used:
            while count < len(self.parts) and self.parts[count] == "**":
                count += 1
                found.add(count)
        return found


def _fits(name: str, part: str) -> bool:
    if name.startswith(".") and not part.startswith("."):
        return False
    return part == "**" or fnmatchcase(name, part)
