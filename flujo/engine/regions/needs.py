"""A list with `needs`: each step starts as soon as what it needs has ended."""

from __future__ import annotations

from functools import partial
from graphlib import TopologicalSorter

from flujo.core.graph import Flow, Node
from flujo.core.outcomes import Done, Failed, Outcome, Suspended
from flujo.core.values import Value
from flujo.engine.crowd import Job, run_together
from flujo.engine.regions.side import Side, labels_of, merge_writes
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, Scope, StepResult


async def run_graph(runner: Runner, node: Flow, frame: Frame, given: StepResult) -> Outcome:
    """Run the steps; the output is that of the only step nothing needs, else a mapping of such steps."""
    graph = _Graph(runner, node, frame, given)
    return await graph.run()


class _Graph:
    """A list whose steps start as soon as what they need has ended."""

    def __init__(self, runner: Runner, node: Flow, frame: Frame, given: StepResult) -> None:
        self._runner = runner
        self._frame = frame
        self._given = given
        self._steps = {step.meta.name: step for step in node.children}
        self._waiting = {step.meta.name: set(step.meta.needs) for step in node.children}
        self._numbers = {name: number for number, name in enumerate(self._steps)}
        self._scopes: dict[str, Scope] = {}
        self._side = Side(runner.record)
        self._upstream = _upstream(node)

    async def run(self) -> Outcome:
        """Run all steps; waves of ready ones, the next as soon as one of them has ended."""
        await run_together(self._next_job, len(self._steps), self._decide, self._runner.record.lane)
        if self._side.failures:
            return self._side.first_failure
        if self._side.waiting:
            return self._side.suspended
        contexts = [self._scopes[name].context for name in self._steps]
        merge_writes(self._frame.scope.context, contexts, "last")
        for name in self._steps:
            self._frame.scope.adopt(self._scopes[name], name)
        return self._output()

    def _decide(self, number: int, outcome: Outcome) -> bool:
        self._side.take(number, outcome)
        return self._side.decided(bool(self._side.failures))

    def _next_job(self) -> tuple[int, Job] | None:
        """Return a step that can start."""
        name = next((name for name, needs in self._waiting.items() if not needs), None)
        if name is None:
            return None
        del self._waiting[name]
        return self._numbers[name], partial(self._one, name)

    async def _one(self, name: str) -> Outcome:
        step = self._steps[name]
        scope = self._scopes[name] = self._scope(step)
        outcome = await self._runner.step(step, scope, self._frame.address)
        if isinstance(outcome, Failed | Suspended):
            return outcome
        for needs in self._waiting.values():
            needs.discard(name)
        return Done(None)

    def _scope(self, step: Node) -> Scope:
        """Return what a step sees: the steps it needs, directly or not, and their writes."""
        outer = self._frame.scope
        scope = Scope(outer.facts, outer.context.copy(), outer, self._previous(step.meta.needs))
        for name in self._steps:
            if name in self._upstream[step.meta.name]:
                scope.adopt(self._scopes[name], name)
                for path, value in self._scopes[name].context.writes:
                    scope.context.write(tuple(path), value, self._scopes[name].context.labels)
        scope.context.writes.clear()
        return scope

    def _previous(self, needs: tuple[str, ...]) -> StepResult:
        found = {name: result for name in needs if (result := self._result(name)).status != "skipped"}
        if not found:
            return self._given
        if len(needs) == 1:
            return next(iter(found.values()))
        labels = labels_of([result.value for result in found.values()])
        return StepResult("completed", Value({name: result.output for name, result in found.items()}, labels))

    def _result(self, name: str) -> StepResult:
        return self._scopes[name].steps[name]

    def _output(self) -> Outcome:
        needed = {name for step in self._steps.values() for name in step.meta.needs}
        sinks = [name for name in self._steps if name not in needed]
        found = {name: result for name in sinks if (result := self._result(name)).status != "skipped"}
        labels = labels_of([result.value for result in found.values()])
        if len(sinks) == 1:
            return Done(next((result.output for result in found.values()), None), labels)
        return Done({name: result.output for name, result in found.items()} or None, labels)


def _upstream(node: Flow) -> dict[str, set[str]]:
    """Return for each step of a list the steps it needs, directly or through others."""
    direct = {step.meta.name: set(step.meta.needs) for step in node.children}
    found: dict[str, set[str]] = {}
    for name in TopologicalSorter(direct).static_order():
        found[name] = direct[name].union(*(found[other] for other in direct[name]))
    return found
