"""CONSENT: a person sees exactly what will be done, and agrees or not.

The answer counts for this call only: skill and version, arguments, address and run; for all its attempts, but not for
another iteration, item or redrive with other arguments.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from flujo.core.graph import Call
from flujo.core.outcomes import Outcome
from flujo.core.ports import Attempts, Band, Policy
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The policy; see the module."""

    band: Band = Band.CONSENT

    def applies(self, call: Call) -> bool:
        """Say whether the call has `approval`."""
        return call.meta.approval is not None

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return what a person decided, or go on when they agreed."""
        refused = attempts.consent()
        return await proceed() if refused is None else refused


POLICY: Final[Policy] = ApprovalPolicy()
