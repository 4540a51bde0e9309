"""How a run ends from outside: cancelled, or rolled back to one of its steps."""

from __future__ import annotations

from collections.abc import Mapping

from flujo.core.events import Draft, RunFinished, RunHalted, RunSuspended
from flujo.core.graph import Call, Graph
from flujo.core.ids import ROOT, Address, TaskId, task_id
from flujo.core.outcomes import Failed
from flujo.core.ports import Clock
from flujo.core.record import dataclass
from flujo.core.storing import Projection, Store
from flujo.core.values import JsonObject
from flujo.engine.dispatch import whether_done
from flujo.engine.journal import Journal
from flujo.engine.places import plain
from flujo.engine.redriving import undone
from flujo.engine.regions import run_region
from flujo.engine.replay import ReplayDispatcher, ReplayRecord
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, RunFacts, Scope
from flujo.engine.tasks import open_task
from flujo.engine.undo import undo_stopped


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a run stands: the names of its own list of steps, and the arguments of the calls it came to."""

    scope: Scope
    arguments: Mapping[Address, JsonObject]


async def walk(graph: Graph, facts: RunFacts, store: Store, clock: Clock) -> Walk:
    """Go through a run as a replay does; nothing is written or called."""
    record = ReplayRecord(store, facts.run, clock)
    record.load(store.rows(facts.run))
    dispatcher = ReplayDispatcher(record)
    runner = Runner(graph, record, dispatcher, facts, run_region)
    await runner.run()
    return Walk(runner.scope, dispatcher.arguments)


async def end(journal: Journal, runner: Runner, stopping: RunHalted, stands: Walk) -> None:
    """Undo what is to be undone, ask about what is in doubt, and record the end; suspended where an undo needs help."""
    left = await undo_stopped(runner, stopping, stands.scope) if stopping.undo else None
    if left is not None:
        event = RunSuspended(list(left.tasks), left.due)
        journal.append(Draft(event), change=Projection(status="suspended"), hold=True)
        await journal.commit()
        return
    asked = journal.open_tasks(ROOT)
    if stopping.reason == "cancel":
        kept = _ask_of_doubts(journal, runner, stands)
        why = Failed.of("FLJ0814", f"`{stopping.by}` cancelled the run", retry="never")
        finished = RunFinished("cancelled", None, why.to_json())
    else:
        kept = set()
        why = Failed.of("FLJ0815", f"`{stopping.by}` rolled the run back to `{stopping.to}`", retry="never")
        finished = RunFinished("failed", None, why.to_json())
    closed = tuple(task for task in asked if task not in kept)
    journal.append(Draft(finished), change=Projection(status=finished.status, closed=closed), hold=True)
    await journal.commit()


def _ask_of_doubts(journal: Journal, runner: Runner, stands: Walk) -> set[TaskId]:
    """Ask of every write whose end is not known whether it took effect; return the questions."""
    past, nodes = journal.whole(), runner.nodes()
    asked: set[TaskId] = set()
    for address in list(past.addresses()):
        node, doubt = nodes.get(plain(address)), past.doubt(address)
        if doubt is None or not isinstance(node, Call) or node.idempotent != "no" or undone(past, address):
            continue
        question = past.question(address, "in_doubt", after=doubt.seq)
        if question is None:
            frame = Frame(stands.scope, address, journal.moment)
            text = whether_done(node, address, "was cut off", stands.arguments.get(address, {}))
            asked.update(open_task(journal, frame, text).tasks)
        else:
            asked.add(task_id(journal.run, question[0]))
    return asked
