"""The runner: one recursion over the tree of regions, the same for run, resume, redrive and replay.

What is recorded is not done again: a finished step answers from the record, a finished region is skipped whole. Failure
and suspension come back as outcomes. Here are lists and single steps; `regions` has what holds several of them.
Long because a step's whole life is here: entered or recalled, tried again, passed over, written, seen by later steps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from flujo.core.backoff import pause, wanted
from flujo.core.errors import FlujoError, StateError
from flujo.core.events import (
    Draft,
    Event,
    RegionEntered,
    RegionFinished,
    RegionReopened,
    StepCancelled,
    StepCompleted,
    StepContinued,
    StepFailed,
    StepSkipped,
)
from flujo.core.graph import Branch, Call, Flow, Graph, Loop, Map, Meta, Node, Question, Wait, children
from flujo.core.ids import ROOT, Address, Digest, child
from flujo.core.outcomes import NOTHING_SPENT, Done, Failed, Outcome, Suspended
from flujo.core.record import dataclass
from flujo.core.storing import NO_CHANGE, IndexRow, Kept, Projection
from flujo.core.values import JsonValue, Value, ValueProblem, a_type
from flujo.engine.crowd import LANE, Stopped, in_time
from flujo.engine.dispatch import Dispatcher, failure_event
from flujo.engine.journal import EndOfRecord, Record
from flujo.engine.order import order_of
from flujo.engine.past import failure_of
from flujo.engine.places import nodes_by_address
from flujo.engine.scope import Context, Frame, RunFacts, Scope, StepResult, boolean


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step whose `when` was false."""


SKIPPED = Skipped()
SEEN = Done(None)
"""The outcome of a step whose result stands in the scope already."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a leaf or question ended, before the writes to the context are made."""

    done: Done
    fingerprint: str = ""
    attempt: int = 1
    started: int = 0
    keep: Digest | None = None


Region = Callable[["Runner", Node, Frame, StepResult], Awaitable[Outcome]]
"""Runs a region that holds several lists; see `regions`."""


class Runner:
    """Runs one graph for one run. `partial` says whether a failure was passed over on the way."""

    def __init__(self, graph: Graph, record: Record, dispatcher: Dispatcher, facts: RunFacts, regions: Region) -> None:
        self.record = record
        self.partial = False
        self._graph = graph
        self._dispatcher = dispatcher
        self._facts = facts
        self._regions = regions
        self.scope = self.top()

    def inside(self, graph: Graph, input: Value) -> Runner:
        """Return the runner of an imported graph: the same run, with an input, names and a context of its own."""
        facts = replace(self._facts, input=input.data, labels=input.labels, imported=True, context=None)
        return Runner(graph, self.record, self._dispatcher, facts, self._regions)

    def top(self) -> Scope:
        """Return the scope of the graph's own list of steps."""
        given = StepResult("completed", Value(self._facts.input, self._facts.labels))
        started = self._graph.context if self._facts.context is None else self._facts.context
        return Scope(self._facts, Context(dict(started)), None, given)

    async def run(self) -> Outcome:
        """Run the graph, or what is left of it; return the output of the run."""
        scope = self.scope
        outcome = await self._whole(scope)
        if isinstance(outcome, Done) and self._graph.output is not None:
            frame = Frame(scope, ROOT, self.record.moment)
            try:
                return Done(self._graph.output.render(frame), frame.labels(self._graph.output))
            except FlujoError as error:
                return self.failed(error, self._graph.root.meta, ROOT)
        return outcome

    def nodes(self) -> dict[Address, Node]:
        """Return the nodes of the graph by their addresses, without indices."""
        return nodes_by_address(self._graph.root)

    async def _whole(self, scope: Scope) -> Outcome:
        root = self._graph.root
        if root.meta.timeout is None:
            return await self.flow(root, scope, ROOT)
        due = self._facts.started_at + int(root.meta.timeout * 1_000_000)
        if self.record.now() < due:
            outcome = await in_time(self.flow(root, scope, ROOT), self.record.deadline(due))
            if outcome is not None and not self.record.timed_out(ROOT):
                return outcome
        text = f"the run took longer than {root.meta.timeout:g} s"
        return self.placed(Failed.of("FLJ0508", text, retry="timeout"), root.meta, ROOT)

    async def flow(self, flow: Flow, scope: Scope, address: Address) -> Outcome:
        """Run a list of steps; return the output of its last one."""
        if not flow.is_chain:
            frame = Frame(scope, address, self.record.moment)
            return await self._regions(self, flow, frame, scope.previous)
        last = StepResult("completed")
        for node in flow.children:
            outcome = await self.step(node, scope, address)
            if isinstance(outcome, Failed | Suspended):
                return outcome
            if isinstance(outcome, Done):
                last = scope.previous
        return Done(last.output, last.labels)

    # --- one step ---

    async def step(
        self, node: Node, scope: Scope, region: Address, this: StepResult | None = None
    ) -> Outcome | Skipped:
        """Run one step, or recall it; its result is then in the scope. `this` is its input's, unless given."""
        lane = LANE.get()
        if lane is not None and lane.stopped:
            raise Stopped
        address = child(region, node.meta.name)
        frame = Frame(scope, address, self.record.moment)
        frame.this = this
        try:
            ended = self.record.ended(address)
            outcome = self._recall(node, scope, ended) if ended is not None else await self._enter(node, frame)
            if isinstance(outcome, Failed) and node.meta.on_error != "fail":
                return await self._passed_over(node, frame, outcome)
        except EndOfRecord:
            return Suspended()
        return outcome

    async def _enter(self, node: Node, frame: Frame) -> Outcome | Skipped:
        meta, scope = node.meta, frame.scope
        try:
            if meta.when is not None and not boolean(meta.when, frame, "when"):
                self.record.append(Draft(StepSkipped(frame.used_moment), frame.address), hold=True)
                scope.steps[meta.name] = StepResult("skipped")
                return SKIPPED
            given = scope.previous
            if meta.input is not None:
                given = StepResult("completed", Value(meta.input.render(frame), frame.labels(meta.input)))
            frame.this = frame.this or given
            match node:
                case Call():
                    return await self._call(node, frame, given)
                case Wait():
                    return await self._regions(self, node, frame, given)
                case Branch() | Flow() | Map() | Loop():
                    return await self._region(node, frame, given)
                case _:
                    assert_never(node)
        except StateError:
            raise  # the journal itself does not work: nothing can be recorded about this step
        except FlujoError as error:
            return self.fail(self.failed(error, meta, frame.address), frame)
        except ValueProblem as problem:
            return self.fail(self.failed(FlujoError("FLJ0611", str(problem)), meta, frame.address), frame)
        except BaseException:
            if lane_stopped():
                self.record.append(Draft(StepCancelled(), frame.address), hold=True)
            raise

    async def _call(self, node: Call, frame: Frame, given: StepResult) -> Outcome:
        order = order_of(node, frame, given)
        if any(rule.call for rule in node.meta.verify):
            order = replace(order, step=self.step)
        answer = await self._dispatcher.dispatch(order)
        match answer.outcome:
            case Done() as done:
                ended = Finished(done, answer.fingerprint, answer.attempt, answer.started, answer.keep)
                try:
                    return self.complete(node, frame, ended)
                except FlujoError as error:  # the call is done; what `set` makes of it is not
                    wrong = self.failed(error, node.meta, frame.address)
                    return self.fail(wrong, frame, answer.fingerprint, answer.attempt, answer.started)
            case Failed() as failed:
                placed = self.placed(failed, node.meta, frame.address)
                return self.fail(placed, frame, answer.fingerprint, answer.attempt, answer.started)
            case Suspended() as suspended:
                return suspended

    # --- regions ---

    async def _region(self, node: Node, frame: Frame, given: StepResult) -> Outcome:
        """Run a region, again and again while its `retry` says so; record how it ended."""
        retry, address = node.meta.retry, frame.address
        if frame.used_moment is not None and node.meta.timeout is None:
            self.entered(frame)  # its `when` or `input` read the clock: after a restart they read the same
        if retry is None:
            return await self._within(node, frame, given)
        with self.record.remember():
            while True:
                outcome = await self._within(node, frame, given)
                made = self.record.reopenings(address) + 1
                if not isinstance(outcome, Failed) or not wanted(retry, outcome) or made >= retry.attempts:
                    return outcome
                delay = pause(retry, made, outcome, partial(frame.chance, made))
                due = self.record.now() + int(delay * 1_000_000)
                self.record.append(Draft(RegionReopened(made + 1, due), address))
                if not await self.record.until(due):
                    return Suspended((), due)

    async def _within(self, node: Node, frame: Frame, given: StepResult) -> Outcome:
        """Run a region within its deadline, which is set on entry and runs on while a person is waited for."""
        timeout = node.meta.timeout
        if timeout is None:
            return await self._regions(self, node, frame, given)
        due = self.entered(frame) + int(timeout * 1_000_000)
        if self.record.now() < due:
            work = self._regions(self, node, frame, given)
            outcome = await in_time(work, self.record.deadline(due))
            if outcome is not None and not self.record.timed_out(frame.address):
                return outcome
        failed = Failed.of("FLJ0508", f"`{frame.address}` took longer than {timeout:g} s", retry="timeout")
        return self.fail(self.placed(failed, node.meta, frame.address), frame)

    def entered(self, frame: Frame, size: int | None = None) -> int:
        """Return the moment a region was entered; it is recorded, so that it stays the same after a restart."""
        event = self.record.entered(frame.address)
        if isinstance(event, RegionEntered):
            return event.moment
        self.record.append(Draft(RegionEntered(frame.moment(), size), frame.address), hold=True)
        return frame.moment()

    def finish(self, node: Node, frame: Frame, done: Done, decision: JsonValue, writes: int) -> Outcome:
        """Record the end of a region: output, decision, and the writes to the context since `writes`."""
        if self.record.timed_out(frame.address):
            return Suspended()  # in a replay: a write ended after the deadline, and nothing came of the region
        context = frame.scope.context
        self._write(node.meta, frame, done, _sink(node))
        sees = None if node.meta.undo is None else frame.seen_by_undo()
        event = RegionFinished(done.output, decision, context.since(writes), None, frame.used_moment, sees)
        self._decided(Draft(event, frame.address, "", done.labels))
        return self._visible(node, frame.scope, StepResult("completed", Value(done.output, done.labels)))

    def _decided(self, draft: Draft) -> None:
        """Record that a region is over; questions that are open in it need no answer any more."""
        closed = self.record.open_tasks(draft.address)
        self.record.append(draft, change=Projection(closed=closed) if closed else NO_CHANGE, hold=True)

    async def _passed_over(self, node: Node, frame: Frame, failed: Failed) -> Outcome:
        """Go on after a failure as the step's `on_error` says."""
        scope, handler, address = frame.scope, node.meta.on_error, frame.address
        if not isinstance(handler, Flow):
            self._decided(Draft(StepContinued(error_of(failed)), address))
            return self._continued(node, scope, error_of(failed))
        mark = len(scope.context.writes)
        given = frame.this or self._given_again(node.meta, frame)
        names = {"error": Value(error_of(failed)), "this": given.value}
        inner, at = scope.inner(given, names), child(address, "@catch")
        try:
            if handler.meta.when is not None and not boolean(
                handler.meta.when, Frame(inner, at, frame.entered_at), "when"
            ):
                return failed
            outcome = await self.flow(handler, inner, at)
        except FlujoError as error:
            outcome = self.failed(error, node.meta, at)
        if isinstance(outcome, Failed):
            return replace(outcome, message=f"{outcome.message} (while handling: {failed.message})")
        if isinstance(outcome, Suspended):
            return outcome
        try:
            self._write(node.meta, frame, outcome, _sink(node))
        except FlujoError as error:
            wrong = self.failed(error, node.meta, address)
            return replace(wrong, message=f"{wrong.message} (while handling: {failed.message})")
        event = RegionFinished(outcome.output, "@caught", scope.context.since(mark))
        self._decided(Draft(event, address, "", outcome.labels))
        return self._visible(node, scope, StepResult("completed", Value(outcome.output, outcome.labels)))

    def _given_again(self, meta: Meta, frame: Frame) -> StepResult:
        """Return the input of a step whose failure was recorded earlier, worked out anew; `when` draws first."""
        scope = frame.scope
        if meta.input is None:
            return scope.previous
        try:
            if meta.when is not None:
                meta.when.render(frame)
            return StepResult("completed", Value(meta.input.render(frame), frame.labels(meta.input)))
        except FlujoError:
            return scope.previous  # that was the failure

    def _continued(self, node: Node, scope: Scope, error: dict[str, JsonValue]) -> Done:
        self.partial = True
        result = StepResult("continued")
        result.error = error
        return self._visible(node, scope, result)

    # --- ends ---

    def complete(self, node: Call | Wait, frame: Frame, finished: Finished) -> Outcome:
        """Record the end of a call, or of what was waited for, with its writes to the context."""
        done = finished.done
        delta = self._write(node.meta, frame, done, _sink(node))
        usage = None if done.usage == NOTHING_SPENT else done.usage.to_json()
        event = StepCompleted(
            done.output, delta, finished.attempt, finished.started, frame.used_moment, usage, done.detail,
            None if node.meta.undo is None else frame.seen_by_undo(),
        )  # fmt: skip
        kept = finished.keep and Kept(finished.keep, self._facts.run, self.record.next_seq)
        change = Projection(kept=(kept,)) if kept else NO_CHANGE
        self.record.append(Draft(event, frame.address, finished.fingerprint, done.labels), change=change, hold=True)
        return self._visible(node, frame.scope, StepResult("completed", Value(done.output, done.labels)))

    def _write(
        self, meta: Meta, frame: Frame, done: Done, sink: tuple[str, ...] | None = None
    ) -> list[JsonValue] | None:
        """Make the step's writes to the context; return them, or None when there are none."""
        if not sink and not meta.merges_output and not meta.sets:
            return None
        writes: list[tuple[tuple[str, ...], JsonValue, frozenset[str]]] = []
        if sink:
            writes.append((sink, done.output, done.labels))
        if meta.merges_output:
            if type(done.output) is not dict:
                text = f"`updates_context` needs a mapping, and the output is {a_type(done.output)}"
                raise FlujoError("FLJ0504", text)
            writes.extend(((key,), value, done.labels) for key, value in done.output.items())
        if meta.sets:
            frame.own = {meta.name: StepResult("completed", Value(done.output, done.labels))}
            writes.extend((path, template.render(frame), frame.labels(template)) for path, template in meta.sets)
        context = frame.scope.context
        before = len(context.writes)
        for path, value, labels in writes:
            try:
                context.write(path, value, labels)
            except ValueError as error:
                raise FlujoError("FLJ0504", f"cannot set `context.{'.'.join(path)}`: {error}") from error
        return list(context.writes[before:])

    def _visible(self, node: Node, scope: Scope, result: StepResult) -> Done:
        """Let later steps see a result."""
        scope.steps[node.meta.name] = scope.previous = result
        if isinstance(node, Wait) and isinstance(node.on, Question):
            scope.answer, scope.answered = result.output, True
        return SEEN

    def recall(self, flow: Flow, scope: Scope, address: Address) -> None:
        """Let later templates see the steps of a list that is finished."""
        for node in flow.children:
            ended = self.record.ended(child(address, node.meta.name))
            if ended is not None:
                self._recall(node, scope, ended)

    def _recall(self, node: Node, scope: Scope, ended: IndexRow) -> Outcome | Skipped:
        """Let later steps see what is recorded; values load when they are read."""
        match ended.type:
            case "step_skipped":
                scope.steps[node.meta.name] = StepResult("skipped")
                return SKIPPED
            case "step_failed":
                event = self._event(ended)
                assert isinstance(event, StepFailed)
                return failure_of(event)
            case "step_continued":
                event = self._event(ended)
                assert isinstance(event, StepContinued)
                return self._continued(node, scope, event.error)
            case "region_finished":
                event = self._event(ended)
                if isinstance(event, RegionFinished) and event.error is not None:
                    return Failed.from_json(event.error)
        if writes_context(node):
            event, labels = self.record.event(ended.seq)
            assert isinstance(event, StepCompleted | RegionFinished)
            scope.context.apply(event.delta, labels)
            result = StepResult("completed", Value(event.output, labels))
        else:
            result = StepResult("completed", load=partial(self.load, ended.seq))
        return self._visible(node, scope, result)

    def _event(self, row: IndexRow) -> Event:
        return self.record.event(row.seq)[0]

    def load(self, seq: int) -> tuple[JsonValue, frozenset[str]]:
        """Return a recorded output with its labels."""
        event, labels = self.record.event(seq)
        assert isinstance(event, StepCompleted | RegionFinished)
        return event.output, labels

    # --- failures ---

    def failed(self, error: FlujoError, meta: Meta, address: Address) -> Failed:
        """Return what became of a template or a write to the context that does not work: never retried."""
        diagnostic = error.diagnostic
        failed = Failed(
            diagnostic.code, diagnostic.message, retry="never", error_class="structural", help=diagnostic.help
        )
        if diagnostic.place:
            file, line = diagnostic.place.source.name, diagnostic.place.start[0]
            return replace(failed, step=address, file=file, line=line)
        return self.placed(failed, meta, address)

    def placed(self, failed: Failed, meta: Meta, address: Address) -> Failed:
        """Return a failure with its step and the line of the blueprint where that stands."""
        if failed.line is not None:
            return failed
        file, line = self.place_of(meta)
        return replace(failed, step=failed.step or address, file=file, line=line)

    def place_of(self, meta: Meta) -> tuple[str, int | None]:
        """Return the file of the graph, and the line of a step in it."""
        places = self._graph.places
        return self._graph.source.name, places.start_of(meta.path)[0] if places else None

    def fail(self, failed: Failed, frame: Frame, fingerprint: str = "", attempt: int = 1, started: int = 0) -> Failed:
        """Record the failure of a step."""
        event = failure_event(failed, attempt, started, None)
        draft = Draft(replace(event, moment=frame.used_moment), frame.address, fingerprint)
        self.record.append(draft, hold=True)
        return failed


def lane_stopped() -> bool:
    """Say whether the region around the running step was decided without it."""
    lane = LANE.get()
    return lane is not None and lane.stopped


def error_of(failed: Failed) -> dict[str, JsonValue]:
    """Return what `error` is in a catch, and what stands at `steps.NAME.error`."""
    return failed.to_json()


def _sink(node: Node) -> tuple[str, ...] | None:
    return node.on.sink if isinstance(node, Wait) and isinstance(node.on, Question) else None


def writes_context(node: Node) -> bool:
    """Say whether a node, or one inside it, may write to the context or answer a question that is looked at later."""
    meta = node.meta
    own = bool(meta.sets) or meta.merges_output or isinstance(node, Wait)
    return own or any(writes_context(part) for part in children(node))
