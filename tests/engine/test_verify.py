"""`verify`: an output that breaks a rule is a failed attempt; the calls that say so are steps of their own."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flujo.core.events import StepFailed, event_of
from flujo.core.ids import RunId
from flujo.core.outcomes import Usage
from flujo.core.ports import ModelReply
from flujo.engine.dispatch import Tools
from flujo.engine.execution import Engine
from flujo.policies import policies
from flujo.steps import kinds
from tests.engine.cutting import cut, to_the_end
from tests.engine.world import World, fails, spec


class Jury:
    """A model that answers each request by what it says last: the same after a crash."""

    def __init__(self):
        self.requests = []

    async def complete(self, request):
        self.requests.append(request)
        said = request.messages[-1]["content"]
        if request.output_schema and "score" in request.output_schema["properties"]:
            score = 0.9 if "polite" in said.partition("made from")[0] else 0.25
            text = json.dumps({"score": score, "reason": "manners"})
        else:
            text = "a polite reply" if "manners" in said else "a reply"
        return ModelReply(text, request.model, Usage(10, 5, 1, 0.5))

    def missing_key(self, model):
        return None


class Court(World):
    def __init__(self, store=None):
        super().__init__(store)
        self.inputs = False
        self.jury = Jury()
        two = {"type": "object", "properties": {"value": {}, "least": {}}}
        for item in (replace(spec("check"), parameters=two), spec("gate", effect="read")):
            self._specs[item.id] = item
        self.verdicts = {}

    def load(self, id):
        skill = super().load(id)
        if id not in ("t.check", "t.gate"):
            return skill

        def call(arguments, context):
            self.calls.append(context.address)
            self.die(context.address)
            if id == "t.check":
                return arguments["value"] > arguments.get("least", 2)
            verdict = self.verdicts.get(context.address, True)
            if isinstance(verdict, list):
                verdict = verdict.pop(0)
            if isinstance(verdict, Exception):
                raise verdict
            return verdict

        return type(skill)(self.skill(id), call, inline=True)

    def engine(self):
        tools = Tools(kinds(), self, self.clock, Path("/nowhere"), policies(), self.jury)
        return Engine(self.store, tools, self, self.recompile, "0")


@pytest.fixture
def world():
    return Court()


def step(rules, retry=4, uses="t.plan", more=""):
    return f"""
steps:
  - name: draft
    uses: {uses}
    input: 10
    retry: {{attempts: {retry}, on: [invalid_output, connection], delay: 1s}}
    verify: {rules}
{more}"""


def planned(world, *values):
    world.plans["draft"] = list(values)
    return world


def failures(world, run):
    events = [event_of(row) for row in world.store.rows(RunId(run)) if row.type == "step_failed"]
    return [event for event in events if isinstance(event, StepFailed)]


RULES = {
    "schema": "[{schema: {type: integer, minimum: 3}}]",
    "expression": "[{expr: '{{ value > 2 and value < this }}'}]",
    "bare expression": "[{expr: 'value > 2'}]",
    "skill": "[{uses: t.check}]",
    "skill with parameters": "[{uses: t.check, with: {least: '{{ this - 8 }}'}}]",
    "several": "[{schema: {type: integer}}, {expr: 'value > 1'}, {uses: t.check}]",
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_an_output_that_breaks_a_rule_is_a_failed_attempt(world, rules):
    planned(world, 1, 2, 3, 4)
    view = world.start(step(rules))
    assert (view.status, view.output) == ("completed", 3)
    assert view.steps["draft"].attempt == 3
    assert [event.error["code"] for event in failures(world, view.run_id)] == ["FLJ0628"] * 2
    assert world.clock.naps == []
    assert world.replay(view.run_id).equal


@pytest.mark.parametrize("rules", [RULES["several"], RULES["skill"]])
def test_a_run_cut_anywhere_makes_no_attempt_twice_that_is_recorded(world, rules):
    whole = planned(world, 1, 2, 3)
    run = RunId(whole.start(step(rules, more="  - {name: next, uses: t.inc}")).run_id)
    rows = list(whole.store.rows(run))
    for length in range(1, len(rows)):
        left = cut_court(whole, run, length)
        made = sum(row.type == "step_returned" and row.address == "draft" for row in rows[:length])
        planned(left, *[1, 2, 3][made:])
        assert to_the_end(left, run).output == 4
        assert left.calls.count("draft") == 3 - made
        assert left.replay(run).equal


def cut_court(whole, run, length):
    made = cut(whole, run, length)
    court = Court(made.store)
    court.clock = made.clock
    return court


def test_reasons_are_said_and_recorded(world):
    planned(world, "a", 1, 2)
    rules = "[{schema: {type: integer}}, {expr: 'value > 1', message: '{{ value }} is too small'}, {uses: t.check}]"
    view = world.start(step(rules, retry=3))
    assert (view.status, view.error["class"]) == ("failed", "semantic")
    assert [event.error["message"] for event in failures(world, view.run_id)] == [
        "the output of `t.plan` breaks rule 1 of `verify`: expected integer, got text",
        "the output of `t.plan` breaks rule 2 of `verify`: 1 is too small",
        "the output of `t.plan` breaks rule 3 of `verify`: `t.check` gives false",
    ]
    assert failures(world, view.run_id)[1].detail == {"output": 1, "problems": ["1 is too small"]}
    assert world.replay(view.run_id).equal


def test_without_retry_a_skill_has_one_attempt(world):
    planned(world, 1)
    view = world.start(step("[{expr: 'value > 2'}]").replace("retry", "# retry"))
    assert (view.error["code"], world.calls) == ("FLJ0628", ["draft"])


def test_what_the_output_lacks_breaks_the_rule_and_what_is_no_condition_fails_the_step(world):
    planned(world, {}, {"size": 3})
    assert world.start(step("[{expr: '{{ value.size > 2 }}'}]")).output == {"size": 3}
    planned(world, {"size": 3})
    view = world.start(step("[{expr: '{{ value.size }}'}]"))
    assert (view.error["code"], view.error["step"]) == ("FLJ0407", "draft")
    assert world.replay(view.run_id).equal


def test_only_true_lets_pass(world):
    planned(world, 1, 1)
    world.verdicts = {"draft/@verify[0]/rule_1": "yes"}
    view = world.start(step("[{uses: t.gate}]"))
    assert failures(world, view.run_id)[0].error["message"].endswith("`t.gate` gives text instead of true")
    assert view.status == "completed"


def test_a_check_that_fails_is_tried_again_by_itself(world):
    planned(world, 1)
    world.verdicts = {"draft/@verify[0]/rule_1": [fails("gone", "connection"), True]}
    view = world.start(step("[{uses: t.gate}]"))
    assert (view.status, world.calls) == ("completed", ["draft", *["draft/@verify[0]/rule_1"] * 2])
    assert world.replay(view.run_id).equal


def test_a_check_that_cannot_be_made_fails_the_step_and_a_redrive_goes_on(world):
    planned(world, 1, 2)
    world.verdicts = {"draft/@verify[0]/rule_1": fails("broken")}
    view = world.start(step("[{uses: t.gate}]"))
    assert view.status == "failed"
    assert view.error["message"] == "the output of `draft` could not be verified: broken"
    assert world.replay(view.run_id).equal
    assert world.redrive(view.run_id).output == 2
    assert world.replay(view.run_id).equal


def test_a_write_that_was_made_is_not_in_doubt_while_it_is_verified(world):
    text = step("[{uses: t.gate}]", uses="t.write").replace("retry", "# retry")
    run = RunId(world.start(text).run_id)
    types = world.types(run)
    left = cut_court(world, run, types.index("step_returned draft") + 1)
    assert to_the_end(left, run).output == 10
    assert left.calls == ["draft/@verify[0]/rule_1"]
    assert left.replay(run).equal


def test_a_verified_output_is_cached_under_its_rules(world):
    planned(world, 5, 6)
    one, other = step("[{uses: t.check}]"), step("[{expr: 'value > 5'}]")
    for text, output in ((one, 5), (one, 5), (other, 6)):
        assert world.start(text.replace("verify", "cache: true\n    verify")).output == output


AGENT = """
agents:
  writer: {model: fake/m}
  jury: {model: fake/m, system_prompt: Judge the manners.}
steps:
  - name: draft
    uses: agents.writer
    input: thank them
    verify: [{judge: agents.jury, min_score: 0.8}]
"""


def test_a_judge_scores_and_the_agent_hears_why(world):
    view = world.start(AGENT)
    assert (view.output, view.steps["draft"].attempt) == ("a polite reply", 2)
    assert view.usage.to_json() == {"usd": 2.0, "tokens_in": 40, "tokens_out": 20, "calls": 4}
    first, judged, second, _ = world.jury.requests
    assert judged.messages[-1]["content"] == "output:\na reply\n\nmade from:\nthank them"
    assert judged.messages[0]["content"] == "Judge the manners."
    assert [message["role"] for message in second.messages] == ["user", "assistant", "user"]
    assert "`jury` gives it 0.25, and 0.8 is needed: manners" in second.messages[-1]["content"]
    assert second.messages[:1] == first.messages
    assert view.steps["draft/@verify[0]/rule_1"].output == {"score": 0.25, "reason": "manners"}
    assert world.replay(view.run_id).equal


def test_no_request_is_sent_twice_wherever_the_run_is_cut(world):
    run = RunId(world.start(AGENT).run_id)
    rows = list(world.store.rows(run))
    for length in range(1, len(rows)):
        left = cut_court(world, run, length)
        known = sum(row.type == "step_returned" or "@verify" in row.address for row in rows[:length])
        assert to_the_end(left, run).output == "a polite reply"
        assert len(left.jury.requests) == 4 - known
        assert left.replay(run).equal


def test_a_replay_notices_a_verdict_that_differs(world):
    planned(world, 1, 3)
    run = RunId(world.start(step("[{expr: 'value > 2'}, {uses: t.gate}]")).run_id)
    planned(world, 1, 3)
    world.verdicts = {"draft/@verify[0]/rule_1": False}
    run = RunId(world.start(step("[{uses: t.gate}]")).run_id)
    changed = b'{"output":true,"started":1700000000000000}'
    world.store._db.execute(
        "UPDATE events SET body = ? WHERE run_id = ? AND address = 'draft/@verify[0]/rule_1'", (changed, run)
    )
    fields = {(item.address, item.field) for item in world.replay(run).differences}
    assert ("draft", "attempt 1") in fields
