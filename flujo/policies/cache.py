"""REUSE: the output that an equal call gave earlier is taken again, and the call is not made.

It stands inside CONSENT, so that what is kept approves nothing, and outside REPEAT, so that it costs no attempt. Only
outputs are kept, never failures; the entry and the end of the step are written in one transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from flujo.core.graph import Call
from flujo.core.outcomes import Done, Outcome
from flujo.core.ports import Attempts, Band, Policy
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """The policy; see the module."""

    band: Band = Band.REUSE

    def applies(self, call: Call) -> bool:
        """Say whether the call has `cache`."""
        return call.meta.cache is not None

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the output that is kept, else that of the call, which is kept from then on."""
        found = attempts.reuse()
        if found is not None:
            return found
        outcome = await proceed()
        if isinstance(outcome, Done):
            attempts.keep()
        return outcome


POLICY: Final[Policy] = CachePolicy()
