"""VERIFY: an attempt counts only if its output keeps the rules of `verify`.

It stands inside REPEAT, so that an output that breaks a rule is a failed attempt, and outside DEADLINE: the time of an
attempt is that of its call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from flujo.core.graph import Call
from flujo.core.outcomes import Done, Outcome
from flujo.core.ports import Attempts, Band, Policy
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class VerifyPolicy:
    """The policy; see the module."""

    band: Band = Band.VERIFY

    def applies(self, call: Call) -> bool:
        """Say whether the call has `verify`."""
        return bool(call.meta.verify)

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the outcome of one attempt, verified."""
        outcome = attempts.returned() or await proceed()
        return await attempts.verify(outcome) if isinstance(outcome, Done) else outcome


POLICY: Final[Policy] = VerifyPolicy()
