"""Pauses of a run: whether one may come, and when those that wait for a time are over."""

from __future__ import annotations

from collections.abc import Iterable

from flujo.core.errors import UsageError
from flujo.core.events import (
    EventAwaited,
    RegionFinished,
    RegionReopened,
    RunResumed,
    StepCancelled,
    StepCompleted,
    StepContinued,
    StepFailed,
    TimerSet,
)
from flujo.core.graph import Awaited, Call, Node, Question, Timer, Wait
from flujo.core.ids import Address
from flujo.engine.fold import Recorded


def refuse_pause(nodes: Iterable[Node], wait_max: float, *, asks: bool) -> None:
    """Raise UsageError FLJ0005 for a program that can suspend, where nothing would be kept to go on from.

    `asks` says that a person is there to answer at once.
    """
    for node in nodes:
        why = None if asks and not (isinstance(node, Wait) and isinstance(node.on, Awaited)) else _why(node, wait_max)
        if why is not None:
            raise UsageError(
                "FLJ0005",
                f"`{node.meta.name}` {why}, and a run on a memory store cannot be resumed later",
                help="run it on a terminal, or on `sqlite:///.flujo/state.db`",
            )


def _why(node: Node, wait_max: float) -> str | None:
    match node:
        case Wait(on=Question()):
            return "waits for a person"
        case Wait(on=Awaited(event=name)):
            return f"waits for the event `{name}`"
        case Wait(on=Timer(seconds=float() | int() as seconds)) if seconds > wait_max:
            return f"waits longer than `--wait-max` ({wait_max:g} s)"
        case Call() if node.meta.approval is not None:
            return "waits for an approval"
    return None


def next_wake(events: Iterable[Recorded]) -> int | None:
    """Return when the earliest wait of a run is over, in microseconds; None when it waits for no time."""
    due: dict[Address, int] = {}
    for item in events:
        match item.event:
            case EventAwaited(expires=int(moment)):
                due[item.address] = moment
            case TimerSet(due=moment) | RegionReopened(due=moment) | StepFailed(retry_at=int(moment)):
                due[item.address] = moment
            case StepCompleted() | StepFailed() | StepContinued() | StepCancelled() | RegionFinished():
                due.pop(item.address, None)
            case RunResumed(reason="redrive"):
                due.clear()
    return min(due.values(), default=None)
