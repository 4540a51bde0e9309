"""The runner: data flow, context, branches, pauses and failures of one list of steps."""

import pytest

from flujo.core.errors import StateError
from tests.engine.world import World, fails

PLAIN = """
steps:
  - {name: a, uses: t.inc, with: {value: 1}}
  - {name: b, uses: t.inc}
  - {name: c, uses: t.echo, with: {value: {sum: "{{ steps.a.output + previous }}", text: "b is {{ previous }}"}}}
"""


@pytest.fixture
def world():
    return World()


def test_a_chain_passes_outputs_on(world):
    view = world.start(PLAIN)
    assert view.status == "completed"
    assert view.output == {"sum": 5, "text": "b is 3"}
    assert [step.status for step in view.steps.values()] == ["completed"] * 3
    assert view.steps["c"].input == {"value": {"sum": 5, "text": "b is 3"}}


def test_a_pure_step_is_one_event(world):
    view = world.start(PLAIN)
    assert world.types(view.run_id) == [
        "run_started", "step_completed a", "step_completed b", "step_completed c", "run_finished"
    ]  # fmt: skip


def test_a_write_is_announced_before_it_begins(world):
    view = world.start("steps: [{name: w, uses: t.write, with: {value: 1}}]")
    assert world.types(view.run_id) == ["run_started", "step_started w", "step_completed w", "run_finished"]


def test_the_first_step_gets_the_input(world):
    assert world.start("steps: [{name: a, uses: t.echo}]", {"x": [1, 2]}).output == {"x": [1, 2]}


def test_a_step_with_own_input(world):
    text = "steps: [{name: a, uses: t.inc, input: '{{ input.n * 2 }}'}]"
    assert world.start(text, {"n": 4}).output == 9


def test_this_is_the_input_of_the_step(world):
    text = "steps: [{name: a, uses: t.echo, input: 7, with: {value: '{{ this + 1 }}'}}]"
    assert world.start(text).output == 8


def test_a_skipped_step_is_as_if_it_were_not_there(world):
    text = """
steps:
  - {name: a, uses: t.inc, with: {value: 1}}
  - {name: b, uses: t.inc, when: "{{ previous > 5 }}"}
  - {name: c, uses: t.echo, with: {value: ["{{ previous }}", "{{ steps.b.output }}", "{{ steps.b.status }}"]}}
"""
    view = world.start(text)
    assert view.output == [2, None, "skipped"]
    assert view.steps["b"].status == "skipped"


def test_all_steps_skipped_gives_null(world):
    assert world.start("steps: [{name: a, uses: t.inc, when: false}]", 5).output is None


@pytest.mark.parametrize(("flag", "taken"), [(True, "yes"), (False, "no"), ("x", None)])
def test_a_conditional_takes_one_branch(world, flag, taken):
    text = """
steps:
  - kind: conditional
    name: decide
    condition: "{{ input.flag }}"
    branches:
      true: [{name: y, uses: t.echo, with: {value: "yes"}}]
      false: {name: n, uses: t.echo, with: {value: "no"}}
"""
    view = world.start(text, {"flag": flag})
    assert view.output == taken
    assert view.steps["decide"].decision == str(flag).lower()


def test_a_conditional_with_keys_and_default(world):
    text = """
steps:
  - kind: conditional
    name: pick
    condition: "{{ input }}"
    default_branch: other
    branches:
      "1": [{name: one, uses: t.echo, with: {value: uno}}]
      a/b: [{name: odd, uses: t.echo}]
      other: [{name: rest, uses: t.echo, with: {value: rest}}]
"""
    assert world.start(text, 1).output == "uno"
    odd = world.start(text, "a/b")
    assert odd.output == "a/b"
    assert "pick/a%2Fb/odd" in odd.steps
    assert world.start(text, "zzz").output == "rest"
    failed = world.start(text, [1])
    assert failed.error["code"] == "FLJ0407"
    assert failed.error["step"] == "pick"


def test_context_is_written_at_the_end_of_a_step(world):
    text = """
context: {count: 1, deep: {kept: true}}
steps:
  - {name: a, uses: t.inc, with: {value: "{{ context.count }}"}, set: {count: "{{ steps.a.output + context.count }}"}}
  - {name: b, uses: t.echo, with: {value: {x: 1}}, updates_context: true}
  - {name: c, uses: t.echo, with: {value: 0}, set: {context.deep.new.path: "{{ context.x }}"}}
  - {name: d, uses: t.echo, with: {value: "{{ context }}"}}
"""
    assert world.start(text).output == {"count": 3, "deep": {"kept": True, "new": {"path": 1}}, "x": 1}


def test_a_context_path_through_a_number_fails_the_step(world):
    text = """
context: {n: {}}
steps:
  - {name: a, uses: t.inc, set: {n: "{{ input }}"}}
  - {name: b, uses: t.inc, set: {n.x: 2}}
"""
    error = world.start(text, 1).error
    assert (error["code"], error["step"]) == ("FLJ0504", "b")
    assert "`n` is not a mapping" in error["message"]


def test_updates_context_needs_a_mapping(world):
    text = "steps: [{name: a, uses: t.echo, with: {value: 3}, updates_context: true}]"
    assert "integer" in world.start(text).error["message"]


def test_the_output_of_the_blueprint(world):
    text = PLAIN + "output: {first: '{{ steps.a.output }}', run: '{{ run.id }}', name: '{{ run.name }}'}"
    assert world.start(text).output == {"first": 2, "run": "run-1", "name": "test"}


def test_an_output_that_fails(world):
    view = world.start("steps: [{name: a, uses: t.echo}]\noutput: '{{ input.x }}'", {})
    assert view.status == "failed"
    assert view.error["code"] == "FLJ0404"


def test_a_failing_skill_fails_the_run_at_its_line(world):
    world.plans["b"] = [fails("the tea is cold")]
    view = world.start("steps:\n  - {name: a, uses: t.inc}\n  - {name: b, uses: t.plan}\n  - {name: c, uses: t.inc}", 1)
    assert view.status == "failed"
    assert view.output is None
    assert view.error["message"] == "the tea is cold"
    assert (view.error["step"], view.error["file"], view.error["line"]) == ("b", "test.yaml", 4)
    assert view.error["class"] == "semantic"
    assert world.calls == ["a", "b"]


def test_an_undefined_value_is_a_failure_of_its_step(world):
    view = world.start("steps: [{name: a, uses: t.echo, with: {value: '{{ input.nope }}'}}]", {})
    assert view.error["code"] == "FLJ0404"
    assert view.error["line"] == 2
    assert world.calls == []


def test_when_must_be_boolean(world):
    view = world.start("steps: [{name: a, uses: t.echo, when: '{{ input }}'}]", "false")
    assert view.error["code"] == "FLJ0407"


def test_functions_depend_on_seed_and_address_only(world):
    text = """
steps:
  - {name: a, uses: t.echo, with: {value: ["{{ uuid() }}", "{{ random() }}", "{{ now() }}"]}}
  - {name: b, uses: t.echo, with: {value: ["{{ uuid() }}", "{{ random() }}", "{{ now() }}"]}}
  - {name: c, uses: t.now}
output: ["{{ steps.a.output }}", "{{ steps.b.output }}", "{{ steps.c.output }}"]
"""
    first, second = world.start(text).output, World().start(text).output
    assert first == second
    assert first[0][:2] != first[1][:2]
    assert first[0][0][14] == "4"
    assert world.replay("run-1").equal


PAUSE = """
context: {}
steps:
  - {name: a, uses: t.inc, with: {value: 1}}
  - kind: hitl
    name: ask
    message: "is {{ previous }} right?"
    choices: ["yes", "no"]
    show: {value: "{{ previous }}"}
    sink_to: context.verdict
  - {name: b, uses: t.echo, with: {value: ["{{ answer }}", "{{ context.verdict }}", "{{ steps.ask.output }}"]}}
"""


def test_a_pause_suspends_and_an_answer_goes_on(world):
    view = world.start(PAUSE)
    assert view.status == "suspended"
    (task,) = view.tasks
    assert (task.message, task.show, task.choices, task.step) == ("is 2 right?", {"value": 2}, ["yes", "no"], "ask")
    assert world.calls == ["a"]
    done = world.resume(view.run_id, "yes")
    assert done.status == "completed"
    assert done.output == ["yes", "yes", "yes"]
    assert world.calls == ["a", "b"]
    assert done.tasks == []
    assert world.store.tasks() == []


def test_resume_without_an_answer_stays_suspended(world):
    view = world.start(PAUSE)
    again = world.resume(view.run_id)
    assert again.status == "suspended"
    assert [task.id for task in again.tasks] == [task.id for task in view.tasks]


def test_a_pause_inside_a_branch(world):
    text = """
steps:
  - kind: conditional
    name: gate
    condition: true
    branches:
      true:
        - {kind: hitl, name: ask, message: "sure?"}
        - {name: after, uses: t.echo, with: {value: "{{ answer }}"}}
  - {name: end, uses: t.echo}
"""
    view = world.start(text)
    assert view.status == "suspended"
    assert view.steps["gate"].status == "suspended"
    assert world.resume(view.run_id, "surely").output == "surely"
    assert world.calls == ["gate/true/after", "end"]


def test_a_finished_run_cannot_be_resumed(world):
    view = world.start(PLAIN)
    with pytest.raises(StateError, match="completed"):
        world.resume(view.run_id)
    with pytest.raises(StateError, match="only a failed run"):
        world.redrive(view.run_id)


def test_redrive_runs_the_failed_step_again_and_keeps_the_rest(world):
    world.plans["b"] = [fails("first"), 20]
    view = world.start("steps: [{name: a, uses: t.inc}, {name: b, uses: t.plan}, {name: c, uses: t.inc}]", 1)
    assert view.status == "failed"
    with pytest.raises(StateError, match="nothing to resume"):
        world.resume(view.run_id)
    done = world.redrive(view.run_id)
    assert (done.status, done.output) == ("completed", 21)
    assert done.steps["b"].attempt == 2
    assert world.calls == ["a", "b", "b", "c"]
    assert world.replay(view.run_id).equal


def test_redrive_of_a_template_failure_inside_a_branch(world):
    text = """
steps:
  - kind: conditional
    name: c
    condition: true
    branches: {true: [{name: x, uses: t.plan}, {name: y, uses: t.plan}]}
"""
    world.plans["c/true/x"] = [1]
    world.plans["c/true/y"] = [fails("no"), fails("still no"), 3]
    view = world.start(text)
    assert world.redrive(view.run_id).status == "failed"
    done = world.redrive(view.run_id)
    assert (done.status, done.output) == ("completed", 3)
    assert world.calls == ["c/true/x", "c/true/y", "c/true/y", "c/true/y"]


def test_large_outputs_become_blobs_and_come_back(world):
    text = "steps: [{name: a, uses: t.echo}, {name: b, uses: t.echo, with: {value: '{{ previous.text[:3] }}'}}]"
    view = world.start(text, {"text": "x" * 20_000})
    assert view.output == "xxx"
    assert world.store.row("run-1", 2).blob
    assert view.steps["a"].output == {"text": "x" * 20_000}
    assert world.replay("run-1").equal


def test_a_value_over_16_mib_fails_its_step(world):
    world.plans["a"] = ["x" * (17 * 1024 * 1024)]
    view = world.start("steps: [{name: a, uses: t.plan}]")
    assert view.error["code"] == "FLJ0812"


def test_retry_waits_and_counts(world):
    world.plans["a"] = [fails("1", "connection"), fails("2", "timeout"), 5]
    view = world.start("steps: [{name: a, uses: t.plan, retry: {attempts: 3, delay: 2s}}]")
    assert (view.output, view.steps["a"].attempt) == (5, 3)
    assert [nap for nap in world.clock.naps if nap] == [2.0, 4.0]
    assert world.replay(view.run_id).equal


def test_retry_ends_with_the_last_failure(world):
    world.plans["a"] = [fails(str(number), "connection") for number in range(3)]
    view = world.start("steps: [{name: a, uses: t.plan, retry: 3}]")
    assert view.error["message"] == "2"
    assert view.steps["a"].attempt == 3


@pytest.mark.parametrize(("on", "retry", "calls"), [("any", "never", 1), ("any", "other", 2), ("timeout", "other", 1)])
def test_retry_takes_up_only_what_it_names(world, on, retry, calls):
    world.plans["a"] = [fails("x", retry), 1]
    world.start(f"steps: [{{name: a, uses: t.plan, retry: {{attempts: 5, on: [{on}]}}}}]")
    assert len(world.calls) == calls


def test_a_wait_goes_on_after_a_restart(world):
    world.plans["a"] = [fails("x", "connection"), 1]
    real_sleep, world.clock.sleep = world.clock.sleep, None

    async def killed(seconds):
        if seconds:
            raise KeyboardInterrupt
        await real_sleep(seconds)

    world.clock.sleep = killed
    with pytest.raises(KeyboardInterrupt):
        world.start("steps: [{name: a, uses: t.plan, retry: {attempts: 2, delay: 60s}}]")
    world.clock.sleep = real_sleep
    world.clock.advance(20)
    done = world.resume("run-1")
    assert (done.output, done.steps["a"].attempt) == (1, 2)
    assert world.clock.naps[-1] == 40.0
