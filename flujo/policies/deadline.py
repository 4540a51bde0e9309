"""DEADLINE: one attempt may take so long and no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from flujo.core.outcomes import Outcome
from flujo.core.ports import Attempts, Band, Policy


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """The policy; see the module."""

    band: Band = Band.DEADLINE

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the outcome of the attempt, or a failure of class timeout."""
        seconds = attempts.call.meta.timeout
        return await (proceed() if seconds is None else attempts.within(seconds, proceed))


POLICY: Final[Policy] = DeadlinePolicy()
