"""Whether and when a failure is tried again: the arithmetic of `retry`, for calls and for regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flujo.core.graph import Retry
from flujo.core.outcomes import Failed

MAX_RETRY_AFTER: Final = 300.0
"""A provider's Retry-After above this many seconds is cut to it."""


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
