"""Crashes in a row without progress, read from the end of a journal.

A process that dies writes nothing of it. But each one that takes a run over writes `run_resumed`, so what stands
between two of those is what one process came to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flujo.core.ids import Address
from flujo.core.record import dataclass
from flujo.core.storing import IndexRow

_NO_PROGRESS: Final = frozenset({"run_resumed", "step_started"})
_IN_ORDER: Final = frozenset({"run_suspended", "run_stopped", "run_finished", "task_answered"})
"""After these a process has ended, or a person has spoken, in order."""


@dataclass(frozen=True, slots=True)
class Crashes:
    """How often in a row a process died without progress, and the call that was under way the last time, if known."""

    count: int = 0
    suspect: Address | None = None


def crashes(rows: Sequence[IndexRow]) -> Crashes:
    """Return the crashes that a journal ends with; it is read from its end, as far as nothing was recorded."""
    count, suspect = 0, None
    for row in reversed(rows):
        if row.type not in _NO_PROGRESS:
            return Crashes(count + (row.type not in _IN_ORDER), suspect)
        if row.type == "run_resumed":
            count += 1
        elif count == 0 and suspect is None:
            suspect = row.address
    return Crashes(count, suspect)
