"""A list of steps for each item, some at a time; results in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from flujo.core.errors import FlujoError
from flujo.core.graph import Map
from flujo.core.ids import Address, indexed
from flujo.core.outcomes import Done, Outcome
from flujo.core.values import JsonValue, Value, a_type
from flujo.engine.crowd import Job, run_together
from flujo.engine.regions.side import MAX_TASKS, Ending, Side, finish_reduced, labels_of, merge_writes
from flujo.engine.runner import Runner, writes_context
from flujo.engine.scope import Context, Frame, StepResult

MAX_ITEMS = 1_000_000


async def run_map(runner: Runner, node: Map, frame: Frame) -> Outcome:
    """Run the body for each item; failed and tolerated ones are null in the output."""
    over = node.over.render(frame)
    items = _items(over, node.batch)
    labels = frame.labels(node.over)
    if len(items) > MAX_ITEMS:
        raise FlujoError("FLJ0515", f"`over` has {len(items):,} items, and a map takes {MAX_ITEMS:,} at most")
    runner.entered(frame, len(items))
    side, writers = Side(runner.record), dict[int, Context]()
    tolerated = len(items) * node.tolerate // 100 if node.percent else node.tolerate

    recorded = _finished_items(runner, node, frame)

    def jobs() -> Iterator[tuple[int, Job]]:
        for number, item in enumerate(items):
            ended = recorded(number) if recorded else None
            if ended is None:
                yield number, partial(one, number, item)
            else:
                side.outputs[number] = ended

    async def one(number: int, item: JsonValue) -> Outcome:
        value = Value(item, labels)
        names = {"item": value, "index": Value(number)}
        scope = frame.scope.beside(StepResult("completed", value), names)
        outcome = await runner.flow(node.body, scope, indexed(frame.address, number))
        if scope.context.writes:
            writers[number] = scope.context
        return outcome

    def decide(number: int, outcome: Outcome) -> bool:
        side.take(number, outcome)
        return side.decided(len(side.failures) > tolerated or len(side.waiting) >= MAX_TASKS)

    await run_together(partial(next, jobs(), None), node.max_concurrency, decide, runner.record.lane)
    if len(side.failures) > tolerated:
        return side.first_failure
    if side.waiting:
        return side.suspended
    mark = len(frame.scope.context.writes)
    kept = [writers[number] for number in sorted(writers) if number in side.outputs]
    merge_writes(frame.scope.context, kept, node.merge)
    results = [side.outputs[number].output if number in side.outputs else None for number in range(len(items))]
    labels |= labels_of(side.outputs.values())
    decision: JsonValue = {"items": len(items), "failed": sorted(side.failures)}
    if node.reduce is not None:
        ending = Ending(Value(results, labels), decision, mark)
        return await finish_reduced(runner, node, frame, node.reduce, ending)
    return runner.finish(node, frame, Done(results, labels), decision, mark)


def _items(over: JsonValue, batch: int | None) -> list[JsonValue]:
    if type(over) is dict:
        items = [{"key": key, "value": value} for key, value in over.items()]
    elif type(over) is list:
        items = over
    else:
        raise FlujoError("FLJ0405", f"`over` must be a list or a mapping, and is {a_type(over)}")
    if batch is None:
        return items
    return [items[start : start + batch] for start in range(0, len(items), batch)]


def _finished_items(runner: Runner, node: Map, frame: Frame) -> Callable[[int], StepResult | None] | None:
    """Return what recalls a finished item without entering it; None where each has to be entered for its writes.

    A chain is finished when its last step is; the output loads when it is read.
    """
    if not node.body.is_chain or any(writes_context(step) for step in node.body.children):
        return None
    last = node.body.children[-1].meta.name

    prefix, ended = frame.address, runner.record.ended

    def recorded(number: int) -> StepResult | None:
        row = ended(Address(f"{prefix}[{number}]/{last}"))
        if row is None or row.type != "step_completed":
            return None
        return StepResult("completed", load=partial(runner.load, row.seq))

    return recorded
