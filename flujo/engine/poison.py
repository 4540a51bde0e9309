"""Poison: a call of which three processes in a row have died is not made again.

When the second has died without recording anything, the third is cautious: it makes one call at a time and writes
`step_started` for each, so that if it dies too, it is known of what.
"""

from __future__ import annotations

import asyncio
from typing import Final

from flujo.core.ids import Address, inside
from flujo.core.outcomes import Failed
from flujo.engine.dispatch import Answer, LiveAttempts, LiveDispatcher, Tools
from flujo.engine.journal import Journal
from flujo.engine.order import Order
from flujo.engine.watch import Watch

CAUTIOUS_AFTER: Final = 2
POISON_AFTER: Final = 3


class CautiousDispatcher:
    """Makes one call at a time, each with a start in the journal; and not the one that ended three processes."""

    def __init__(self, journal: Journal, tools: Tools, watch: Watch | None = None) -> None:
        self._live = LiveDispatcher(journal, tools, watch, tells_starts=True)
        self._journal = journal
        self._tools = tools
        self._poison = journal.crashes.suspect if journal.crashes.count >= POISON_AFTER else None
        self._turn = asyncio.Lock()
        self._caller: Address | None = None

    async def dispatch(self, order: Order) -> Answer:
        """Return the outcome of a call; one that another makes on its way is part of that one."""
        address = order.frame.address
        if address == self._poison:
            text = f"the process died {POISON_AFTER} times in a row while `{address}` ({order.call.target}) ran"
            return LiveAttempts(order, self._journal, self._tools).answer(Failed.of("FLJ0811", text, retry="never"))
        if self._caller is not None and inside(address, self._caller):
            return await self._live.dispatch(order)
        async with self._turn:
            self._caller = address
            try:
                return await self._live.dispatch(order)
            finally:
                self._caller = None
