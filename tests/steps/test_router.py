"""Routers: what the conformance suite does not pin (tests/semantics 221 to 225)."""

from pathlib import Path

import pytest

from flujo.app import open_app
from flujo.app.inputs import RawInput
from flujo.blueprints.compiler import compile_blueprint
from flujo.core.replies import read_reply
from flujo.testing.semantics import ScriptedModel
from tests.engine.world import World

ROUTER = """version: "0.1"
agents: {clerk: {model: openai/m}}
steps:
  - name: route
    kind: router
    uses: USES
    OPTION
    branches:
      a: {name: x, input: 1, set: {seen: a}}
      b: {name: y, kind: hitl, message: "b?", sink_to: seen}
"""


def found(uses: str, option: str = "description: x") -> list[tuple[str, str]]:
    world = World()
    compiled = compile_blueprint(ROUTER.replace("USES", uses).replace("OPTION", option), "r.yaml", world, world)
    return [(item.code, str(item.severity)) for item in compiled.diagnostics if item.code != "FLJ0308"]


def test_what_a_router_asks_for() -> None:
    assert found("agents.clerk", "merge: last") == []
    assert found("agents.clark", "merge: last") == [("FLJ0304", "error")]
    assert found("text.upper", "merge: last") == [("FLJ0204", "error")]
    assert found("agents.clerk") == [("FLJ0505", "warning")]  # perhaps only one of them is chosen


def test_the_agent_is_told_what_it_may_answer_and_asked_once(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(ROUTER.replace("USES", "agents.clerk").replace("OPTION", "merge: last"), "utf-8")
    with open_app(tmp_path, {}) as app:
        model = app.model = ScriptedModel(['```json\n["b", "a"]\n```'])
        graph = app.compile(str(file)).graph
        assert graph is not None
        view = app.start_run(graph, app.input_value(graph, RawInput("both")))
        assert view.status == "suspended"
        view = app.resume(view.run_id, "yes")
        assert (view.status, view.output) == ("completed", {"a": 1, "b": "yes"})
        assert app.replay(view.run_id).equal
    assert len(model.requests) == 1
    assert '{"enum": ["a", "b"]}' in model.requests[0].messages[0]["content"]


@pytest.mark.parametrize(
    ("text", "value"), [("a b", "a b"), ('"a b"', "a b"), ("17", None), (" x\n", "x"), ("", None), ("[", "[")]
)
def test_a_reply_that_is_a_text_may_leave_out_the_quotes(text: str, value: str | None) -> None:
    reading = read_reply(text, {"type": "string"})
    assert bool(reading.problems) is (value is None)
    assert value is None or reading.value == value
