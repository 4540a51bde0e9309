"""DEADLINE: one attempt may take so long and no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from flujo.core.graph import Call
from flujo.core.outcomes import Outcome
from flujo.core.ports import Attempts, Band, Policy
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """The policy; see the module."""

    band: Band = Band.DEADLINE

    def applies(self, call: Call) -> bool:
        """Say whether the call has `timeout`."""
        return call.meta.timeout is not None

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the outcome of the attempt, or a failure of class timeout."""
        return await attempts.within(attempts.call.meta.timeout or 0.0, proceed)


POLICY: Final[Policy] = DeadlinePolicy()
