"""Start, resume, answer, redrive and replay: five ways into the one runner, by what they put before it.

Long because all ways into a run share how it is owned, recalled, driven and ended.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from flujo.core.errors import Denied, StateError, UsageError
from flujo.core.events import (
    Draft,
    RunFinished,
    RunHalted,
    RunResumed,
    RunStarted,
    RunStopped,
    RunSuspended,
    TaskAnswered,
    TaskOpened,
)
from flujo.core.graph import Graph
from flujo.core.ids import ROOT, Digest, RunId, TaskId, run_of_task
from flujo.core.outcomes import Done, Failed, Outcome, Suspended
from flujo.core.ports import Ids
from flujo.core.record import dataclass
from flujo.core.rows import RunStatus, row_hash
from flujo.core.secrets import Redactor
from flujo.core.storing import (
    NO_CHANGE,
    IndexRow,
    Projection,
    RunHeader,
    Store,
)
from flujo.core.values import JsonObject, JsonValue, digest
from flujo.engine.answers import refusal, settled
from flujo.engine.commit import Committer
from flujo.engine.crowd import LANE, Lane, Stopped
from flujo.engine.dispatch import Answer, Dispatcher, LiveDispatcher, Tools
from flujo.engine.fold import Recorded
from flujo.engine.forking import Fork, changed_input, context_of, copies
from flujo.engine.journal import Journal, Observer, Offer, Owner
from flujo.engine.order import Order
from flujo.engine.past import Past
from flujo.engine.poison import CAUTIOUS_AFTER, CautiousDispatcher
from flujo.engine.redriving import NO_CHOICE, Choice, no_longer_holds
from flujo.engine.regions import run_region
from flujo.engine.replay import Replay, ReplayRecord, replay
from flujo.engine.runner import Runner
from flujo.engine.scope import RunFacts
from flujo.engine.stopping import end, walk
from flujo.engine.undo import undo_failed
from flujo.engine.watch import Watch

_ENDED: Final = frozenset({"completed", "partial", "failed", "denied", "cancelled"})
_REDRIVABLE: Final = frozenset({"failed", "denied", "cancelled"})

Compile = Callable[[JsonObject], Graph]
"""Compiles a run's graph from what it pinned."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A person's answer to a task, and who gave it."""

    task: TaskId
    answer: JsonValue
    by: str
    comment: str | None = None


class Driving(Protocol):
    """How a run is driven."""

    @property
    def observe(self) -> Observer | None:
        """Who is told of each row once it is written."""
        ...

    @property
    def wait_max(self) -> float:
        """How many seconds a wait may take in this process; a longer one suspends the run."""
        ...

    @property
    def stoppable(self) -> bool:
        """Whether other processes may ask for the run to be cancelled."""
        ...

    @property
    def guard(self) -> Callable[[Redactor, Sequence[str]], None] | None:
        """Who is told before secrets get into a run: what takes them out of texts, and warnings about some."""
        ...


@dataclass(frozen=True, slots=True)
class Quietly:
    """Driving with nobody told."""

    observe: Observer | None = None
    wait_max: float = 60.0
    stoppable: bool = False
    guard: Callable[[Redactor, Sequence[str]], None] | None = None


QUIETLY = Quietly()


class _Idle:
    """Begins no call (the port `Dispatcher`): a run that is only told something goes no further."""

    async def dispatch(self, order: Order) -> Answer:
        """Leave the call for whoever drives the run next."""
        return Answer(Suspended(), order.fingerprint, 1, 0)


class Engine:
    """Runs graphs on a store. Every method that drives a run owns it until it returns."""

    def __init__(self, store: Store, tools: Tools, ids: Ids, compile: Compile, version: str) -> None:
        self._store = store
        self._tools = tools
        self._ids = ids
        self._compile = compile
        self._committer = Committer(store)
        self._graphs: dict[RunId, Graph] = {}
        self._environment = {"flujo": version, "python": platform.python_version(), "system": platform.system()}

    async def start(self, graph: Graph, input: JsonValue, how: Driving = QUIETLY) -> RunId:
        """Start a run and drive it to its end or its first pause; return its id.

        Raise UsageError FLJ0010, here as in `resume` and `redrive`, when its secrets are not set.
        """
        self._confide(graph, how)
        input = self._tools.confidence.redactor.value(input)
        run = self._ids.run_id()
        now = self._tools.clock.now()
        header = RunHeader(run, graph.name, "running", now, now)
        self._graphs = {run: graph}
        with self._store.claim_new(run) as claim:
            journal = self._journal(run, claim.epoch, how)  # nothing of it is recorded yet
            seed = self._ids.seed()
            started = RunStarted(graph.name, graph.digest, input, seed, graph.pinned, self._environment)
            journal.append(Draft(started), change=Projection(created=header), hold=True)
            await self._drive(journal, graph, RunFacts(run, graph.name, seed, now, input), how)
        return run

    async def resume(self, run: RunId, reply: Reply | None = None, how: Driving = QUIETLY) -> None:
        """Go on with a run that was cut off or waits for people; `reply` answers one of its tasks first."""
        with self._store.claim(run) as claim:
            journal = self._journal(run, claim.epoch, how)
            journal.load()
            refuse_ended(self._store.run(run))
            graph, facts = self._recompiled(run)
            self._confide(graph, how)
            if reply:
                self._answer(journal, reply)
            journal.append(Draft(RunResumed()), change=Projection(status="running"))
            stopping = journal.past.stopping()
            if stopping is not None:
                await self._end_from_outside(journal, graph, facts, stopping)
            else:
                await self._drive(journal, graph, facts, how)

    async def fork(self, fork: Fork, how: Driving = QUIETLY) -> RunId:
        """Start a run with what another recorded before a step, some values changed, and drive it; return its id."""
        graph, origin = self._recompiled(fork.run)
        self._confide(graph, how)
        past, input = Past(self._store, fork.run), changed_input(fork, origin.input)
        context = context_of(fork, graph.context if origin.context is None else origin.context)
        run, now, seed = self._ids.run_id(), self._tools.clock.now(), self._ids.seed()
        forked: JsonObject = {
            "run": fork.run,
            "from": fork.step,
            "set": {change.name: change.value for change in fork.changes},
            "context": context,
            "until": len(fork.rows) + 1,
        }
        with self._store.claim_new(run) as claim:
            journal = self._journal(run, claim.epoch, how)
            started = RunStarted(graph.name, graph.digest, input, seed, graph.pinned, self._environment, forked)
            header = RunHeader(run, graph.name, "running", now, now)
            taken = copies(fork, past, run, 2)
            journal.append(Draft(started), *taken, change=Projection(created=header))
            journal.whole()
            facts = RunFacts(run, graph.name, seed, now, input, context=context)
            await self._drive(journal, graph, facts, how)
        return run

    async def stop(self, run: RunId, stopping: RunHalted, how: Driving = QUIETLY) -> None:
        """End a run that no process drives: cancel it, or roll it back."""
        with self._store.claim(run) as claim:
            journal = self._journal(run, claim.epoch, how)
            journal.load()
            header = self._store.run(run)
            if stopping.reason == "cancel":
                refuse_ended(header, "cancel")
            if header.status == "running":  # its process was killed
                journal.append(Draft(RunResumed()), hold=True)
            graph, facts = self._recompiled(run)
            self._confide(graph, how)
            await self._stop(journal, graph, facts, stopping)

    async def answer(self, run: RunId, reply: Reply) -> None:
        """Record an answer without going on: to what is in doubt in a run that was cancelled."""
        with self._store.claim(run) as claim:
            journal = self._journal(run, claim.epoch, QUIETLY)
            journal.load()
            self._answer(journal, reply)

    async def deliver(self, run: RunId, offer: Offer) -> None:
        """Give an event to the steps of a run that wait for it; no call is begun, and `resume` goes on from there.

        When no step takes it nothing is written.
        """
        with self._store.claim(run) as claim:
            journal = self._journal(run, claim.epoch, Quietly(wait_max=0.0), offer)
            journal.load()
            refuse_ended(self._store.run(run))
            graph, facts = self._recompiled(run)
            self._tools.confidence.know(graph)  # as far as they are set here, where no skill is called
            offer.payload = self._tools.confidence.redactor.value(offer.payload)
            journal.append(Draft(RunResumed()), change=Projection(status="running"), hold=True)
            await self._drive(journal, graph, facts, QUIETLY, _Idle())

    async def redrive(self, run: RunId, how: Driving = QUIETLY, choice: Choice = NO_CHOICE) -> None:
        """Run the failed steps of a run again, with everything that was completed and not undone kept."""
        with self._store.claim(run) as claim:
            journal = self._journal(run, claim.epoch, how)
            journal.load()
            status = self._store.run(run).status
            if status not in _REDRIVABLE:
                hint = f"`flujo resume {run}` goes on with it" if status not in _ENDED else None
                raise StateError("FLJ0802", f"run `{run}` is {status}, only a failed run can be redriven", help=hint)
            graph, facts = self._recompiled(run)
            self._confide(graph, how)
            reopened = _failed_steps(self._store.index(run), journal.past)
            void, kept = no_longer_holds(journal.past, graph.root, choice)
            event = RunResumed("redrive", reopened, void or None, kept or None)
            seq = journal.append(Draft(event), change=Projection(status="running"))
            journal.past.add(IndexRow(seq, event.TYPE, ROOT, ""))
            self._store.ask(run, "")
            await self._drive(journal, graph, facts, how)

    async def replay(self, run: RunId) -> Replay:
        """Run a recorded run again from its journal alone; no skill, model or file is wired to it."""
        record = ReplayRecord(self._store, run, self._tools.clock)
        record.load(self._store.rows(run))
        status = self._store.run(run).status
        if status in _ENDED and not record.finished:
            record.differ("", "end of the run", status, None)
        graph, facts = self._recompiled(run)
        return await replay(graph, facts, record)

    def question(self, task: TaskId) -> TaskOpened:
        """Return what a task asks; raise StateError FLJ0808 when there is no such task."""
        run = run_of_task(task)
        for item in self.events(run):
            if str(item.seq) == task.rpartition(".")[2] and isinstance(item.event, TaskOpened):
                return item.event
        raise StateError("FLJ0808", f"there is no task `{task}`", help="`flujo tasks list` shows what is open")

    def events(self, run: RunId) -> Iterator[Recorded]:
        """Yield the events of a run in order, values in blobs put back."""
        past = Past(self._store, run)
        for row in self._store.rows(run):
            event, labels = past.event_of(row)
            yield Recorded(row.seq, row.at, row.address, event, labels)

    def graph(self, run: RunId) -> Graph:
        """Return the graph a run was started with, compiled from what it pinned."""
        return self._recompiled(run)[0]

    # --- inside ---

    def _confide(self, graph: Graph, how: Driving) -> None:
        """Learn the secrets of a graph; raise UsageError FLJ0010 when some are not set."""
        if graph.secrets:
            warnings = self._tools.confidence.take(graph)
            if how.guard is not None:
                how.guard(self._tools.confidence.redactor, warnings)

    def _journal(self, run: RunId, epoch: int, how: Driving, offer: Offer | None = None) -> Journal:
        owner = Owner(epoch, self._committer, how.observe, how.wait_max, offer)
        return Journal(self._store, Past(self._store, run), self._tools.clock, owner)

    def _recompiled(self, run: RunId) -> tuple[Graph, RunFacts]:
        first = next(iter(self._store.rows(run)), None)
        if first is not None and row_hash(first) != first.hash:
            raise StateError("FLJ0805", f"event 1 of run `{run}` does not fit its hash")
        started = Past(self._store, run).event(1)[0] if first else None
        if first is None or not isinstance(started, RunStarted):
            raise StateError("FLJ0802", f"run `{run}` was cut off before its first event", help="start it again")
        graph = self._graphs.get(run) or self._compile(started.pinned)
        self._graphs = {run: graph}  # most is asked of one run again and again
        if graph.digest != started.digest:
            raise StateError(
                "FLJ0804",
                f"this flujo compiles the blueprint of run `{run}` to another graph than the one recorded",
                help=f"use flujo {started.environment.get('flujo')}, which started it",
            )
        context = None if started.forked is None else started.forked["context"]
        return graph, RunFacts(run, started.name, started.seed, first.at, started.input, context=context)

    def _answer(self, journal: Journal, reply: Reply) -> None:
        question = self.question(reply.task)
        if question.expires is not None and self._tools.clock.now() >= question.expires:
            return  # too late: the step fails for it when the run goes on
        address = next((item.step for item in self._store.tasks(journal.run) if item.task == reply.task), None)
        if address is None:  # answered by somebody else since it was looked up
            message = f"run `{journal.run}` has no open task `{reply.task}`"
            raise StateError("FLJ0808", message, help="`flujo tasks list` shows them")
        earlier = journal.past.answers(address, reply.task)
        why = refusal(question.by, earlier, reply.by)
        if why is not None:
            raise Denied("FLJ0703", f"task `{reply.task}` is not yours to answer: {why}")
        given = self._tools.confidence.redactor.value([reply.answer, reply.comment])
        answered = TaskAnswered(reply.task, given[0], reply.by, shown(question), given[1])
        closes = settled(question.kind, question.quorum, [*earlier, answered]) is not None
        change = Projection(closed=(reply.task,)) if closes else NO_CHANGE
        journal.append(Draft(answered, address), change=change)

    def _dispatcher(self, journal: Journal, watch: Watch | None = None) -> Dispatcher:
        if journal.crashes.count >= CAUTIOUS_AFTER:
            return CautiousDispatcher(journal, self._tools, watch)
        return LiveDispatcher(journal, self._tools, watch)

    async def _stop(self, journal: Journal, graph: Graph, facts: RunFacts, stopping: RunHalted) -> None:
        """Record that a run goes no further, and bring it to its end."""
        seq = journal.append(Draft(stopping), change=Projection(status="running"))
        journal.past.add(IndexRow(seq, stopping.TYPE, ROOT, ""))
        self._store.ask(journal.run, "")
        await self._end_from_outside(journal, graph, facts, stopping)

    async def _end_from_outside(self, journal: Journal, graph: Graph, facts: RunFacts, stopping: RunHalted) -> None:
        LANE.set(Lane())
        runner = Runner(graph, journal, self._dispatcher(journal), facts, run_region)
        stands = await walk(graph, facts, self._store, self._tools.clock)
        try:
            with journal.lane():
                await end(journal, runner, stopping, stands)
        finally:
            journal.flush()

    async def _drive(
        self, journal: Journal, graph: Graph, facts: RunFacts, how: Driving, dispatcher: Dispatcher | None = None
    ) -> None:
        """Drive a run to its end or pause, or until somebody asks for it to be cancelled."""
        lane = Lane()
        LANE.set(lane)
        task = asyncio.current_task()
        if not how.stoppable or task is None:
            calls = dispatcher or self._dispatcher(journal)
            await self._go(journal, Runner(graph, journal, calls, facts, run_region), dispatcher)
            return
        watch = Watch(self._store, journal.run, lane)
        runner = Runner(graph, journal, self._dispatcher(journal, watch), facts, run_region)
        poll = asyncio.get_running_loop().create_task(watch.poll(task))
        try:
            await self._go(journal, runner, None)
        except asyncio.CancelledError:
            if watch.wished is None:
                raise
            task.uncancel()
            stopping = RunHalted("cancel", watch.wished["by"], watch.wished["undo"])
            await self._stop(journal, graph, facts, stopping)
        finally:
            poll.cancel()

    async def _go(self, journal: Journal, runner: Runner, dispatcher: Dispatcher | None) -> None:
        """Drive a run to its end or pause.

        One that is only told something has another `dispatcher`: where it stands as before nothing is written, else it
        is left to be gone on with.
        """
        runner.partial = journal.past.passed_over  # it may stand in a finished region, which is not entered again
        try:
            with journal.lane():
                outcome = await _run(runner, journal)
                if dispatcher is None or not isinstance(outcome, Suspended):
                    await self._end(journal, outcome, runner.partial)
                elif not journal.holds_only(RunResumed.TYPE):
                    journal.append(Draft(RunStopped()))
        except BaseException:
            journal.flush()  # what is done is done
            raise

    async def _end(self, journal: Journal, outcome: Outcome, partial: bool) -> None:
        match outcome:
            case Done():
                status: RunStatus = "partial" if partial else "completed"
                event = RunFinished(status, outcome.output)
            case Failed():
                status = "denied" if outcome.code.startswith("FLJ07") else "failed"
                event = RunFinished(status, None, outcome.to_json())
            case Suspended():
                suspended = RunSuspended(list(outcome.tasks), outcome.due)
                journal.append(Draft(suspended), change=Projection(status="suspended"), hold=True)
                await journal.commit()
                return
        labels = outcome.labels if isinstance(outcome, Done) else frozenset()
        change = Projection(status=status, closed=journal.open_tasks(ROOT))
        journal.append(Draft(event, ROOT, "", labels), change=change, hold=True)
        await journal.commit()


async def _run(runner: Runner, journal: Journal) -> Outcome:
    """Run to the end or a pause; what a failed run is to undo is part of it.

    That the process is told to stop on the way is recorded, to tell it from a crash.
    """
    try:
        outcome = await runner.run()
        return (await undo_failed(runner) or outcome) if isinstance(outcome, Failed) else outcome
    except Stopped as stopped:
        journal.append(Draft(RunStopped()))
        raise asyncio.CancelledError from stopped  # a write was let finish
    except asyncio.CancelledError:
        journal.append(Draft(RunStopped()))
        raise


def refuse_ended(header: RunHeader, verb: str = "resume") -> None:
    """Raise StateError FLJ0802 when a run is over."""
    if header.status in _ENDED:
        hint = f"`flujo redrive {header.run}` runs its failed steps again" if header.status in _REDRIVABLE else None
        raise StateError("FLJ0802", f"run `{header.run}` is {header.status}, there is nothing to {verb}", help=hint)


def shown(question: TaskOpened) -> Digest:
    """Return the digest of what a person saw: an answer counts for exactly that."""
    seen: list[JsonValue] = [question.kind, question.message, question.show, question.choices, question.schema]
    return digest(seen if question.call is None else [*seen, question.call])


def _failed_steps(rows: Iterable[IndexRow], past: Past) -> list[str]:
    """Return the addresses whose failures a redrive forgets: not those of failures that were handled."""
    failed = dict.fromkeys(row.address for row in rows if row.type == "step_failed")
    ends = {address: past.ended(address) for address in failed if past.failures(address)}
    return [address for address, end in ends.items() if end is None or end.type == "step_failed"]


def one_open(store: Store, run: RunId, task: str | None) -> TaskId:
    """Return the task an answer is for: the one named, else the only open one; raise UsageError FLJ0808."""
    tasks = store.tasks(run, event="")
    if task is not None:
        found = [item.task for item in tasks if item.task == task]
        if found:
            return found[0]
        raise UsageError("FLJ0808", f"run `{run}` has no open task `{task}`", help="`flujo tasks list` shows them")
    if len(tasks) == 1:
        return tasks[0].task
    if not tasks:
        raise UsageError("FLJ0808", f"run `{run}` has no open question", help=f"`flujo lens show {run}` says more")
    names = ", ".join(f"`{item.task}`" for item in tasks)
    raise UsageError("FLJ0808", f"run `{run}` has {len(tasks)} open tasks: {names}", help="name one with `--task ID`")
