"""One of several lists, chosen by a condition."""

from __future__ import annotations

from flujo.core.errors import FlujoError
from flujo.core.graph import Branch
from flujo.core.ids import child, quoted
from flujo.core.outcomes import Done, Outcome
from flujo.core.values import JsonValue, a_type
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, StepResult


async def run_branch(runner: Runner, node: Branch, frame: Frame, given: StepResult) -> Outcome:
    """Run the branch that the condition chooses."""
    if "now" in node.condition.functions:
        runner.entered(frame)
    key = branch_key(node.condition.render(frame))
    flows = dict(node.branches)
    if key not in flows and node.default is not None:
        key = node.default
    mark = len(frame.scope.context.writes)
    outcome: Outcome = Done(None)
    if key in flows:
        outcome = await runner.flow(flows[key], frame.scope.inner(given), child(frame.address, quoted(key)))
    if not isinstance(outcome, Done):
        return outcome
    return runner.finish(node, frame, outcome, key, mark)


def branch_key(value: JsonValue) -> str:
    """Return the key a condition chose: booleans and numbers stand for their text; raise FLJ0407 for anything else."""
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is str:
        return value
    if type(value) in (int, float):
        return str(value)
    raise FlujoError("FLJ0407", f"a condition yields a boolean or a branch key, and this one is {a_type(value)}")
