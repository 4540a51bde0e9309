"""Property: a journal cut after any of its events and resumed gives the run that nobody cut."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.core.ids import RunId
from flujo.core.ports import Projection, RunHeader
from flujo.stores.sqlite import SqliteStore
from tests.engine.world import World

ENDED = ("completed", "failed", "denied")
REFS = ("input", "context.n")


@st.composite
def lists_of_steps(draw: st.DrawFn, depth: int = 0, seen: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """A chain of calls, questions, writes into the context and conditionals, that read what stands before them."""
    made: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 4 if depth == 0 else 2))):
        name = f"s{depth}_{len(seen)}"
        kinds = ["inc", "echo", "now", "keyed", "set", "ask"] + ["if"] * (2 if depth < 2 else 0)
        kind = draw(st.sampled_from(kinds))
        step: dict[str, Any] = {"name": name}
        if kind == "if":
            inner = (*seen, name)
            bodies = [draw(lists_of_steps(depth=depth + 1, seen=inner)) for _ in range(2)]
            step |= {"kind": "conditional", "condition": "{{ context.n % 2 == 0 }}"}
            step["branches"] = dict(zip(("true", "false"), bodies, strict=True))
        elif kind == "ask":
            step |= {"kind": "hitl", "message": "go on?", "choices": ["a", "b"]}
        elif kind == "set":
            step |= {"set": {"n": "{{ context.n + " + str(draw(st.integers(1, 3))) + " }}"}}
        elif kind == "now":
            step |= {"uses": "t.now", "with": {"value": "{{ [now(), uuid(), random()] }}"}}
        else:
            sources = [f"steps.{other}.output" for other in seen if other.startswith(f"s{depth}_")] + list(REFS)
            source = "context.n" if kind == "inc" else draw(st.sampled_from(sources))
            step |= {"uses": f"t.{kind}", "with": {"value": "{{ " + source + " }}"}}
        if draw(st.integers(0, 5)) == 0:
            step["when"] = "{{ context.n > 1 }}"
        made.append(step)
        seen = (*seen, name)
    return made


def to_the_end(world: World, view: Any) -> Any:
    """Answer all questions of a run, by a rule of the question alone."""
    while view.status == "suspended":
        task = view.tasks[0]
        view = world.resume(view.run_id, "a" if len(task.step) % 2 else "b", task.id)
    return view


def cut(whole: World, run: RunId, count: int) -> World:
    """A world whose store holds the first events of a run."""
    store = SqliteStore(None)
    world = World(store)
    world.clock = whole.clock
    rows = list(whole.store.rows(run))[:count]
    store.create(RunHeader(run, "test", "running", rows[0].at, rows[0].at))
    with store.claim(run):
        pass
    for row in rows:
        blobs = {row.blob: whole.store.blob(row.blob)} if row.blob else {}
        store.append([_at_epoch(row)], blobs, _projection(whole, row))
    return world


def _at_epoch(row: Any) -> Any:
    """The row as the first owner wrote it: a cut journal has had one owner only."""
    from dataclasses import replace

    from flujo.core.rows import row_hash

    made = replace(row, epoch=1)
    return replace(made, hash=row_hash(made))


def _projection(whole: World, row: Any) -> Projection:
    """What the tables said beside this row."""
    from flujo.core.ids import TaskId
    from flujo.core.ports import TaskHeader

    if row.type == "task_opened":
        task = TaskHeader(TaskId(f"{row.run}.{row.seq}"), row.run, "test", row.address, row.at)
        return Projection(opened=(task,))
    if row.type == "task_answered":
        return Projection(closed=(TaskId(json.loads(row.body)["task"]),))
    status = {"run_suspended": "suspended", "run_resumed": "running"}.get(row.type)
    return Projection(status=status)  # type: ignore[arg-type]


def cuts(world: World, run: RunId) -> Iterator[int]:
    """All prefixes that are no whole journal."""
    return iter(range(1, len(list(world.store.rows(run)))))


def facts(view: Any) -> Any:
    """What must not depend on where a run was cut: times and attempts apart, everything."""
    steps = [(step.address, step.status, step.output, step.error) for step in view.steps.values()]
    return view.status, view.output, view.error, steps


def started(text: str) -> tuple[World, Any]:
    world = World()
    return world, to_the_end(world, world.start(text, 3))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(steps=lists_of_steps())
def test_cut_anywhere_and_resumed_it_is_the_same_run(steps: list[dict[str, Any]]) -> None:
    text = f"context: {{n: 1}}\nsteps: {json.dumps(steps)}\n"
    whole, view = started(text)
    assert view.status in ENDED
    run = RunId(view.run_id)
    assert whole.replay(run).equal
    for count in cuts(whole, run):
        world = cut(whole, run, count)
        before = [row.address for row in list(whole.store.rows(run))[:count] if row.type == "step_completed"]
        resumed = to_the_end(world, world.resume(run))
        assert facts(resumed)[:2] == facts(view)[:2] or _draws(steps), (count, text)
        assert not set(before) & set(world.calls), "what was recorded was called again"
        assert world.replay(run).equal
