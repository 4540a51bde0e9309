"""Another blueprint as one step: its own input, names and context; events, tasks and limits are the run's."""

from __future__ import annotations

from dataclasses import replace

from flujo.core.errors import FlujoError
from flujo.core.graph import Flow, Import
from flujo.core.ids import child
from flujo.core.inputs import filled
from flujo.core.json_schema import problems
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.values import Value
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, Scope, StepResult


async def run_import(runner: Runner, node: Flow, imported: Import, frame: Frame, given: StepResult) -> Outcome:
    """Run the imported program from its `inputs` to its `output`; a failure in it says where it was imported too."""
    before = frame.used_moment
    value = _input(imported, frame, given)
    if frame.used_moment != before:
        runner.entered(frame)  # `with` read the clock: after a restart it reads the same
    graph = imported.graph
    inner = runner.inside(graph, value)
    scope = inner.top()
    outcome = await inner.flow(graph.root, scope, frame.address)
    runner.partial |= inner.partial
    if isinstance(outcome, Failed):
        file, line = runner.place_of(node.meta)
        return replace(outcome, message=f"{outcome.message} (in `{frame.address}`, imported by {file}:{line})")
    if not isinstance(outcome, Done):
        return outcome
    if graph.output is not None:
        end = _frame(frame, scope, "@output")
        outcome = Done(graph.output.render(end), end.labels(graph.output))
    return runner.finish(node, frame, outcome, None, len(frame.scope.context.writes))


def _input(imported: Import, frame: Frame, given: StepResult) -> Value:
    """Return the import's input, with defaults filled in; raise FlujoError FLJ0520 when it does not fit."""
    value = given.value
    if imported.arguments is not None:
        names = _frame(frame, frame.scope, "@with")
        names.this = given
        value = Value(imported.arguments.render(names), names.labels(imported.arguments))
    schema = imported.graph.inputs
    if schema is None:
        return value
    data = filled(value.data, schema)
    wrong = problems(data, schema)
    if wrong:
        text = f"the input of `imports.{imported.alias}` does not fit its `inputs`: {wrong[0]}"
        raise FlujoError("FLJ0520", text)
    return Value(data, value.labels)


def _frame(frame: Frame, scope: Scope, part: str) -> Frame:
    """Return a frame for one of the import's templates: it draws the same numbers however often the step is tried."""
    return Frame(scope, child(frame.address, part), lambda _: frame.moment())
