"""Views of a run: pure folds over its events, and the public JSON shapes (design 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from flujo.core.events import (
    Event,
    EventAwaited,
    IterationFinished,
    RegionEntered,
    RegionFinished,
    RegionReopened,
    RunFinished,
    RunHalted,
    RunResumed,
    RunStarted,
    RunSuspended,
    StepCancelled,
    StepCompleted,
    StepContinued,
    StepFailed,
    StepReturned,
    StepSkipped,
    StepStarted,
    TaskAnswered,
    TaskExpired,
    TaskOpened,
    TimerSet,
    UndoFinished,
    UndoStarted,
)
from flujo.core.graph import Call, Flow, Loop, Node
from flujo.core.ids import ROOT, Address, RunId, TaskId, child, inside, task_id
from flujo.core.outcomes import NOTHING_SPENT, Usage
from flujo.core.record import dataclass
from flujo.core.rows import RunStatus
from flujo.core.values import JsonObject, JsonValue
from flujo.engine.places import plain, regions_around
from flujo.engine.scope import iso
from flujo.engine.task_view import TaskView, task_view
from flujo.engine.voiding import Void


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place and time in the journal."""

    seq: int
    at: int
    address: Address
    event: Event
    labels: frozenset[str]


@dataclass(slots=True)
class StepView:
    """One address of a run: how it stands after its last event."""

    address: Address
    name: str
    kind: str = "step"
    uses: str | None = None
    status: str = "running"
    attempt: int = 1
    input: JsonValue = None
    output: JsonValue = None
    error: JsonObject | None = None
    started: int | None = None
    ended: int | None = None
    usage: Usage = NOTHING_SPENT
    detail: JsonObject | None = None
    decision: JsonValue = None
    labels: frozenset[str] = frozenset()
    size: int | None = None
    """Of a map: how many items it has."""
    undone: bool = False
    """Whether what it did was taken back."""

    @property
    def duration_s(self) -> float | None:
        """Seconds from the start of the last attempt to its end."""
        return None if self.started is None or self.ended is None else (self.ended - self.started) / 1_000_000

    def to_json(self) -> JsonObject:
        """Return the public JSON form."""
        return {
            "address": self.address,
            "name": self.name,
            "kind": self.kind,
            "status": self.status,
            "attempt": self.attempt,
            "input": self.input,
            "output": self.output,
            "error": self.error,
            "started_at": None if self.started is None else iso(self.started),
            "duration_s": self.duration_s,
            "usage": self.usage.to_json(),
        }


@dataclass(slots=True)
class RunView:
    """A run as its events tell it."""

    run_id: RunId
    name: str = ""
    digest: str = ""
    status: RunStatus = "running"
    input: JsonValue = None
    output: JsonValue = None
    error: JsonObject | None = None
    created: int = 0
    updated: int = 0
    usage: Usage = NOTHING_SPENT
    steps: dict[Address, StepView] = field(default_factory=dict)
    open: dict[TaskId, TaskView] = field(default_factory=dict)
    awaited: dict[Address, str] = field(default_factory=dict)
    """Events that are waited for, by step."""
    active: int = 0
    since: int = 0
    entered: dict[Address, int] = field(default_factory=dict)
    sizes: dict[Address, int] = field(default_factory=dict)
    environment: JsonObject = field(default_factory=dict)
    forked_from: JsonObject | None = None
    """Of a fork: the `run` and step `from` which it was made, and what was `set`."""

    undone: list[Address] = field(default_factory=list)
    """Steps whose effect was taken back since the last redrive, in that order."""

    @property
    def tasks(self) -> list[TaskView]:
        """Open questions, oldest first."""
        return list(self.open.values())

    @property
    def duration_s(self) -> float:
        """Seconds in which the run was driven; waiting for people is not counted."""
        return self.active / 1_000_000

    def to_json(self, *, steps: bool = False) -> JsonObject:
        """Return the public JSON form of `run --json`, with `steps` that of `lens show --json`."""
        shape: JsonObject = {
            "run_id": self.run_id,
            "blueprint": self.name,
            "digest": self.digest,
            "status": self.status,
            "output": self.output,
            "error": self.error,
            "tasks": [task.to_json() for task in self.tasks],
            "usage": self.usage.to_json(),
            "duration_s": self.duration_s,
        }
        if self.forked_from is not None:
            shape["forked_from"] = self.forked_from
        if self.undone:
            shape["undone"] = list(self.undone)
        if steps:
            shape["steps"] = [step.to_json() for step in self.steps.values()]
        return shape


def fold(
    run: RunId,
    events: Iterable[Recorded],
    nodes: Mapping[Address, Node],
    arguments: Mapping[Address, JsonObject] | None = None,
) -> RunView:
    """Return the view of a run. `nodes` tells kinds, `arguments` the inputs of calls."""
    view = RunView(run)
    for item in events:
        if item.address == ROOT:
            _fold_run(view, item, nodes)
        else:
            _fold_step(view, item, nodes)
        view.updated = item.at
    if view.status == "running":
        view.active += view.updated - view.since
    view.steps = _with_regions(view.steps, nodes)
    for address, size in view.sizes.items():
        if address in view.steps:
            view.steps[address].size = size
    for address, given in (arguments or {}).items():
        if address in view.steps:
            view.steps[address].input = given
    return view


def _fold_run(view: RunView, item: Recorded, nodes: Mapping[Address, Node]) -> None:
    match item.event:
        case RunStarted() as event:
            view.name, view.digest, view.input, view.created = event.name, event.digest, event.input, item.at
            view.environment, view.since = event.environment, item.at
            if event.forked is not None:
                view.forked_from = {key: event.forked[key] for key in ("run", "from", "set")}
        case RunSuspended():
            view.status = "suspended"
            view.active += item.at - view.since
        case RunResumed() as event:
            _forget(view, event, nodes)
            if view.status == "running":  # its process was killed: count up to the last thing it recorded
                view.active += view.updated - view.since
            view.status, view.error, view.since = "running", None, item.at
        case RunHalted():
            if view.status == "running":
                view.active += item.at - view.since
            view.status, view.output, view.error, view.since = "running", None, None, item.at
        case RunFinished() as event:
            view.status, view.output = event.status, event.output
            view.error = None if event.error is None else _public_error(event.error)
            view.active += item.at - view.since
            doubts = {task: asked for task, asked in view.open.items() if asked.kind == "in_doubt"}
            view.open, view.awaited = doubts if event.status == "cancelled" else {}, {}


def _forget(view: RunView, event: RunResumed, nodes: Mapping[Address, Node]) -> None:
    """Let go of what a redrive says no longer holds."""
    if event.reason == "redrive":
        view.undone = []
    if event.void:
        void = Void(event.void, event.kept or (), lambda address: isinstance(nodes.get(plain(address)), Loop))
        view.steps = {address: step for address, step in view.steps.items() if not void(address)}


def _with_regions(steps: dict[Address, StepView], nodes: Mapping[Address, Node]) -> dict[Address, StepView]:
    """Return the steps with each region before what is inside it, also one that has no end of its own yet."""
    ordered: dict[Address, StepView] = {}
    open_regions: dict[Address, StepView] = {}
    for address, step in steps.items():
        for region in regions_around(address):
            if region not in ordered and plain(region) in nodes:
                ordered[region] = steps.get(region) or _new_step(region, nodes)
                if region not in steps:
                    open_regions[region] = ordered[region]
            if region in open_regions:
                _seen_inside(open_regions[region], step)
        ordered[address] = step
    return ordered


def _seen_inside(region: StepView, step: StepView) -> None:
    """Let what happened inside a region that has not ended tell how it stands."""
    if step.status in ("failed", "suspended") and region.status != "failed":
        region.status = step.status
    if step.started is not None:
        region.started = min(step.started, region.started or step.started)


def _public_error(error: JsonObject) -> JsonObject:
    return {key: error.get(key) for key in ("code", "class", "message", "step", "file", "line", "help")}


def _fold_step(view: RunView, item: Recorded, nodes: Mapping[Address, Node]) -> None:
    if isinstance(item.event, RegionEntered) and item.event.size is not None:
        view.sizes[item.address] = item.event.size
    if isinstance(item.event, IterationFinished | RegionEntered | RegionReopened | UndoStarted):
        return
    step = view.steps.get(item.address)
    if step is None:
        step = view.steps[item.address] = _new_step(item.address, nodes)
    if isinstance(item.event, UndoFinished):
        _fold_undo(view, step, item.event)
    _fold_end(view, step, item)
    if isinstance(item.event, RegionFinished | StepContinued):
        _close(view, item.address)
    _fold_waiting(view, step, item)
    _note_start(view, step)


def _fold_undo(view: RunView, step: StepView, event: UndoFinished) -> None:
    asked = view.steps.get(child(step.address, "@undo"))
    if asked is not None and event.by is not None:
        asked.status = "failed" if event.error else "completed"
    if event.error is None:
        step.undone = True
        view.undone.append(step.address)


def _close(view: RunView, region: Address) -> None:
    """Questions inside a region that is over need no answer any more."""
    view.open = {task: question for task, question in view.open.items() if not inside(question.step, region)}
    view.awaited = {step: event for step, event in view.awaited.items() if not inside(step, region)}


def _fold_end(view: RunView, step: StepView, item: Recorded) -> None:
    match item.event:
        case StepStarted() as event:
            step.status, step.attempt, step.started = "running", event.attempt, event.moment
        case StepReturned() as event:
            step.status, step.attempt, step.started = "running", event.attempt, event.started or step.started
        case StepCompleted() as event:
            step.status, step.output, step.attempt, step.error = "completed", event.output, event.attempt, None
            step.started, step.ended = event.started or step.started or item.at, item.at
            step.detail, step.labels = event.detail or step.detail, item.labels
            _spend(view, step, event.usage)
        case StepFailed() as event:
            step.status, step.error, step.attempt = "failed", _public_error(event.error), event.attempt
            step.started, step.ended, step.detail = event.started or item.at, item.at, event.detail
            _spend(view, step, event.usage)
        case StepContinued() as event:
            step.status, step.error = "continued", _public_error(event.error)
        case StepCancelled():
            step.status, step.ended = "cancelled", item.at
        case StepSkipped():
            step.status, step.started, step.ended = "skipped", item.at, item.at
        case RegionFinished() as event:
            step.status, step.output, step.decision = "completed", event.output, event.decision
            step.started, step.ended = view.entered.get(item.address, item.at), item.at
            if event.decision == "@caught":
                step.error = None


def _fold_waiting(view: RunView, step: StepView, item: Recorded) -> None:
    match item.event:
        case TimerSet():
            step.status, step.started = "suspended", item.at
        case EventAwaited() as event:
            step.status, step.started = "suspended", item.at
            view.awaited[item.address] = event.event
            step.detail = {"event": event.event}
        case StepCompleted() | StepFailed():
            view.awaited.pop(item.address, None)
        case TaskOpened() as event:
            step.status, step.started = "suspended", step.started or item.at
            _fold_question(view, item, event)
        case TaskAnswered() as event:
            task = view.open.get(TaskId(event.task))
            if task is None or task.take(event):
                view.open.pop(TaskId(event.task), None)
                step.status = "running"
            step.detail = {"answered_by": event.by, "comment": event.comment}
        case TaskExpired() as event:
            view.open.pop(TaskId(event.task), None)
            step.status = "running"


def _fold_question(view: RunView, item: Recorded, event: TaskOpened) -> None:
    """Open a question; it takes the place of one of its kind that the step asked before."""
    view.open = {
        task: other for task, other in view.open.items() if (other.step, other.kind) != (item.address, event.kind)
    }
    task = task_id(view.run_id, item.seq)
    view.open[task] = task_view(task, item.address, event)


def _note_start(view: RunView, step: StepView) -> None:
    """Let the regions around a step have begun when it did, unless something inside them began earlier."""
    if step.started is not None:
        for region in regions_around(step.address):
            view.entered[region] = min(step.started, view.entered.get(region, step.started))


def _spend(view: RunView, step: StepView, usage: JsonObject | None) -> None:
    if usage:
        spent = Usage(usage["tokens_in"], usage["tokens_out"], usage["calls"], usage["usd"])
        step.usage = step.usage + spent
        view.usage = view.usage + spent


def _new_step(address: Address, nodes: Mapping[Address, Node]) -> StepView:
    node = nodes.get(plain(address))
    if node is None:
        return StepView(address, address.rpartition("/")[2])
    uses = node.target if isinstance(node, Call) else None
    if isinstance(node, Call) and node.runner == "agent":
        uses = f"agents.{node.target}"
    if isinstance(node, Flow) and node.imported is not None:
        uses = f"imports.{node.imported.alias}"
    return StepView(address, node.meta.name, node.meta.kind, uses)
