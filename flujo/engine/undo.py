"""Undo: what a run did is taken back step by step, in reverse order, before the run is over.

Each undo is recorded, so that one that was done is not done again after a crash. One that fails becomes a question to a
person, and the others go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flujo.core.events import (
    Draft,
    RegionFinished,
    RegionReopened,
    RunHalted,
    StepCompleted,
    StepStarted,
    TaskAnswered,
    TaskOpened,
    UndoFinished,
    UndoStarted,
)
from flujo.core.graph import Flow, Graph, Node, Undo
from flujo.core.ids import Address, child, task_id
from flujo.core.outcomes import Failed, Suspended, waiting
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, Value
from flujo.engine.journal import EndOfRecord
from flujo.engine.past import Past
from flujo.engine.places import plain, undo_region
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, Scope, StepResult
from flujo.engine.tasks import open_task
from flujo.engine.voiding import around


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step did and can be taken back: `seq` is the event that recorded it, a doubt if the end is not known."""

    address: Address
    undo: Undo
    seq: int
    in_doubt: bool
    graph: Graph | None
    """The imported program that the step belongs to."""


async def undo_failed(runner: Runner) -> Suspended | None:
    """Undo what a run that has finally failed did; what is left to wait for, None when all is settled."""
    nodes = runner.nodes()
    if not any(node.meta.undo for node in nodes.values()):
        return None
    found = effects(runner.record.whole(), nodes)
    return await undo_all(runner, [effect for effect in found if not effect.undo.rollback_only], runner.scope)


def effects(past: Past, nodes: Mapping[Address, Node], after: int = 0) -> list[Effect]:
    """Return the effects recorded after an event in the order in which they are undone: doubts, then the last."""
    found = []
    for address in past.addresses():
        node = nodes.get(plain(address))
        undo = node.meta.undo if node is not None else None
        row = past.effect(address) if undo is not None else None
        if undo is not None and row is not None and row.seq > after:
            found.append(Effect(address, undo, row.seq, row.type == "step_started", _import_around(address, nodes)))
    return sorted(found, key=lambda effect: (not effect.in_doubt, -effect.seq))


async def undo_stopped(runner: Runner, stopping: RunHalted, scope: Scope) -> Suspended | None:
    """Undo what a run that is cancelled or rolled back did; what is left to wait for, None when all is settled."""
    found = effects(runner.record.whole(), runner.nodes(), stopping.after)
    chosen = [effect for effect in found if stopping.reason == "rollback" or not effect.undo.rollback_only]
    return await undo_all(runner, chosen, scope)


def _import_around(address: Address, nodes: Mapping[Address, Node]) -> Graph | None:
    """Return the imported program that a step belongs to, None for the run's own."""
    for region in list(around(plain(address)))[1:]:
        node = nodes.get(region)
        if isinstance(node, Flow) and node.imported is not None:
            return node.imported.graph
    return None


async def undo_all(runner: Runner, effects: Sequence[Effect], scope: Scope) -> Suspended | None:
    """Undo effects one after the other; `scope` gives the run's names."""
    left = []
    with runner.record.remember():
        for effect in effects:
            try:
                outcome = await _undo(runner, effect, scope)
            except EndOfRecord:
                outcome = Suspended()
            if outcome is not None:
                left.append(outcome)
    return waiting(*left) if left else None


async def _undo(runner: Runner, effect: Effect, scope: Scope) -> Suspended | None:
    """Undo one effect, unless that is recorded."""
    record, address, body = runner.record, effect.address, effect.undo.body
    begun = record.undo(address, effect.seq)
    if isinstance(begun, UndoFinished):
        return None
    if begun is None:
        record.append(Draft(UndoStarted(effect.seq), address), hold=True)
    sees, output = _known(runner, effect)
    this = Value(sees["this"], output.labels)
    if effect.graph is not None:
        runner = runner.inside(effect.graph, Value(sees["input"]))
        scope = runner.top()
        scope.context.value = sees["context"]
    while True:
        inner = scope.beside(StepResult("completed", this), {"this": this, "output": output})
        outcome = await runner.flow(body, inner, undo_region(address, effect.undo))
        finished: UndoFinished | Suspended | None = UndoFinished(effect.seq)
        if isinstance(outcome, Suspended):
            return outcome
        if isinstance(outcome, Failed):
            finished = _asked(runner, effect, outcome, Frame(inner, child(address, "@undo"), record.moment))
        if isinstance(finished, Suspended):
            return finished
        if finished is not None:
            record.append(Draft(finished, address), hold=True)
            return None


def _known(runner: Runner, effect: Effect) -> tuple[JsonObject, Value]:
    """Return what is recorded for the undo, and the output of the step; of one in doubt that is null."""
    event, labels = runner.record.event(effect.seq)
    assert isinstance(event, StepStarted | StepCompleted | RegionFinished)
    output = None if isinstance(event, StepStarted) else event.output
    return event.sees or {"this": None}, Value(output, labels)


def _asked(runner: Runner, effect: Effect, failed: Failed, frame: Frame) -> UndoFinished | Suspended | None:
    """Return what a person said of an undo that failed, or that they are asked; None to try again."""
    record, place = runner.record, frame.address
    if record.question(place, "undo") is None:
        text = f"the undo of `{effect.address}` failed: {failed.message}; is it undone?"
        shown = {"step": effect.address, "error": failed.to_json()}
        open_task(record, frame, TaskOpened("undo", text, shown, ["done", "retry", "fail"]))
    question = record.question(place, "undo")
    if question is None:
        raise EndOfRecord(place)
    seq, answered = question
    if answered is None:
        return Suspended((task_id(frame.scope.facts.run, seq),))
    assert isinstance(answered, TaskAnswered)  # the question has no deadline
    match answered.answer:
        case "retry":
            record.append(Draft(RegionReopened(record.reopenings(place) + 2, record.now()), place))
            return None
        case "done":
            return UndoFinished(effect.seq, None, answered.by)
    return UndoFinished(effect.seq, failed.to_json(), answered.by)
