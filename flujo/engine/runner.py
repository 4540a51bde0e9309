"""The runner: one recursion over the tree of regions, the same for run, resume, redrive and replay.

What is recorded is not done again: a finished step answers from the record, a finished region is skipped whole. Failure
and suspension come back as outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from flujo.core.errors import FlujoError, StateError
from flujo.core.events import (
    Draft,
    RegionEntered,
    RegionFinished,
    StepCompleted,
    StepFailed,
    StepSkipped,
    TaskOpened,
)
from flujo.core.graph import Branch, Call, Flow, Graph, Loop, Map, Meta, Node, Template, Wait, children
from flujo.core.ids import ROOT, Address, child, task_id
from flujo.core.outcomes import NOTHING_SPENT, Done, Failed, Outcome, Suspended
from flujo.core.ports import IndexRow
from flujo.core.values import JsonValue, Value, ValueProblem, type_name
from flujo.engine.dispatch import Dispatcher, Order, failure_event, open_task
from flujo.engine.journal import Record, failure_of
from flujo.engine.scope import Context, Frame, RunFacts, Scope, StepResult


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step whose `when` was false."""


SKIPPED = Skipped()


@dataclass(frozen=True, slots=True)
class Finished:
    """How a leaf or question ended, before the writes to the context are made."""

    done: Done
    fingerprint: str = ""
    attempt: int = 1
    started: int = 0


class Runner:
    """Runs one graph for one run."""

    def __init__(self, graph: Graph, record: Record, dispatcher: Dispatcher, facts: RunFacts) -> None:
        self._graph = graph
        self._record = record
        self._dispatcher = dispatcher
        self._facts = facts
        self._context = Context(dict(graph.context))

    async def run(self) -> Outcome:
        """Run the graph, or what is left of it; return the output of the run."""
        scope = Scope(self._facts, self._context, None, StepResult("completed", Value(self._facts.input)))
        outcome = await self._chain(self._graph.root, scope, ROOT)
        if isinstance(outcome, Done) and self._graph.output is not None:
            frame = Frame(scope, ROOT, self._record.moment)
            try:
                return Done(self._graph.output.render(frame), frame.labels(self._graph.output))
            except FlujoError as error:
                return self._failed(error, self._graph.root.meta, ROOT)
        return outcome

    async def _chain(self, flow: Flow, scope: Scope, address: Address) -> Outcome:
        last = StepResult("completed")
        for node in flow.children:
            outcome = await self._step(node, scope, address)
            if isinstance(outcome, Failed | Suspended):
                return outcome
            if isinstance(outcome, Done):
                last = scope.previous
        return Done(last.output, last.labels)

    async def _step(self, node: Node, scope: Scope, region: Address) -> Outcome | Skipped:
        meta = node.meta
        address = child(region, meta.name)
        ended = self._record.ended(address)
        if ended is not None:
            return self._recall(node, scope, ended)
        frame = Frame(scope, address, self._record.moment)
        try:
            if meta.when is not None and not _boolean(meta.when, frame):
                self._record.append(Draft(StepSkipped(frame.used_moment), address), hold=True)
                scope.steps[meta.name] = StepResult("skipped")
                return SKIPPED
            given = scope.previous
            if meta.input is not None:
                given = StepResult("completed", Value(meta.input.render(frame), frame.labels(meta.input)))
            frame.this = given
            match node:
                case Call():
                    return await self._call(node, frame, given)
                case Branch():
                    return await self._branch(node, frame, given)
                case Wait():
                    return self._wait(node, frame)
                case Flow() | Map() | Loop():
                    raise FlujoError("FLJ0901", f"no step kind of this version lowers to `{type(node).__name__}`")
                case _:
                    assert_never(node)
        except StateError:
            raise  # the journal itself does not work: nothing can be recorded about this step
        except FlujoError as error:
            return self._fail(self._failed(error, meta, address), frame)
        except ValueProblem as problem:
            return self._fail(self._failed(FlujoError("FLJ0611", str(problem)), meta, address), frame)

    # --- the four nodes of this version ---

    async def _call(self, node: Call, frame: Frame, given: StepResult) -> Outcome:
        arguments = {} if node.arguments is None else node.arguments.render(frame)
        labels = frame.labels(node.arguments)
        if node.main is not None and node.main not in arguments:
            arguments = {**arguments, node.main: given.output}
            labels |= given.labels
        answer = await self._dispatcher.dispatch(Order(node, frame, arguments, labels))
        match answer.outcome:
            case Done() as done:
                if labels:
                    done = replace(done, labels=done.labels | labels)
                return self._complete(node, frame, Finished(done, answer.fingerprint, answer.attempt, answer.started))
            case Failed() as failed:
                placed = self._placed(failed, node.meta, frame.address)
                return self._fail(placed, frame, answer.fingerprint, answer.attempt, answer.started)
            case Suspended() as suspended:
                return suspended

    async def _branch(self, node: Branch, frame: Frame, given: StepResult) -> Outcome:
        if "now" in node.condition.functions and not self._record.entered(frame.address):
            self._record.append(Draft(RegionEntered(frame.moment()), frame.address), hold=True)
        key = branch_key(node.condition.render(frame))
        flow = dict(node.branches).get(key)
        if flow is None and node.default is not None:
            key, flow = node.default, dict(node.branches)[node.default]
        mark = len(self._context.writes)
        outcome: Outcome = Done(None)
        if flow is not None:
            outcome = await self._chain(flow, frame.scope.inner(given), child(frame.address, quoted(key)))
        if not isinstance(outcome, Done):
            return outcome
        self._write(node.meta, frame, outcome)
        event = RegionFinished(outcome.output, key, self._context.writes[mark:] or None, None, frame.used_moment)
        self._record.append(Draft(event, frame.address, "", outcome.labels), hold=True)
        return self._visible(node, frame.scope, StepResult("completed", Value(outcome.output, outcome.labels)))

    def _wait(self, node: Wait, frame: Frame) -> Outcome:
        record = self._record
        if record.question(frame.address) is None:
            message = node.message.render(frame)
            show = None if node.show is None else node.show.render(frame)
            choices = list(node.choices) or None
            open_task(record, frame, TaskOpened("question", message, show, choices, node.schema, frame.used_moment))
        question = record.question(frame.address)
        assert question is not None
        seq, answered = question
        if answered is None:
            return Suspended((task_id(self._facts.run, seq),))
        return self._complete(node, frame, Finished(Done(answered.answer)))

    # --- ends ---

    def _complete(self, node: Call | Wait, frame: Frame, finished: Finished) -> Outcome:
        done = finished.done
        delta = self._write(node.meta, frame, done, node.sink if isinstance(node, Wait) else None)
        usage = None if done.usage == NOTHING_SPENT else done.usage.to_json()
        event = StepCompleted(
            done.output, delta, finished.attempt, finished.started, frame.used_moment, usage, done.detail
        )
        self._record.append(Draft(event, frame.address, finished.fingerprint, done.labels), hold=True)
        return self._visible(node, frame.scope, StepResult("completed", Value(done.output, done.labels)))

    def _write(
        self, meta: Meta, frame: Frame, done: Done, sink: tuple[str, ...] | None = None
    ) -> list[JsonValue] | None:
        """Make the step's writes to the context; return them, or None when there are none."""
        writes: list[tuple[tuple[str, ...], JsonValue, frozenset[str]]] = []
        if sink:
            writes.append((sink, done.output, done.labels))
        if meta.merges_output:
            if type(done.output) is not dict:
                text = f"`updates_context` needs a mapping, and the output is {type_name(done.output)}"
                raise FlujoError("FLJ0504", text)
            writes.extend(((key,), value, done.labels) for key, value in done.output.items())
        if meta.sets:
            frame.own = {meta.name: StepResult("completed", Value(done.output, done.labels))}
            writes.extend((path, template.render(frame), frame.labels(template)) for path, template in meta.sets)
        if not writes:
            return None
        before = len(self._context.writes)
        for path, value, labels in writes:
            try:
                self._context.write(path, value, labels)
            except ValueError as error:
                raise FlujoError("FLJ0504", f"cannot set `context.{'.'.join(path)}`: {error}") from error
        return list(self._context.writes[before:])

    def _visible(self, node: Node, scope: Scope, result: StepResult) -> Done:
        """Let later steps see a result."""
        scope.steps[node.meta.name] = scope.previous = result
        if isinstance(node, Wait):
            scope.answer, scope.answered = result.output, True
        return _SEEN

    def _recall(self, node: Node, scope: Scope, ended: IndexRow) -> Outcome | Skipped:
        """Let later steps see what is recorded; values load when they are read."""
        if ended.type == "step_skipped":
            scope.steps[node.meta.name] = StepResult("skipped")
            return SKIPPED
        if ended.type == "step_failed":
            event, _ = self._record.event(ended.seq)
            assert isinstance(event, StepFailed)
            return failure_of(event)
        if writes_context(node):
            event, labels = self._record.event(ended.seq)
            assert isinstance(event, StepCompleted | RegionFinished)
            self._context.apply(event.delta, labels)
            result = StepResult("completed", Value(event.output, labels))
        else:
            result = StepResult("completed", load=partial(self._load, ended.seq))
        return self._visible(node, scope, result)

    def _load(self, seq: int) -> tuple[JsonValue, frozenset[str]]:
        event, labels = self._record.event(seq)
        assert isinstance(event, StepCompleted | RegionFinished)
        return event.output, labels

    # --- failures ---

    def _failed(self, error: FlujoError, meta: Meta, address: Address) -> Failed:
        """Return what became of a template or a write to the context that does not work: never retried."""
        diagnostic = error.diagnostic
        failed = Failed.of(diagnostic.code, diagnostic.message, retry="never", help=diagnostic.help)
        if diagnostic.place:
            file, line = diagnostic.place.source.name, diagnostic.place.start[0]
            return replace(failed, step=address, file=file, line=line)
        return self._placed(failed, meta, address)

    def _placed(self, failed: Failed, meta: Meta, address: Address) -> Failed:
        """Return a failure with its step and the line of the blueprint where that stands."""
        if failed.line is not None:
            return failed
        places = self._graph.places
        line = places.start_of(meta.path)[0] if places else None
        return replace(failed, step=failed.step or address, file=self._graph.source.name, line=line)

    def _fail(self, failed: Failed, frame: Frame, fingerprint: str = "", attempt: int = 1, started: int = 0) -> Failed:
        event = failure_event(failed, attempt, started, None)
        self._record.append(Draft(replace(event, moment=frame.used_moment), frame.address, fingerprint))
        return failed


_SEEN = Done(None)
"""The outcome of a step whose result stands in the scope already."""


def writes_context(node: Node) -> bool:
    """Say whether a node, or one inside it, may write to the context or answer a question that is looked at later."""
    meta = node.meta
    own = bool(meta.sets) or meta.merges_output or isinstance(node, Wait)
    return own or any(writes_context(part) for part in children(node))


def branch_key(value: JsonValue) -> str:
    """Return the key a condition chose: booleans and numbers stand for their text; raise FLJ0407 for anything else."""
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is str:
        return value
    if type(value) in (int, float):
        return str(value)
    raise FlujoError("FLJ0407", f"a condition yields a boolean or a branch key, and this one is {type_name(value)}")


def quoted(key: str) -> Address:
    """Return a branch key as part of an address: `%`, `/`, `[` and `]` are percent-encoded."""
    for sign in "%/[]":
        key = key.replace(sign, f"%{ord(sign):02X}")
    return Address(key)


def _boolean(template: Template, frame: Frame) -> bool:
    value = template.render(frame)
    if value is True or value is False:
        return bool(value)
    hint = f"; compare, for example with `== {value!r}`" if type(value) is str else ""
    raise FlujoError("FLJ0407", f"`when` yields {type_name(value)} and must yield a boolean{hint}")
