"""What lists that run side by side come to: outputs, failures, tasks, and writes to the context made one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from flujo.core.errors import FlujoError
from flujo.core.graph import Flow, Map, Merge, Reduce
from flujo.core.outcomes import Done, Failed, Outcome, Suspended, waiting
from flujo.core.record import dataclass
from flujo.core.values import EMPTY, JsonValue, Value, stored_bytes
from flujo.engine.journal import Record
from flujo.engine.reducing import reduced
from flujo.engine.runner import Runner
from flujo.engine.scope import Context, Frame, StepResult

MAX_TASKS = 100
"""At most so many open tasks in one region."""


@dataclass(slots=True)
class Side:
    """What came of lists that run side by side: by number, in the order of declaration or input."""

    record: Record
    outputs: dict[int, StepResult] = field(default_factory=dict)
    failures: dict[int, Failed] = field(default_factory=dict)
    waiting: list[Suspended] = field(default_factory=list)
    order: list[int] = field(default_factory=list)

    def take(self, number: int, outcome: Outcome) -> None:
        """Take an outcome in."""
        match outcome:
            case Done():
                self.outputs[number] = StepResult("completed", Value(outcome.output, outcome.labels))
                self.order.append(number)
            case Failed():
                self.failures[number] = outcome
            case Suspended():
                self.waiting.append(outcome)

    def decided(self, verdict: bool) -> bool:
        """Say whether the rest is stopped. In a replay nothing is: all that was recorded is reached, as it was then."""
        return verdict and not self.record.is_replay

    @property
    def suspended(self) -> Suspended:
        """The suspension that waits for all that wait."""
        return waiting(*self.waiting)

    @property
    def first_failure(self) -> Failed:
        """The failure that was recorded first."""
        if not self.record.is_replay:
            return next(iter(self.failures.values()))
        past = self.record.whole()
        return min(self.failures.values(), key=lambda failed: getattr(past.row(failed.step, "step_failed"), "seq", 0))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a region ends: its results with their labels, its decision, and since when its writes count."""

    results: Value
    decision: JsonValue
    mark: int


async def finish_reduced(runner: Runner, node: Flow | Map, frame: Frame, how: Reduce, ending: Ending) -> Outcome:
    """Make one value of the results; a call that does it is a step of its own, named `@reduce`."""
    results = ending.results
    if how.call is not None:
        scope = frame.scope.inner(StepResult("completed", results), {"results": results})
        outcome = await runner.step(how.call, scope, frame.address)
        if not isinstance(outcome, Done):
            assert isinstance(outcome, Failed | Suspended)
            return outcome
        result = scope.previous
        return runner.finish(node, frame, Done(result.output, result.labels), ending.decision, ending.mark)
    if how.template is not None:
        inner = Frame(frame.scope.inner(frame.scope.previous, {"results": results}), frame.address, frame.entered_at)
        value = how.template.render(inner)
    else:
        assert how.word is not None
        value = reduced(how.word, results.data)
    return runner.finish(node, frame, Done(value, results.labels), ending.decision, ending.mark)


def merge_writes(into: Context, contexts: Sequence[Context], merge: Merge) -> None:
    """Make the writes of several contexts in one; raise FLJ0505 when `strict` finds two values for one place."""
    if merge == "none":
        return
    seen: dict[tuple[str, ...], tuple[int, bytes]] = {}
    for number, context in enumerate(contexts):
        for path, value in context.writes:
            place = tuple(path)
            if merge == "strict":
                _refuse_conflict(seen, number, place, value)
            into.write(place, value, context.labels)


def _refuse_conflict(
    seen: dict[tuple[str, ...], tuple[int, bytes]], number: int, place: tuple[str, ...], value: JsonValue
) -> None:
    data = stored_bytes(value)
    for length in range(1, len(place) + 1):
        other = seen.get(place[:length])
        if other is not None and other[0] != number and (length < len(place) or other[1] != data):
            name = ".".join(place)
            raise FlujoError(
                "FLJ0505",
                f"two branches set `context.{name}` to different values",
                help="set different paths, or say `merge: last`",
            )
    for path, other in seen.items():
        if len(path) > len(place) and path[: len(place)] == place and other[0] != number:
            raise FlujoError("FLJ0505", f"one branch sets `context.{'.'.join(path)}`, another a value around it")
    seen[place] = (number, data)


def labels_of(values: Iterable[Value | StepResult]) -> frozenset[str]:
    """Return the labels of any of them."""
    found = EMPTY
    for value in values:
        found |= value.labels
    return found
