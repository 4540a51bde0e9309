"""The facts of a run.

The journal is the only truth: status, steps, cost, trace and tasks are folds over these events.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, ClassVar, Literal

from flujo.core.ids import Address, Digest
from flujo.core.record import dataclass
from flujo.core.rows import Row, RunStatus
from flujo.core.values import EMPTY, JsonObject, JsonValue, load_stored, stored_bytes

JOURNAL_VERSION = 1
"""Version of the events; written into RunStarted, raised when a shape changes (old ones are upcast on reading)."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first event: everything the run depends on.

    `forked` of a fork: `run` and step `from` which it was made, what was `set`, the `context` it starts with, and
    `until` which event it took over what was recorded there.
    """

    TYPE: ClassVar = "run_started"
    name: str
    digest: Digest
    input: JsonValue
    seed: str
    pinned: JsonObject
    environment: JsonObject
    forked: JsonObject | None = None
    journal_version: int = JOURNAL_VERSION


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A call with effects is about to begin: written only where a crash would leave a doubt.

    `sees` is what the step's undo needs: `this`, and inside an import `input` and `context`.
    """

    TYPE: ClassVar = "step_started"
    attempt: int
    moment: int
    key: str | None = None
    sees: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class StepReturned:
    """An attempt gave an output that calls are about to verify: it is not made again if they are cut off."""

    TYPE: ClassVar = "step_returned"
    attempt: int
    moment: int
    output: JsonValue = None
    started: int = 0
    usage: JsonObject | None = None
    detail: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class StepCompleted:
    """A call or an answered question is done. `delta` holds the context writes as [path, value] pairs.

    `sees` is what the step's undo needs: `this`, and inside an import `input` and `context`.
    """

    TYPE: ClassVar = "step_completed"
    output: JsonValue = None
    delta: list[JsonValue] | None = None
    attempt: int = 1
    started: int = 0
    moment: int | None = None
    usage: JsonObject | None = None
    detail: JsonObject | None = None
    sees: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class StepFailed:
    """One attempt failed. `retry_at` (microseconds) is when the next begins; None when this was the last."""

    TYPE: ClassVar = "step_failed"
    error: JsonObject
    attempt: int = 1
    started: int = 0
    retry_at: int | None = None
    usage: JsonObject | None = None
    detail: JsonObject | None = None
    moment: int | None = None


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step's `when` was false."""

    TYPE: ClassVar = "step_skipped"
    moment: int | None = None


@dataclass(frozen=True, slots=True)
class StepContinued:
    """A step failed and the list goes on without its output (`on_error: continue`)."""

    TYPE: ClassVar = "step_continued"
    error: JsonObject


@dataclass(frozen=True, slots=True)
class StepCancelled:
    """A running step was stopped because its region was decided without it."""

    TYPE: ClassVar = "step_cancelled"
    started: int = 0


@dataclass(frozen=True, slots=True)
class RegionEntered:
    """A region whose entry decides something later: it read the clock, or has a deadline; a map says its `size`."""

    TYPE: ClassVar = "region_entered"
    moment: int
    size: int | None = None


@dataclass(frozen=True, slots=True)
class RegionReopened:
    """A failed region is tried again: failures inside it no longer count, results stay."""

    TYPE: ClassVar = "region_reopened"
    attempt: int
    due: int


@dataclass(frozen=True, slots=True)
class IterationFinished:
    """One iteration of a loop is over: its output, what the next one gets, its context writes.

    Every hundredth holds the writes of all iterations so far, so that a resume reads a bounded number of events.
    """

    TYPE: ClassVar = "iteration_finished"
    output: JsonValue = None
    next_input: JsonValue = None
    delta: list[JsonValue] | None = None
    exit: str | None = None


@dataclass(frozen=True, slots=True)
class TimerSet:
    """A wait was begun; it is over at `due` (microseconds)."""

    TYPE: ClassVar = "timer_set"
    due: int
    moment: int | None = None


@dataclass(frozen=True, slots=True)
class EventAwaited:
    """A wait for an event was begun; when it comes, the step completes with its payload. `expires` in microseconds."""

    TYPE: ClassVar = "event_awaited"
    event: str
    moment: int
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class RegionFinished:
    """A region is over: its output, its decision (the branch taken), its context writes.

    `sees` is what the region's undo needs, as in `step_completed`.
    """

    TYPE: ClassVar = "region_finished"
    output: JsonValue = None
    decision: JsonValue = None
    delta: list[JsonValue] | None = None
    error: JsonObject | None = None
    moment: int | None = None
    sees: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A question to people: exactly what they are shown, and who may answer. An approval counts for one `call`."""

    TYPE: ClassVar = "task_opened"
    kind: str
    message: str
    show: JsonValue = None
    choices: list[str] | None = None
    schema: JsonObject | None = None
    moment: int | None = None
    expires: int | None = None
    to: str | None = None
    by: list[str] | None = None
    quorum: int = 1
    call: Digest | None = None


@dataclass(frozen=True, slots=True)
class TaskExpired:
    """Nobody answered a question in time, or too few people did."""

    TYPE: ClassVar = "task_expired"
    task: str


@dataclass(frozen=True, slots=True)
class TaskAnswered:
    """A person's answer, who gave it, and the digest of what they had been shown."""

    TYPE: ClassVar = "task_answered"
    task: str
    answer: JsonValue
    by: str
    shown: Digest
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class UndoStarted:
    """The effect of a step is about to be taken back; `of` is the seq of the event that recorded the effect."""

    TYPE: ClassVar = "undo_started"
    of: int


@dataclass(frozen=True, slots=True)
class UndoFinished:
    """The effect of a step is taken back, or with `error` is not; `by` is the person who said so, if one did."""

    TYPE: ClassVar = "undo_finished"
    of: int
    error: JsonObject | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class RunSuspended:
    """Nothing can go on until people have answered."""

    TYPE: ClassVar = "run_suspended"
    tasks: list[str]
    due: int | None = None


@dataclass(frozen=True, slots=True)
class RunResumed:
    """The run goes on: after an answer, a crash, or (`redrive`) a failure. `reopened` are addresses to run again.

    What is recorded at the addresses in `void`, inside them and around them no longer holds, but for those in `kept`.
    """

    TYPE: ClassVar = "run_resumed"
    reason: Literal["resume", "redrive"] = "resume"
    reopened: list[str] | None = None
    void: list[str] | None = None
    kept: list[str] | None = None


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The process that drove the run was told to stop and did so; it did not die, and the run can go on."""

    TYPE: ClassVar = "run_stopped"


@dataclass(frozen=True, slots=True)
class RunHalted:
    """The run goes no further: it is cancelled, or rolled back `to` a step; what follows are undos.

    A rollback undoes what was recorded after the event `after`; the addresses in `void` no longer hold in a redrive.
    """

    TYPE: ClassVar = "run_halted"
    reason: Literal["cancel", "rollback"]
    by: str
    undo: bool = True
    to: str | None = None
    after: int = 0
    void: list[str] | None = None


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The only end of a run."""

    TYPE: ClassVar = "run_finished"
    status: RunStatus
    output: JsonValue = None
    error: JsonObject | None = None


Event = (
    RunStarted
    | StepStarted
    | StepReturned
    | StepCompleted
    | StepFailed
    | StepSkipped
    | StepContinued
    | StepCancelled
    | RegionEntered
    | RegionReopened
    | IterationFinished
    | RegionFinished
    | TimerSet
    | EventAwaited
    | TaskOpened
    | TaskAnswered
    | TaskExpired
    | UndoStarted
    | UndoFinished
    | RunSuspended
    | RunResumed
    | RunStopped
    | RunHalted
    | RunFinished
)

_CLASSES: dict[str, type[Any]] = {cls.TYPE: cls for cls in Event.__args__}
_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {
    cls: tuple((item.name, None if item.default is MISSING else item.default) for item in fields(cls))
    for cls in _CLASSES.values()
}
_REQUIRED: dict[type, frozenset[str]] = {
    cls: frozenset(item.name for item in fields(cls) if item.default is MISSING) for cls in _CLASSES.values()
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An event on its way into the journal."""

    event: Event
    address: Address = Address("")
    fingerprint: str = ""
    labels: frozenset[str] = EMPTY
    parent: str = ""
    """The run that it was taken over from."""


BLOB_FIELD = {
    "run_started": "input",
    "step_returned": "output",
    "step_completed": "output",
    "iteration_finished": "output",
    "region_finished": "output",
    "run_finished": "output",
}
"""The field of an event that may be kept as a blob, by type."""


def body_of(event: Event) -> JsonObject:
    """Return an event's fields, without those that have their default."""
    cls = type(event)
    required = _REQUIRED[cls]
    body = {}
    for name, default in _DEFAULTS[cls]:
        value = getattr(event, name)
        if name in required or value is not default:
            body[name] = value
    return body


def encode_body(event: Event) -> bytes:
    """Return an event's stored bytes."""
    return stored_bytes(body_of(event))


def event_of(row: Row, large: JsonValue = None) -> Event:
    """Return the event of a row; `large` is the value its blob holds, if it has one."""
    cls = _CLASSES[row.type]
    names = {name for name, _ in _DEFAULTS[cls]}
    fields = {key: value for key, value in load_stored(row.body).items() if key in names}
    if row.blob:
        fields[BLOB_FIELD[row.type]] = large
    event: Event = cls(**fields)
    return event
