"""What a crash leaves behind and what a resume makes of it; replay and tampering."""

import sqlite3

import pytest

from flujo.core.errors import StateError
from flujo.stores.sqlite import SqliteStore
from tests.engine.cutting import cut
from tests.engine.world import World, fails


class Crash(BaseException):
    """Stands for the death of the process: nothing of the engine can catch it."""


LONG = """
context: {total: 0}
steps:
  - {name: a, uses: t.inc, with: {value: 1}}
  - {name: b, uses: t.inc, set: {total: "{{ context.total + steps.b.output }}"}}
  - {name: skip, uses: t.inc, when: "{{ context.total > 50 }}"}
  - kind: conditional
    name: c
    condition: "{{ context.total == 3 }}"
    branches:
      true:
        - {name: d, uses: t.inc, set: {total: "{{ context.total + 10 }}"}}
        - {name: e, uses: t.keyed}
      false: [{name: f, uses: t.inc}]
  - {kind: hitl, name: ask, message: "total {{ context.total }}?"}
  - {name: g, uses: t.inc, with: {value: "{{ previous|int + steps.c.output }}"}}
  - {name: h, uses: t.echo, with: {value: [1, "{{ steps.g.output }}", "{{ context.total }}", "{{ uuid() }}"]}}
"""


def finished(world):
    view = world.start(LONG)
    assert view.status == "suspended"
    return world.resume(view.run_id, "7")


def test_the_undisturbed_run():
    view = finished(World())
    assert view.status == "completed"
    assert view.output[:3] == [1, 12, 13]


def test_cut_at_every_prefix_and_resume_gives_the_same(tmp_path):
    whole = World(SqliteStore(tmp_path / "whole.db"))
    expected = finished(whole)
    rows = list(whole.store.rows(expected.run_id))
    for length in range(1, len(rows) + 1):
        world = World(SqliteStore(tmp_path / f"cut{length}.db"))
        world.store.create(whole.store.run(expected.run_id))
        with world.store.claim(expected.run_id):
            world.store._db.execute("UPDATE runs SET epoch = ?, status = 'running'", (rows[length - 1].epoch,))
            blobs = whole.store._db.execute("SELECT * FROM blobs").fetchall()
            world.store._db.executemany("INSERT OR IGNORE INTO blobs VALUES (?,?,?)", blobs)
            for row in rows[:length]:
                world.store._db.execute("UPDATE runs SET epoch = ?", (row.epoch,))
                world.store.append([row], {})
        recorded = {row.address for row in rows[:length] if row.type == "step_completed"}
        answered = any(row.type == "task_answered" for row in rows[:length])
        opened = next((row.seq for row in rows[:length] if row.type == "task_opened"), None)
        if rows[length - 1].type == "run_finished":
            continue
        view = world.resume(expected.run_id)
        if not answered:
            assert view.status == "suspended", length
            seq = opened or view.tasks[0].id.rpartition(".")[2]
            assert view.tasks[0].id == f"{expected.run_id}.{seq}"
            world.store._db.execute(
                "INSERT OR IGNORE INTO tasks VALUES (?,?,?,?,?,?)",
                (view.tasks[0].id, expected.run_id, "test", "ask", 1, ""),
            )
            view = world.resume(expected.run_id, "7", view.tasks[0].id)
        assert (view.status, view.output) == ("completed", expected.output), length
        assert not recorded & set(world.calls), length
        assert world.replay(expected.run_id).equal, length


def test_an_idempotent_call_in_doubt_goes_again_with_the_same_key():
    world = World()

    def die(address):
        raise Crash

    world.die = die
    with pytest.raises(Crash):
        world.start("steps: [{name: w, uses: t.keyed, with: {value: '{{ now() }}'}}]")
    world.die = lambda address: None
    world.clock.advance(100)
    assert world.resume("run-1").status == "completed"
    assert len(world.keys) == 2
    assert len(set(world.keys)) == 1


@pytest.mark.parametrize("choice", ["done", "retry", "fail"])
def test_a_write_in_doubt_is_asked_about_and_never_repeated_silently(choice):
    world = World()

    def die(address):
        raise Crash

    world.die = die
    with pytest.raises(Crash):
        world.start("steps: [{name: w, uses: t.write, with: {value: 5}}, {name: x, uses: t.echo}]")
    world.die = lambda address: None
    view = world.resume("run-1")
    assert view.status == "suspended"
    (task,) = view.tasks
    assert (task.kind, task.choices) == ("in_doubt", ["done", "retry", "fail"])
    assert world.resume("run-1").status == "suspended"
    assert world.calls == ["w"]
    view = world.resume("run-1", {"choice": choice, "output": 9})
    match choice:
        case "done":
            assert (view.output, world.calls) == (9, ["w", "x"])
        case "retry":
            assert (view.output, world.calls) == (5, ["w", "w", "x"])
        case "fail":
            assert (view.status, view.error["code"]) == ("failed", "FLJ0810")
    assert world.replay("run-1").equal


def test_a_second_crash_after_retry_is_asked_about_again():
    world = World()

    def die(address):
        raise Crash

    world.die = die
    with pytest.raises(Crash):
        world.start("steps: [{name: w, uses: t.write, with: {value: 5}}]")
    world.resume("run-1")
    with pytest.raises(Crash):
        world.resume("run-1", {"choice": "retry"})
    world.die = lambda address: None
    view = world.resume("run-1")
    assert (view.status, view.tasks[0].kind) == ("suspended", "in_doubt")


def test_a_recorded_final_failure_is_not_tried_again():
    world = World()
    world.plans["a"] = [fails("once")]
    view = world.start("steps: [{name: a, uses: t.plan}]")
    rows = [row for row in world.store.rows(view.run_id) if row.type != "run_finished"]
    other = World()
    other.store.create(world.store.run(view.run_id))
    other.store._db.execute("UPDATE runs SET epoch = 1, status = 'running'")
    other.store.append(rows, {})
    assert other.resume(view.run_id).error["message"] == "once"
    assert other.calls == []


def test_a_branch_that_reads_the_clock_is_entered_once():
    text = """
steps:
  - kind: conditional
    name: c
    condition: "{{ now() < '2023-11-14T22:14' }}"
    branches: {true: [{name: early, uses: t.plan}], false: [{name: late, uses: t.plan}]}
"""
    world = World()
    world.plans = {"c/true/early": [KeyboardInterrupt(), 1], "c/false/late": [2]}

    def die(address):
        world.die = lambda address: None
        raise Crash

    world.die = die
    with pytest.raises(Crash):
        world.start(text)
    world.clock.advance(3600)
    world.plans["c/true/early"].pop(0)
    assert world.resume("run-1").output == 1
    assert world.replay("run-1").equal


# --- replay and tampering ---


def test_replay_makes_no_call():
    world = World()
    run = finished(world).run_id
    calls = len(world.calls)
    replay = world.replay(run)
    assert replay.equal
    assert replay.compared >= 9
    assert len(world.calls) == calls


def test_replay_of_a_suspended_run_compares_what_there_is():
    world = World()
    assert world.replay(world.start(LONG).run_id).equal


def tamper(world, address, change):
    db: sqlite3.Connection = world.store._db
    (body,) = db.execute("SELECT body FROM events WHERE address = ? AND type = 'step_completed'", (address,)).fetchone()
    db.execute("UPDATE events SET body = ? WHERE address = ? AND type = 'step_completed'", (change(body), address))


def test_one_changed_byte_is_found_and_its_step_named():
    world = World()
    run = finished(world).run_id
    tamper(world, "a", lambda body: body.replace(b'"output":2', b'"output":3'))
    replay = world.replay(run)
    assert not replay.equal
    assert replay.differences[0].address == "a"
    assert {item.field for item in replay.differences} >= {"hash", "fingerprint"}


def test_a_changed_output_with_a_mended_hash_is_found_by_what_follows():
    world = World()
    run = finished(world).run_id
    tamper(world, "a", lambda body: body.replace(b'"output":2', b'"output":3'))
    mend(world, run)
    found = world.replay(run).differences
    assert (found[0].address, found[0].field) == ("b", "fingerprint")


def mend(world, run):
    from dataclasses import replace

    from flujo.core.rows import row_hash

    previous = b""
    for row in list(world.store.rows(run)):
        row = replace(row, previous=previous)
        previous = row_hash(row)
        world.store._db.execute(
            "UPDATE events SET previous = ?, hash = ? WHERE run_id = ? AND seq = ?",
            (row.previous, previous, run, row.seq),
        )


def test_a_body_that_is_no_json_any_more_is_found():
    world = World()
    run = finished(world).run_id
    tamper(world, "a", lambda body: b"\xff" + body[1:])
    found = world.replay(run).differences
    assert found[0].address == "a"


def test_a_missing_row_is_found():
    world = World()
    run = finished(world).run_id
    world.store._db.execute("DELETE FROM events WHERE address = 'b'")
    assert not world.replay(run).equal


def test_a_damaged_last_row_is_not_built_upon():
    world = World()
    run = world.start(LONG).run_id
    world.store._db.execute("UPDATE events SET at = at + 1 WHERE seq = (SELECT max(seq) FROM events)")
    with pytest.raises(StateError) as caught:
        world.resume(run, "1")
    assert caught.value.diagnostic.code == "FLJ0805"


def test_a_changed_end_of_the_run_is_found():
    world = World()
    run = finished(world).run_id
    world.store._db.execute("UPDATE events SET body = replace(body, '12', '99') WHERE type = 'run_finished'")
    mend(world, run)
    assert world.replay(run).differences[0].address == "output of the run"


def test_now_is_the_same_for_all_attempts_and_another_after_a_redrive():
    world = World()
    world.inputs = False
    text = """
steps:
  - name: a
    uses: t.plan
    with: {value: "{{ now() }}"}
    retry: {attempts: 2, on: [any], delay: 10s}
"""
    world.plans["a"] = [fails("one"), fails("two"), fails("three"), 5]
    view = world.start(text)
    world.clock.advance(100)
    assert world.redrive(view.run_id).output == 5
    rows = [row for row in world.store.rows(view.run_id) if row.address == "a"]
    first, second, third, fourth = [row.fingerprint for row in rows]
    assert first == second != third == fourth
    assert world.replay(view.run_id).equal


def test_now_stays_when_the_process_dies_between_two_attempts():
    world = World()
    world.inputs = False
    text = """
steps:
  - name: a
    uses: t.plan
    with: {value: "{{ now() }}"}
    retry: {attempts: 2, on: [any], delay: 10s}
"""
    world.plans["a"] = [fails("one"), 5]
    run = world.start(text).run_id
    left = cut(world, run, 2)
    left.clock.advance(100)
    left.plans["a"] = [5]
    assert left.resume(run).output == 5
    assert len({row.fingerprint for row in left.store.rows(run) if row.address == "a"}) == 1
    assert left.replay(run).equal


def test_a_redrive_leaves_failures_that_were_handled_alone():
    world = World()
    view = world.start("""context: {x: null}
steps:
- kind: map
  name: m
  over: [1, 2]
  steps: {name: a, uses: t.broken, on_error: {steps: {name: c, input: 1, set: {x: "{{ item }}"}}}}
""")
    assert (view.status, view.error["code"]) == ("failed", "FLJ0505")
    world.redrive(view.run_id)
    assert world.replay(view.run_id).equal
    assert world.calls.count("m[0]/a") == 1
