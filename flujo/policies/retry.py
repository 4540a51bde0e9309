"""REPEAT: try a failed call again, as often and as late as its `retry` says.

A failure marked `never` is never retried, also under `any`. Waits are recorded before they begin and go on after a
restart; the count of attempts is that of the journal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from flujo.core.backoff import pause, wanted
from flujo.core.graph import Call, Retry
from flujo.core.outcomes import Failed, Outcome
from flujo.core.ports import Attempts, Band, Policy
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The policy; see the module."""

    band: Band = Band.REPEAT

    def applies(self, call: Call) -> bool:
        """Say whether the call has `retry`."""
        return call.meta.retry is not None

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the first outcome that is not to be tried again."""
        retry = attempts.call.meta.retry or Retry()
        while True:
            suspended = await attempts.wait()
            if suspended is not None:
                return suspended
            outcome = await proceed()
            if not isinstance(outcome, Failed) or not wanted(retry, outcome):
                return outcome
            made = len(attempts.failures) + 1
            delay = pause(retry, made, outcome, attempts.chance)
            late = retry.max_time is not None and attempts.elapsed() + delay > retry.max_time
            if made >= retry.attempts or late:
                return outcome
            attempts.again(outcome, delay)


POLICY: Final[Policy] = RetryPolicy()
