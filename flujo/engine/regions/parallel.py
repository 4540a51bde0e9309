"""Branches side by side: all of them, or as many as are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from flujo.core.events import RegionFinished
from flujo.core.graph import Call, Flow, Join
from flujo.core.ids import child, quoted
from flujo.core.outcomes import Done, Failed, Outcome, Suspended
from flujo.core.record import dataclass
from flujo.core.values import JsonValue, Value
from flujo.engine.crowd import Job, run_together
from flujo.engine.regions.side import Ending, Side, finish_reduced, labels_of, merge_writes
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, Scope, StepResult


async def run_parallel(runner: Runner, node: Flow, frame: Frame, given: StepResult) -> Outcome:
    """Run the branches; the output maps their names to theirs, in the order of declaration."""
    join = node.join or Join()
    chosen: Sequence[int] = range(len(node.children))
    if join.choice is not None:
        answer = await _chosen(runner, node, join.choice, frame, given)
        if not isinstance(answer, Sequence):
            return answer
        chosen = answer
    needed = len(chosen) if join.needed is None else join.needed
    side, scopes = Side(runner.record), {}

    def jobs() -> Iterator[tuple[int, Job]]:
        for number in chosen:
            branch = node.children[number]
            assert isinstance(branch, Flow)
            scope = scopes[number] = frame.scope.beside(given)
            yield number, partial(runner.flow, branch, scope, child(frame.address, quoted(branch.meta.name)))

    def decide(number: int, outcome: Outcome) -> bool:
        side.take(number, outcome)
        if join.needed is not None:
            possible = len(chosen) - len(side.failures)
            return side.decided(len(side.outputs) >= needed or possible < needed)
        return side.decided(bool(side.failures) and not join.ignores_failures)

    def collect(number: int, outcome: Outcome) -> bool:
        side.take(number, outcome)
        return False

    decided = _winners(runner, frame)
    if decided is None:
        await run_together(partial(next, jobs(), None), join.max_concurrency, decide, runner.record.lane)
        failed = _failed(side, len(chosen), needed, join)
        if failed is not None:
            return failed
        if side.waiting and (join.needed is None or len(side.outputs) < needed):
            return side.suspended
        winners = sorted(side.outputs if join.needed is None else side.order[:needed])
    else:
        await run_together(partial(next, jobs(), None), join.max_concurrency, collect, runner.record.lane)
        winners = [number for number in decided if number in side.outputs]
    return await _joined(runner, node, join, frame, _Winners(winners, side, scopes, chosen))


async def _chosen(
    runner: Runner, node: Flow, choice: Call, frame: Frame, given: StepResult
) -> Sequence[int] | Failed | Suspended:
    """Return which branches the call chose, in the order of declaration; it is a step of its own."""
    scope = frame.scope.inner(given)
    outcome = await runner.step(choice, scope, frame.address)
    if isinstance(outcome, Failed | Suspended):
        return outcome
    answer = scope.previous.output
    names = [answer] if isinstance(answer, str) else answer
    return [number for number, branch in enumerate(node.children) if branch.meta.name in names]


@dataclass(frozen=True, slots=True)
class _Winners:
    numbers: Sequence[int]
    side: Side
    scopes: dict[int, Scope]
    chosen: Sequence[int]


def _winners(runner: Runner, frame: Frame) -> list[int] | None:
    """Return the branches a recorded decision names; None when it has to be made."""
    event = runner.record.decision(frame.address)
    return list(event.decision) if isinstance(event, RegionFinished) and isinstance(event.decision, list) else None


def _failed(side: Side, count: int, needed: int, join: Join) -> Failed | None:
    if not side.failures:
        return None
    if join.needed is None:
        return None if join.ignores_failures else side.first_failure
    if count - len(side.failures) >= needed or len(side.outputs) >= needed:
        return None
    first = side.first_failure
    return replace(
        first, message=f"{len(side.failures)} of {count} branches failed, {needed} must succeed: {first.message}"
    )


async def _joined(runner: Runner, node: Flow, join: Join, frame: Frame, won: _Winners) -> Outcome:
    mark = len(frame.scope.context.writes)
    merge_writes(frame.scope.context, [won.scopes[number].context for number in won.numbers], join.merge)
    values = {number: won.side.outputs[number] for number in won.numbers}
    labels = labels_of(values.values())
    output: JsonValue = {
        branch.meta.name: values[number].output if number in values else None
        for number, branch in enumerate(node.children)
    }
    if join.reduce is not None:
        results = [values[number].output if number in values else None for number in won.chosen]
        ending = Ending(Value(results, labels), list(won.numbers), mark)
        return await finish_reduced(runner, node, frame, join.reduce, ending)
    return runner.finish(node, frame, Done(output, labels), list(won.numbers), mark)
