"""Property: a journal cut after any of its events and resumed gives the run that nobody cut."""

import json
from collections import defaultdict
from typing import Any

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from flujo.core.ids import RunId
from flujo.stores.sqlite import SqliteStore
from tests.engine.world import World, fails

RUN = RunId("run-1")
Steps = list[dict[str, Any]]


@st.composite
def lists_of_steps(draw: st.DrawFn, depth: int = 0) -> Steps:
    """A list of calls, questions, writes into the context, failures and conditionals, reading what stands before."""
    made: Steps = []
    for number in range(draw(st.integers(1, 5 if depth == 0 else 2))):
        earlier = [f"steps.{step['name']}.output" for step in made]
        source = "{{ " + draw(st.sampled_from(["input", "context.n", *earlier])) + " }}"
        plain: dict[str, dict[str, Any]] = {
            "inc": {"uses": "t.inc", "with": {"value": "{{ context.n }}"}},
            "echo": {"uses": "t.echo", "with": {"value": [source, "{{ [now(), uuid(), random()] }}"]}},
            "keyed": {"uses": "t.keyed", "with": {"value": source}},
            "set": {"set": {"n": "{{ context.n + 1 }}"}},
            "chain": {"uses": "t.echo"},
            "big": {"uses": "t.echo", "with": {"value": "{{ '" + "x" * 100 + "' * 100 }}"}},
            "ask": {"kind": "hitl", "message": source, "choices": ["a", "b"]},
            "flaky": {"uses": "t.plan"},
            "fail": {"uses": "t.echo", "with": {"value": "{{ 1 / (context.n - context.n) }}"}},
        }
        often = ["inc", "echo", "keyed", "set", "set", "chain", "big", "ask", "ask", "flaky", "flaky"] * 2 + ["fail"]
        kind = draw(st.sampled_from(often + ["if"] * (6 if depth < 2 else 0)))
        step: dict[str, Any] = {"name": f"s{depth}{number}"}
        if kind == "if":
            bodies = [draw(lists_of_steps(depth=depth + 1)) for _ in range(2)]
            step |= {"kind": "conditional", "condition": "{{ context.n % 2 == 0 }}"}
            step["branches"] = dict(zip(("true", "false"), bodies, strict=True))
        else:
            step |= plain[kind]
        if draw(st.integers(0, 4)) == 0:
            step["when"] = "{{ context.n > 1 }}"
        made.append(step)
    return made


def new_world(store: SqliteStore | None = None) -> World:
    """A world in which each `t.plan` fails at its first call and succeeds at its second."""
    world = World(store)
    world.inputs = False
    world.plans = defaultdict(lambda: [fails("not yet"), "at last"])
    return world


def to_the_end(world: World, view: Any) -> Any:
    """Answer all questions of a run, by a rule of the question alone, and redrive what may succeed the next time."""
    while True:
        if view.status == "suspended":
            task = view.tasks[0]
            view = world.resume(RUN, "ab"[sum(task.step.encode()) % 2], task.id)
        elif view.status == "failed" and view.error["message"] == "not yet":
            view = world.redrive(RUN)
        else:
            return view


def cut(whole: World, count: int) -> World:
    """A world whose store holds the first `count` events of the run, as a process that died then left it."""
    world = new_world(SqliteStore(None))
    whole.store._db.backup(world.store._db)
    rows = list(whole.store.rows(RUN))[:count]
    opened = {f"{RUN}.{row.seq}": row for row in rows if row.type == "task_opened"}
    answered = {json.loads(row.body)["task"] for row in rows if row.type == "task_answered"}
    db = world.store._db
    db.execute("DELETE FROM events WHERE seq > ?", (count,))
    status = "failed" if rows[-1].type == "run_finished" else "running"
    db.execute("UPDATE runs SET epoch = ?, status = ?", (rows[-1].epoch, status))
    db.execute("DELETE FROM tasks")
    waiting = [(task, RUN, "test", row.address, row.at) for task, row in opened.items() if task not in answered]
    db.executemany("INSERT INTO tasks (task_id, run_id, name, step, opened) VALUES (?,?,?,?,?)", waiting)
    return world


def facts(view: Any) -> Any:
    """All of a run that must not depend on where it was cut."""
    return (
        view.status,
        view.output,
        view.error,
        [(step.address, step.status, step.output) for step in view.steps.values()],
    )


ANSWERED_THEN_REDRIVEN: Steps = [
    {"name": "s00", "kind": "hitl", "message": "go on?", "choices": ["a", "b"]},
    {"name": "s01", "uses": "t.plan"},
]


@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(steps=lists_of_steps())
@example(ANSWERED_THEN_REDRIVEN)
def test_cut_anywhere_and_resumed_it_is_the_same_run(steps: Steps) -> None:
    whole = new_world()
    expected = to_the_end(whole, whole.start(f"context: {{n: 1}}\nsteps: {json.dumps(steps)}\n", 3))
    assert expected.status in ("completed", "failed")
    assert whole.replay(RUN).equal
    rows = list(whole.store.rows(RUN))
    for count in range(1, len(rows)):
        world = cut(whole, count)
        assert world.replay(RUN).equal, f"cut after {count} events, nothing differs from what is recorded"
        done = {row.address for row in rows[:count] if row.type == "step_completed"}
        ended = rows[count - 1].type == "run_finished"
        view = to_the_end(world, world.redrive(RUN) if ended else world.resume(RUN))
        assert facts(view) == facts(expected), count
        assert not done & set(world.calls), "what was recorded was called again"
        assert world.replay(RUN).equal
