"""REPEAT: try a failed call again, as often and as late as its `retry` says.

A failure marked `never` is never retried, also under `any`. Waits are recorded before they begin and go on after a
restart; the count of attempts is that of the journal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from flujo.core.graph import Retry
from flujo.core.outcomes import Failed, Outcome
from flujo.core.ports import Attempts, Band, Policy

MAX_RETRY_AFTER: Final = 300.0
"""A provider's Retry-After above this many seconds is cut to it."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The policy; see the module."""

    band: Band = Band.REPEAT

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the first outcome that is not to be tried again."""
        while True:
            await attempts.wait()
            outcome = await proceed()
            retry = attempts.call.meta.retry
            if not isinstance(outcome, Failed) or retry is None or not wanted(retry, outcome):
                return outcome
            made = len(attempts.failures) + 1
            delay = pause(retry, made, outcome, attempts.chance)
            late = retry.max_time is not None and attempts.elapsed() + delay > retry.max_time
            if made >= retry.attempts or late:
                return outcome
            attempts.again(outcome, delay)


def wanted(retry: Retry, failed: Failed) -> bool:
    """Say whether a failure is of a class that is tried again."""
    return failed.retry != "never" and ("any" in retry.on or failed.retry in retry.on)


def pause(retry: Retry, made: int, failed: Failed, chance: Callable[[], float]) -> float:
    """Return seconds to wait after attempt number `made`: backoff from `delay`, factor 2 when exponential.

    A reply that does not fit needs no wait; a provider's Retry-After is honoured.
    """
    if failed.retry == "invalid_output":
        return 0.0
    match retry.backoff:
        case "constant":
            delay = retry.delay
        case "linear":
            delay = retry.delay * made
        case "exponential":
            delay = retry.delay * 2 ** (made - 1)
    delay = min(delay, retry.max_delay)
    if retry.jitter:
        delay *= chance()
    return max(delay, min(failed.retry_after or 0.0, MAX_RETRY_AFTER))


POLICY: Final[Policy] = RetryPolicy()
