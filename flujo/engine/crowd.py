"""Jobs that run side by side, at most so many at once, until one of them decides for all.

When a region is decided nothing new starts: calls that change nothing are cancelled, a write that is under way may
finish. Whoever stops from outside (a timeout, the end of the process) stops all of them too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import field

from flujo.core.outcomes import Outcome
from flujo.core.record import dataclass

Job = Callable[[], Awaitable[Outcome]]


@dataclass(slots=True, eq=False)
class Lane:
    """One of several things that run side by side, as the calls inside it see it."""

    outer: Lane | None = None
    stopping: bool = False
    protected: int = 0
    writes: set[asyncio.Task[Outcome]] = field(default_factory=set)
    """Of the outermost lane: the writes that are under way in the run."""

    @property
    def stopped(self) -> bool:
        """Whether this lane, or one around it, was told to stop."""
        lane: Lane | None = self
        while lane is not None:
            if lane.stopping:
                return True
            lane = lane.outer
        return False


LANE: ContextVar[Lane | None] = ContextVar("lane", default=None)
"""The lane of the running task; the outermost is the run's."""


class Stopped(Exception):
    """A lane ends because its region was decided without it. Never leaves the crowd."""


GRACE = 10.0
"""Seconds that a write under way may take to finish when everything is stopped from outside."""


async def protect(work: Awaitable[Outcome]) -> Outcome:
    """Await a write that must not be cut off: a decision made elsewhere waits for it, a stop from outside gives it
    some grace. The lane stops after it."""
    lanes = list(_lanes())
    for lane in lanes:
        lane.protected += 1
    task = asyncio.get_running_loop().create_task(_awaited(work))
    if lanes:
        lanes[-1].writes.add(task)
        task.add_done_callback(lanes[-1].writes.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not any(lane.stopping for lane in lanes):
            lanes[-1].stopping = True
        await asyncio.wait({task}, timeout=GRACE)
        if not task.done():
            task.cancel()
            raise
        return task.result()
    finally:
        for lane in lanes:
            lane.protected -= 1


def _lanes() -> Iterator[Lane]:
    """Yield the running lane and those around it, outwards."""
    lane = LANE.get()
    while lane is not None:
        yield lane
        lane = lane.outer


async def run_together(
    next_job: Callable[[], tuple[int, Job] | None],
    limit: int,
    decide: Callable[[int, Outcome], bool],
    lane_of: Callable[[], AbstractContextManager[None]],
) -> None:
    """Run jobs, at most `limit` at once; tell each outcome to `decide`, which says whether all is decided.

    `next_job` is asked again after every outcome: it may have more by then.
    """
    crowd = _Crowd(next_job, decide, lane_of)
    await crowd.run(limit)


class _Crowd:
    def __init__(
        self,
        next_job: Callable[[], tuple[int, Job] | None],
        decide: Callable[[int, Outcome], bool],
        lane_of: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._next_job = next_job
        self._decide = decide
        self._lane_of = lane_of
        self._outer = LANE.get()
        self._lanes: dict[asyncio.Task[None], Lane] = {}
        self._decided = False
        self._limit = 0

    async def run(self, limit: int) -> None:
        self._limit = limit
        try:
            self._fill()
            while waiting := [task for task in self._lanes if not task.done()]:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                self._let_go()
            self._let_go()
        except BaseException:
            await self._stop_all()
            raise

    def _fill(self) -> None:
        """Start lanes while there are jobs and room."""
        while len(self._lanes) < self._limit and not self._decided:
            job = self._next_job()
            if job is None:
                return
            lane = Lane(self._outer)
            self._lanes[asyncio.create_task(self._work(lane, job))] = lane

    def _let_go(self) -> None:
        """Forget lanes that have ended; raise what one of them raised."""
        for task in [task for task in self._lanes if task.done()]:
            del self._lanes[task]
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _stop_all(self) -> None:
        """Stop what still runs and wait for it; a write under way is let finish."""
        self._stop()
        while waiting := [task for task in self._lanes if not task.done()]:
            with suppress(asyncio.CancelledError):  # stopped once already; a second time changes nothing
                await asyncio.wait(waiting)

    def _stop(self) -> None:
        self._decided = True
        current = asyncio.current_task()
        for task, lane in self._lanes.items():
            lane.stopping = True
            if task is not current and not task.done() and not lane.protected:
                task.cancel()

    async def _work(self, lane: Lane, first: tuple[int, Job]) -> None:
        LANE.set(lane)
        job: tuple[int, Job] | None = first
        with self._lane_of():
            while job is not None and not self._decided:
                number, work = job
                try:
                    outcome = await work()
                except (Stopped, asyncio.CancelledError):
                    if not self._decided:
                        raise
                    return
                if not self._decided and self._decide(number, outcome):
                    self._stop()
                job = None if self._decided else self._next_job()
                self._fill()


async def in_time(work: Awaitable[Outcome], limit: Awaitable[None]) -> Outcome | None:
    """Return the outcome of work, or None when `limit` is over first; the work is then stopped and waited for."""
    lane = Lane(LANE.get())
    context = copy_context()
    context.run(LANE.set, lane)
    task = asyncio.get_running_loop().create_task(_awaited(work), context=context)
    timer = asyncio.ensure_future(limit)
    try:
        await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        lane.stopping = True
        task.cancel()
        await asyncio.wait({task})
        return None if task.cancelled() or task.exception() is not None else task.result()
    finally:
        lane.stopping = True
        for one in (task, timer):
            one.cancel()
        await asyncio.gather(task, timer, return_exceptions=True)


async def _awaited(work: Awaitable[Outcome]) -> Outcome:
    return await work
