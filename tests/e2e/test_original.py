"""Blueprints built like those of the original Flujo's README, through the command line and a model on loopback."""

from pathlib import Path

import pytest

from flujo.testing.endpoint import json_reply
from tests.cli.conftest import Call
from tests.e2e.conftest import Serve

SEMANTICS = Path(__file__).resolve().parents[1] / "semantics"
REVIEW = (SEMANTICS / "280-original-review/blueprint.yaml").read_text("utf-8")
CLARIFY = """\
version: "0.1"
agents:
  asker: {model: "openai:some-model", system_prompt: Ask what is unclear; say done when nothing is.}
steps:
  - kind: loop
    name: talk
    loop:
      body:
        - kind: step
          name: ask
          agent: { id: "agents.asker" }
          input: "{{ initial_prompt }} (so far: {{ previous_step }})"
      max_loops: 5
      exit_expression: "previous_step == 'done'"
"""

pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


def test_the_code_review_pipeline(serve: Serve, flujo: Call) -> None:
    Path("review.yaml").write_text(REVIEW)
    assert flujo("validate", "review.yaml").code == 0
    with serve(json_reply({"severity": "high"}), json_reply({"severity": "low"})) as endpoint:
        asked = flujo("run", "review.yaml", "--input", "def f(): pass", "--no-ask", "--json")
        assert (asked.code, asked.json["tasks"][0]["message"]) == (6, "This looks serious. Shall it go in?")
        answered = flujo("resume", asked.json["run_id"], "--answer", "let it in", "--json")
        assert (answered.code, answered.json["output"]) == (0, "let it in")
        calm = flujo("run", "review.yaml", "--input", "def g(): pass", "--json")
    assert (calm.code, calm.json["output"]) == (0, '{"severity": "low"}')
    assert [request.body["messages"][-1]["content"] for request in endpoint.requests] == [
        "def f(): pass",
        "def g(): pass",
    ]
    assert flujo("lens", "replay", asked.json["run_id"]).code == 0


def test_a_loop_that_asks_until_it_is_done(serve: Serve, flujo: Call) -> None:
    Path("clarify.yaml").write_text(CLARIFY)
    with serve("which one?", "done") as endpoint:
        result = flujo("run", "clarify.yaml", "--input", "a thing", "--json")
    assert (result.code, result.json["output"]) == (0, "done")
    said = [request.body["messages"][-1]["content"] for request in endpoint.requests]
    assert said == ["a thing (so far: a thing)", "a thing (so far: which one?)"]
