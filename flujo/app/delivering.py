"""Events from outside: each is given to every run that waits for it."""

from __future__ import annotations

from typing import Any, Final

from flujo.core.errors import FlujoError
from flujo.core.ids import RunId
from flujo.core.ports import Clock
from flujo.core.record import dataclass
from flujo.core.storing import TaskHeader
from flujo.engine.journal import Offer

TRIES: Final = 30
PAUSE: Final = 0.1
"""A run that another process drives is tried again for three seconds: most likely it is about to be suspended."""

IS_DRIVEN: Final = "FLJ0803"
IS_OVER: Final = "FLJ0802"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an event at one run: the steps that took it, or why none did."""

    run: RunId
    name: str
    steps: tuple[str, ...]
    problem: str | None = None

    @property
    def taken(self) -> bool:
        """Whether a step took it."""
        return bool(self.steps)


async def deliver(engine: Any, clock: Clock, waiting: list[TaskHeader], offer: Offer) -> list[Delivery]:
    """Give an event to all runs that wait for it, before any of them goes on; one that cannot be reached harms no
    other."""
    found = []
    for header in {item.run: item for item in waiting}.values():
        own = Offer(offer.event, offer.payload, offer.by)
        problem = await _given(engine, clock, header.run, own)
        found.append(Delivery(header.run, header.name, tuple(own.taken), problem or "; ".join(own.faults) or None))
    return found


async def _given(engine: Any, clock: Clock, run: RunId, offer: Offer) -> str | None:
    """Give an event to one run; return why that could not be."""
    for attempt in range(TRIES):
        try:
            await engine.deliver(run, offer)
            return None
        except FlujoError as error:
            code = error.diagnostic.code
            if code == IS_OVER:  # since the list was made
                return None
            if code != IS_DRIVEN or attempt == TRIES - 1:
                return f"{error}; send the event again later" if code == IS_DRIVEN else str(error)
        await clock.sleep(PAUSE)
    return None
