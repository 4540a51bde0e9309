"""State machines: what the conformance suite does not pin (tests/semantics 210 to 220)."""

import pytest

from tests.engine.world import World, fails

MACHINE = """
steps:
  - name: machine
    kind: state_machine
    start: fetch
    ends: [done]
    max: 6
    ON_ERROR
    states:
      fetch: [{name: call, uses: t.plan}]
      wait: [{name: ask, kind: hitl, message: "{{ previous.message }}?"}]
      done: {name: end, input: "{{ previous }}"}
    transitions:
      - {from: fetch, on: failure, when: WHEN, to: wait}
      - {from: fetch, to: done}
      - {from: wait, to: fetch}
"""


def machine(when, *plan):
    world = World()
    world.inputs = False
    world.plans = {f"machine[{number}]/state/fetch/call": [value] for number, value in plan}
    return world, world.start(MACHINE.replace("WHEN", when).replace("ON_ERROR", "description: x"))


def test_a_person_is_asked_after_a_failure_and_the_machine_goes_on():
    world, view = machine("\"{{ error.message == 'no' }}\"", (0, fails("no")), (2, 5))
    assert [task.message for task in view.tasks] == ["no?"]
    view = world.resume(view.run_id, "try again")
    assert (view.status, view.output) == ("completed", 5)
    assert world.calls.count("machine[0]/state/fetch/call") == 1
    assert view.steps["machine"].decision == {"exit": "until", "iterations": 4}
    assert world.replay(view.run_id).equal


def test_a_condition_that_yields_no_boolean_fails_with_both_named():
    world, view = machine('"{{ error.message }}"', (0, fails("no")))
    assert (view.status, view.error["code"]) == ("failed", "FLJ0407")
    assert "`when` of transition 1 yields text" in view.error["message"]
    assert "(while handling: no)" in view.error["message"]
    assert world.replay(view.run_id).equal


def test_a_redrive_runs_the_failed_step_of_its_state_again():
    world, view = machine("false", (0, fails("no")))
    assert (view.status, view.error["step"]) == ("failed", "machine[0]/state/fetch/call")
    world.plans = {"machine[0]/state/fetch/call": [8]}
    view = world.redrive(view.run_id)
    assert (view.status, view.output) == ("completed", 8)
    assert world.replay(view.run_id).equal


def test_a_retry_of_the_machine_goes_on_in_its_state():
    world = World()
    world.plans = {"machine[0]/state/fetch/call": [fails("no"), 3]}
    view = world.start(MACHINE.replace("WHEN", "false").replace("ON_ERROR", "retry: {attempts: 2, on: [any]}"))
    assert (view.status, view.output) == ("completed", 3)
    assert world.replay(view.run_id).equal


@pytest.mark.parametrize(("change", "same"), [("t.plan", True), ("true", False)])
def test_what_transitions_say_is_in_the_digest(change, same):
    world = World()
    one = world.graph(MACHINE.replace("WHEN", "false").replace("ON_ERROR", "description: x"))
    text = MACHINE.replace("WHEN", "false" if same else change).replace("ON_ERROR", "description: y")
    assert (one.digest == world.graph(text).digest) is same
