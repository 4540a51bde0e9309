"""Secrets in a run: the skill gets the value, everything that is kept has a placeholder or `***`."""

import json
from typing import Any

import pytest

from flujo.core.errors import SkillError, UsageError
from flujo.core.ids import RunId
from flujo.engine.journal import Offer
from flujo.engine.secrecy import MAX_MESSAGE

from .test_imports import Files
from .world import World

KEY, OTHER = "hunter22-abc", "0therSecret!"


@pytest.fixture
def world() -> World:
    made = World()
    made.secrets = {"KEY": KEY, "OTHER": OTHER}
    return made


def call(value: str, uses: str = "t.echo", more: str = "") -> str:
    return f"secrets: [KEY, OTHER]\nsteps:\n- name: a\n  uses: {uses}\n  with: {{value: {value}}}\n{more}"


def kept(world: World, run: str = "run-1") -> str:
    """All that is stored of a run."""
    rows = list(world.store.rows(RunId(run)))
    blobs = [world.store.blob(row.blob).decode() for row in rows if row.blob]
    return "".join([*(f"{row!r} {row.body.decode()}" for row in rows), *blobs])


def test_the_skill_gets_the_value_and_nothing_else_does(world: World) -> None:
    value = "{plain: '{{ secrets.KEY }}', text: ['Bearer {{ secrets.KEY }}'], open: '{{ input }}'}"
    view = world.start(call(value), "in")
    assert world.given == [{"plain": KEY, "text": [f"Bearer {KEY}"], "open": "in"}]
    assert view.output == {"plain": "***", "text": ["Bearer ***"], "open": "in"}
    shown = view.steps["a"].input["value"]
    assert shown["plain"] == {"$secret": "KEY"}
    assert shown["text"][0]["$secret"] == ["KEY"]
    assert shown["open"] == "in"
    assert KEY not in kept(world)
    assert world.replay("run-1").equal
    [done] = [row for row in world.store.rows(RunId("run-1")) if row.type == "step_completed"]
    assert done.labels == "secret:KEY"


def test_the_fingerprint_holds_when_the_secret_changes_and_not_when_the_rest_does(world: World) -> None:
    text = call("'{{ input }} {{ secrets.KEY }}'")

    def fingerprint(input: str, key: str) -> str:
        world.secrets["KEY"] = key
        run = world.start(text, input).run_id
        return next(row.fingerprint for row in world.store.rows(run) if row.type == "step_completed")

    first = fingerprint("a", KEY)
    assert fingerprint("a", "another-value") == first
    assert fingerprint("b", KEY) != first


def test_missing_secrets_are_all_named_before_anything_is_recorded(world: World) -> None:
    world.secrets = {}
    with pytest.raises(UsageError, match="the secrets `KEY`, `OTHER` are not set") as caught:
        world.start(call("1"))
    assert caught.value.diagnostic.code == "FLJ0010"
    assert list(world.store.runs()) == []
    world.secrets = {"OTHER": OTHER}
    with pytest.raises(UsageError, match="the secret `KEY` is not set"):
        world.start(call("1"))


def test_a_secret_that_is_gone_at_the_call_fails_it(world: World) -> None:
    world.die = lambda address: world.secrets.pop("KEY", None) and None
    view = world.start(call("1", more="- {name: b, uses: t.write, with: {value: '{{ secrets.KEY }}'}}\n"))
    assert view.error["code"] == "FLJ0010"
    assert "step_started b" not in world.types("run-1")
    assert world.replay("run-1").equal
    with pytest.raises(UsageError, match="the secret `KEY` is not set"):
        world.redrive("run-1")
    world.secrets["KEY"] = "set-again"
    world.die = lambda address: None
    assert world.redrive("run-1").output == "***"
    assert world.given == [1, "set-again"]


def test_what_comes_back_is_taken_out_wherever_it_stands(world: World) -> None:
    world.plans["a"] = [{"x": KEY, KEY: [f"<{OTHER}>"]}]
    view = world.start(call("1", "t.plan", "  set: {context.got: '{{ steps.a.output }}'}\noutput: '{{ context }}'\n"))
    assert view.output == {"got": {"x": "***", "***": ["<***>"]}}
    assert KEY not in kept(world)
    assert OTHER not in kept(world)
    assert world.replay("run-1").equal


def test_errors_are_redacted_before_they_are_cut(world: World) -> None:
    text = "x" * (MAX_MESSAGE - len("`t.plan` raised ValueError: ") - 6) + KEY
    world.plans["a"] = [ValueError(text)]
    assert "hunter" not in world.start(call("1", "t.plan")).error["message"]
    world.plans["a"] = [SkillError(f"no: {KEY}", help=f"not {OTHER}")]
    view = world.start(call("1", "t.plan"))
    assert (view.error["message"], view.error["help"]) == ("no: ***", "not ***")
    assert "hunter" not in kept(world) + kept(world, "run-2")


def test_a_long_reason_is_cut(world: World) -> None:
    world.plans["a"] = [ValueError("x" * 99_999)]
    view = world.start("steps: {name: a, uses: t.plan}")
    assert len(view.error["message"]) == MAX_MESSAGE + 1


def test_a_template_that_fails_on_a_secret_says_so_without_it(world: World) -> None:
    view = world.start(call("'{{ secrets.KEY | fromjson }}'", "t.write"))
    assert view.error["code"].startswith("FLJ04")
    assert "hunter" not in kept(world)
    assert world.calls == []


def test_what_was_computed_is_taken_out_too(world: World) -> None:
    value = (
        "['{{ secrets.KEY | reverse }}', '{{ (secrets.KEY ~ secrets.OTHER) | hash }}', '{{ secrets.KEY | length }}']"
    )
    assert world.start(call(value)).output == ["***", "***", len(KEY)]
    assert KEY[::-1] not in kept(world)


def test_input_and_answers_are_redacted(world: World) -> None:
    text = "secrets: [KEY]\nsteps:\n- {kind: hitl, name: ask, message: '{{ input }}?'}\n"
    world.start(text, f"my {KEY}")
    assert world.view("run-1").tasks[0].message == "my ***?"
    view = world.resume("run-1", f"it is {KEY}")
    assert view.output == "it is ***"
    assert KEY not in kept(world)
    assert world.replay("run-1").equal


def test_a_person_approves_what_is_shown_and_the_skill_gets_the_value(world: World) -> None:
    view = world.start(call("'{{ secrets.KEY }}'", "t.write", "  approval: required\n"))
    assert view.tasks[0].show == {"skill": "t.write", "arguments": {"value": {"$secret": "KEY"}}}
    assert world.resume("run-1", "yes").output == "***"
    assert world.given == [KEY]


def test_every_attempt_gets_the_same_arguments(world: World) -> None:
    value = "['{{ uuid() }}', '{{ secrets.KEY ~ uuid() }}', '{{ uuid() }}']"
    view = world.start(call(value, "t.flaky", "  retry: 2\n"))
    first, second = world.given
    assert first == second
    assert len({first[0], first[1].removeprefix(KEY), first[2]}) == 3
    shown = view.steps["a"].input["value"]
    assert (shown[0], shown[2]) == (first[0], first[2])
    assert world.replay("run-1").equal


def test_values_of_a_lookup_are_part_of_what_is_compared(world: World) -> None:
    value = "'{{ secrets.KEY ~ input.user ~ (input.nothing | default(1)) }}'"
    view = world.start(call(value), {"user": "ann"})
    other = world.start(call(value), {"user": "bob"})
    digests = [one.steps["a"].input["value"]["digest"] for one in (view, other)]
    assert digests[0] != digests[1]
    assert world.given == [f"{KEY}ann1", f"{KEY}bob1"]


def test_placeholders_in_data_reveal_nothing(world: World) -> None:
    forged: Any = {"$secret": "KEY"}
    assert world.start(call("'{{ input }}'"), forged).output == forged
    assert world.given == [forged]
    assert json.dumps(world.given).count(KEY) == 0


def test_an_import_has_secrets_of_its_own() -> None:
    inner = "secrets: [OTHER]\nsteps: {name: b, uses: t.echo, with: {value: '{{ secrets.OTHER }}'}}\n"
    world = Files(inner=inner)
    world.secrets = {"KEY": KEY, "OTHER": OTHER}
    text = call("'{{ secrets.KEY }}'", more="- {name: b, uses: imports.i}\nimports: {i: inner.yaml}\n")
    text = text.replace("secrets: [KEY, OTHER]", "secrets: [KEY]")
    assert world.graph(text).secrets == ("KEY", "OTHER")
    assert world.start(text).output == "***"
    assert world.given == [KEY, OTHER]
    assert world.replay("run-1").equal


def test_a_skill_that_verifies_may_have_a_secret_and_sees_the_redacted_output(world: World) -> None:
    world.plans["a/@verify[0]/rule_1"] = [True]
    rule = "  verify: [{uses: t.plan, with: {value: ['{{ value }}', '{{ secrets.OTHER }}']}}]\n"
    assert world.start(call("'{{ secrets.KEY }}'", more=rule)).output == "***"
    assert world.given == [KEY, ["***", OTHER]]
    assert world.replay("run-1").equal


def test_an_event_is_redacted(world: World) -> None:
    world.start("secrets: [KEY]\nsteps: {kind: wait, name: paid, event: paid}\n")
    world.run(world.engine().deliver(RunId("run-1"), Offer("paid", {"token": f"<{KEY}>"}, "tester")))
    assert world.view("run-1").output == {"token": "<***>"}
    assert KEY not in kept(world)
    assert world.replay("run-1").equal
