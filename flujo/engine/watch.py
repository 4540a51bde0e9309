"""Looks now and then whether somebody has asked to stop the run: at a dispatch, and by a poll while a call runs."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from flujo.core.ids import RunId
from flujo.core.storing import Store
from flujo.core.values import JsonObject, load, stored_bytes
from flujo.engine.crowd import GRACE, Lane, Stopped

EVERY: Final = 0.5
"""Seconds between two looks."""


def wish(by: str, *, undo: bool) -> str:
    """Return the text that asks for a run to be cancelled."""
    return stored_bytes({"by": by, "undo": undo}).decode()


class Watch:
    """The watch over one run; `wished` is who wants it cancelled, and whether to undo what it did."""

    def __init__(self, store: Store, run: RunId, lane: Lane) -> None:
        self.wished: JsonObject | None = None
        self._store = store
        self._run = run
        self._lane = lane
        self._next = 0

    def glance(self, now: int) -> None:
        """Look if it is time to; raise Stopped when the run is to be cancelled."""
        if now >= self._next:
            self._next = now + int(EVERY * 1_000_000)
            self.look()
        if self.wished is not None:
            raise Stopped

    def look(self) -> bool:
        """Say whether the run is to be cancelled; nothing new starts then."""
        if self.wished is None and (text := self._store.asked(self._run)):
            self.wished = load(text)
            self._lane.stopping = True
        return self.wished is not None

    async def poll(self, driving: asyncio.Task[Any]) -> None:
        """Look again and again; give calls that are under way some grace, then cut them off."""
        while not self.look():
            await asyncio.sleep(EVERY)
        await asyncio.wait({driving}, timeout=GRACE)
        if not driving.done():
            for write in list(self._lane.writes):
                write.cancel()
            driving.cancel()
