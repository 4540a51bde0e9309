"""Fixes of diagnostics applied to a text, byte for byte: of two that touch one is applied, the other found again."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import field, replace
from itertools import pairwise
from typing import Final

from flujo.blueprints.edit.splice import in_place, line_end, spliced, with_line_ends
from flujo.core.diagnostics import Edit, Fix
from flujo.core.record import dataclass

MAX_ROUNDS: Final = 32
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text after fixes, those that were applied, and those that were not as they overlap with one that was."""

    text: str
    applied: tuple[Fix, ...] = ()
    left: tuple[Fix, ...] = ()


def apply_fixes(text: str, fixes: Iterable[Fix]) -> Fixed:
    """Apply fixes whose places are those of one reading of `text`; what overlaps with an earlier fix is left.

    A byte order mark at the beginning of the text is no part of those places, as in `Source`. Line ends of inserted
    text become those of the file.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    body = text[len(mark) :]
    end = line_end(body)
    taken = _Taken(len(body))
    applied, left = [], []
    for fix in fixes:
        if taken.take(fix.edits):
            applied.append(fix)
        else:
            left.append(fix)
    edits = [replace(edit, text=with_line_ends(edit.text, end)) for fix in applied for edit in fix.edits]
    return Fixed(mark + spliced(body, edits), tuple(applied), tuple(left))


def fix_all(text: str, find: Callable[[str], Iterable[Fix]]) -> Fixed:
    """Apply what `find` finds in a text, then what it finds in the new one, until nothing is left.

    It ends after 32 rounds, and when a round gives a text that was there before; `left` is then what `find` still
    found. `find` chooses: fixes that need a person's review are its matter.
    """
    seen, applied = {text}, list[Fix]()
    for _ in range(MAX_ROUNDS):
        once = apply_fixes(text, find(text))
        if once.text in seen:
            return Fixed(text, tuple(applied), (*once.applied, *once.left))
        seen.add(once.text)
        text = once.text
        applied += once.applied
    return Fixed(text, tuple(applied), tuple(find(text)))


@dataclass(slots=True)
class _Taken:
    """The spans that fixes have taken so far, in order."""

    length: int
    spans: list[tuple[int, int]] = field(default_factory=list)

    def take(self, edits: Iterable[Edit]) -> bool:
        """Take the spans of a fix, all or none."""
        own = [(edit.span.start, edit.span.end) for edit in in_place(edits)]
        if not own or own[0][0] < 0 or own[-1][1] > self.length:
            return False
        if any(left[1] > right[0] for left, right in pairwise(own)) or any(self._meets(span) for span in own):
            return False
        for span in own:
            insort(self.spans, span)
        return True

    def _meets(self, span: tuple[int, int]) -> bool:
        """Say whether a span overlaps with one that is taken, or both are insertions at one place."""
        place = bisect_left(self.spans, span)
        return any(
            span == other or (span[0] < other[1] and other[0] < span[1])
            for other in self.spans[max(0, place - 1) : place + 1]
        )
