"""When the waits of a run are over, told from its events."""

from flujo.app.pauses import next_wake
from flujo.core.events import Event, RegionFinished, RegionReopened, RunResumed, StepCompleted, StepFailed, TimerSet
from flujo.core.ids import Address
from flujo.engine.fold import Recorded

ERROR = {"code": "FLJ0610", "message": "no"}


def wake(*events: tuple[str, Event]) -> int | None:
    """When the earliest wait is over after these events."""
    return next_wake(
        Recorded(seq, seq, Address(address), event, frozenset()) for seq, (address, event) in enumerate(events, 1)
    )


def test_the_earliest_open_wait_counts():
    assert wake() is None
    assert wake(("a", TimerSet(50)), ("b", TimerSet(40))) == 40
    assert wake(("a", TimerSet(50)), ("b", TimerSet(40)), ("b", StepCompleted())) == 50
    assert wake(("a", StepFailed(ERROR, 1, retry_at=30))) == 30
    assert wake(("a", StepFailed(ERROR, 1, retry_at=30)), ("a", StepFailed(ERROR, 2))) is None
    assert wake(("a", RegionReopened(2, 20))) == 20
    assert wake(("a", RegionReopened(2, 20)), ("a", RegionFinished())) is None
    assert wake(("a", TimerSet(50)), ("", RunResumed("redrive", []))) is None
