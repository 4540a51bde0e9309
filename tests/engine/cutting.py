"""A run as a crash would have left it: its journal up to some event, in a store of its own."""

from __future__ import annotations

from typing import Any

from flujo.core.events import TaskAnswered, TaskOpened, event_of
from flujo.core.ids import TaskId, task_id
from flujo.core.rows import Row
from flujo.core.storing import (
    Batch,
    Projection,
    RunHeader,
    TaskHeader,
)
from tests.engine.world import World


def cut(whole: World, run: Any, length: int) -> World:
    """Return a world in which only the first `length` events of a run were recorded."""
    world = World()
    world.clock = whole.clock
    world.inputs = False
    rows = list(whole.store.rows(run))[:length]
    world.store.create(RunHeader(run, "test", "running", rows[0].at, rows[0].at))
    blobs = whole.store._db.execute("SELECT * FROM blobs").fetchall()
    world.store._db.executemany("INSERT INTO blobs VALUES (?,?,?)", blobs)
    for row in rows:
        world.store._db.execute("UPDATE runs SET epoch = ?", (row.epoch,))
        world.store.append_all([Batch([row], {}, _change(row))])
    return world


def _change(row: Row) -> Projection:
    if row.type == "task_opened":
        event = event_of(row)
        assert isinstance(event, TaskOpened)
        return Projection(opened=(TaskHeader(task_id(row.run, row.seq), row.run, "test", row.address, row.at),))
    if row.type == "task_answered":
        event = event_of(row)
        assert isinstance(event, TaskAnswered)
        return Projection(closed=(TaskId(event.task),))
    return Projection(status="running")


def to_the_end(world: World, run: Any) -> Any:
    """Resume a run, answer what it asks, and return its view when it is over."""
    view = world.view(run) if world.store.run(run).status not in ("running",) else world.resume(run)
    for _ in range(100):
        if view.status != "suspended":
            return view
        view = world.resume(run, "yes", view.tasks[0].id) if view.tasks else world.resume(run)
    raise AssertionError("it never ends")
