"""A clock that moves only when it is told to: waits of a day take no time in a test."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

EPOCH = 1_700_000_000_000_000
"""Where a ManualClock begins, in microseconds since 1970 UTC."""

_ROUNDS = 30
"""Turns of the event loop after which those who want to wait are taken to be waiting."""


class ManualClock:
    """An implementation of `core.ports.Clock`.

    `advance` moves the time and wakes who has waited long enough. With `jumps` nobody has to call it: when all there is
    to do is to wait, the time moves on to the end of the shortest wait. It knows nothing of work in threads. `naps`
    are the waits asked for, in seconds.
    """

    def __init__(self, now: int = EPOCH, *, jumps: bool = False) -> None:
        self._now = now
        self._jumps = jumps
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Event]] = []
        self.naps: list[float] = []

    def now(self) -> int:
        """Return microseconds since 1970 UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time on, and wake who is due."""
        self._now += round(seconds * 1_000_000)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            heapq.heappop(self._sleepers)[2].set()

    async def sleep(self, seconds: float) -> None:
        """Wait until the time has come; other tasks run meanwhile."""
        self.naps.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        mine = (self._now + round(seconds * 1_000_000), next(self._order), asyncio.Event())
        heapq.heappush(self._sleepers, mine)
        try:
            while self._jumps and not mine[2].is_set():
                before = self._now
                for _ in range(_ROUNDS):
                    await asyncio.sleep(0)
                if self._now == before and self._sleepers and self._sleepers[0] is mine:
                    self.advance((mine[0] - self._now) / 1_000_000)
            await mine[2].wait()
        finally:
            if mine in self._sleepers:  # cancelled
                self._sleepers.remove(mine)
                heapq.heapify(self._sleepers)
