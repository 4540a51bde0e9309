"""`cache` takes an equal call's output again, of whatever run; `idempotency_key` stands for the default key."""

import pytest

from flujo.core.events import StepCompleted, StepStarted, event_of
from flujo.core.ids import RunId
from tests.engine.cutting import cut, to_the_end
from tests.engine.world import World, fails

ONE = """
steps:
  - name: look
    uses: t.plan
    cache: true
    with: {value: "{{ input }}"}
"""
TTL = ONE.replace("cache: true", "cache: {ttl: 1h}")
KEYED = ONE.replace("cache: true", "cache: {key: '{{ this.id }}'}").replace("uses:", "input: '{{ input }}'\n    uses:")


@pytest.fixture
def world():
    made = World()
    made.inputs = False
    return made


def planned(world, *values):
    world.plans["look"] = list(values)
    return world


def looked(world):
    return world.calls.count("look")


def end_of(world, run, step="look"):
    row = next(row for row in world.store.rows(RunId(run)) if row.address == step and row.type == "step_completed")
    event = event_of(row)
    assert isinstance(event, StepCompleted)
    return event


def test_an_equal_call_of_another_run_is_not_made(world):
    planned(world, "first", "second")
    first, again, other = world.start(ONE, "x"), world.start(ONE, "x"), world.start(ONE, "y")
    assert (first.output, again.output, other.output) == ("first", "first", "second")
    assert looked(world) == 2
    assert end_of(world, again.run_id).detail == {"cached": {"run": first.run_id, "step": "look"}}
    assert end_of(world, first.run_id).detail is None


def test_an_entry_is_there_at_once_and_names_where_it_came_from_first(world):
    world.plans = {f"turn[{number}]/look": [number] for number in range(3)}
    text = """
steps:
  - name: turn
    kind: loop
    max: 3
    init: "x"
    steps: {name: look, uses: t.plan, cache: true, with: {value: same}}
"""
    view = world.start(text)
    assert (view.output, world.calls) == (0, ["turn[0]/look"])
    assert end_of(world, view.run_id, "turn[2]/look").detail == {"cached": {"run": view.run_id, "step": "turn[0]/look"}}


def test_an_entry_that_is_too_old_is_replaced(world):
    planned(world, "old", "new")
    assert world.start(TTL, "x").output == "old"
    world.clock.advance(3599)
    assert world.start(TTL, "x").output == "old"
    world.clock.advance(2)
    assert [world.start(TTL, "x").output for _ in range(2)] == ["new", "new"]
    assert looked(world) == 2


def test_a_key_says_which_calls_are_equal(world):
    planned(world, "first", "second")
    inputs = [{"id": 1, "at": "noon"}, {"id": 1, "at": "night"}, {"id": 1.0, "at": "noon"}]
    assert [world.start(KEYED, given).output for given in inputs] == ["first", "first", "second"]


def test_two_skills_with_one_key_share_nothing(world):
    text = """
steps:
  - {name: a, uses: t.echo, cache: {key: k}, with: {value: 1}}
  - {name: b, uses: t.inc, cache: {key: k}, with: {value: 1}}
output: "{{ [steps.a.output, steps.b.output] }}"
"""
    assert world.start(text).output == [1, 2]


def test_failures_are_not_kept(world):
    planned(world, fails("no"), "yes")
    assert world.start(ONE, "x").status == "failed"
    assert world.start(ONE, "x").output == "yes"


def test_labels_are_kept(world):
    planned(world, "first")
    run = RunId(world.start(ONE, "x").run_id)
    row = next(row for row in world.store.rows(run) if row.type == "step_completed")
    world.store._db.execute("UPDATE events SET labels = 'untrusted' WHERE run_id = ? AND seq = ?", (run, row.seq))
    again = RunId(world.start(ONE, "x").run_id)
    assert [row.labels for row in world.store.rows(again) if row.type == "step_completed"] == ["untrusted"]


def test_a_damaged_or_pruned_entry_is_no_entry(world):
    planned(world, "first", "second", "third")
    run = world.start(ONE, "x").run_id
    world.store._db.execute("UPDATE events SET body = X'7B' WHERE run_id = ? AND type = 'step_completed'", (run,))
    assert world.start(ONE, "x").output == "second"
    world.store._db.execute("DELETE FROM events WHERE seq > 1")
    assert world.start(ONE, "x").output == "third"


def test_an_approval_is_asked_for_all_the_same(world):
    planned(world, "first")
    text = ONE.replace("cache: true", "cache: true\n    approval: required")
    first = world.start(text, "x")
    assert world.resume(first.run_id, "yes").output == "first"
    again = world.start(text, "x")
    assert again.status == "suspended"
    assert world.resume(again.run_id, "no").status == "denied"


def test_a_replay_reads_no_cache_and_a_cut_run_goes_on(world):
    planned(world, "first")
    world.start(ONE, "x")
    text = ONE + "  - {name: next, uses: t.inc, with: {value: 1}}\n"
    run = RunId(world.start(text, "x").run_id)
    assert world.replay(run).equal
    world.store._db.execute("DELETE FROM kept")
    assert world.replay(run).equal
    for length in range(1, 5):
        left = planned(cut(world, run, length), "late")
        assert to_the_end(left, run).output == 2
        assert looked(left) == (length < 2)
        assert left.replay(run).equal


# --- idempotency keys ---

PAY = """
steps:
  - name: pay
    uses: t.keyed
    idempotency_key: "order-{{ this.id }}-{{ uuid() }}"
    retry: {attempts: 3, on: [any], delay: 1s}
    with: {value: 1}
    set: {drawn: "{{ uuid() }}"}
context: {drawn: null}
"""


def test_a_key_is_rendered_once_and_recorded(world):
    failed = []

    def die(address):
        if len(failed) < 2:
            failed.append(address)
            raise OSError("lost")

    world.die = die
    view = world.start(PAY.replace("uses:", "input: {id: 7}\n    uses:"))
    assert view.status == "completed"
    assert len(world.keys) == 3
    assert len(set(world.keys)) == 1
    assert world.keys[0].startswith("order-7-")
    started = [event_of(row) for row in world.store.rows(RunId(view.run_id)) if row.type == "step_started"]
    assert [event.key for event in started if isinstance(event, StepStarted)] == world.keys
    assert world.replay(view.run_id).equal


@pytest.mark.parametrize(("key", "given"), [("{{ 7 }}", "7"), ("{{ {'b': 1, 'a': 2} }}", '{"a":2,"b":1}')])
def test_a_key_is_text(world, key, given):
    text = f'steps: [{{name: a, uses: t.keyed, with: {{value: 1}}, idempotency_key: "{key}"}}]\n'
    assert world.start(text).status == "completed"
    assert world.keys == [given]


def test_no_key_at_all_fails_the_step(world):
    view = world.start('steps: [{name: a, uses: t.keyed, with: {value: 1}, idempotency_key: "{{ input }}"}]\n')
    assert (view.status, view.error["code"], world.calls) == ("failed", "FLJ0405", [])
