"""Cancelling a run that another process drives: it is asked, and given time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flujo.app.stopping import Stopper
from flujo.core.errors import StateError
from flujo.core.events import RunHalted
from flujo.engine.execution import QUIETLY
from flujo.stores.sqlite import SqliteStore
from flujo.testing.clock import ManualClock
from tests.engine.world import World


class Meanwhile(ManualClock):
    """A clock that does something while somebody waits."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__(jumps=True)
        self._then = then

    async def sleep(self, seconds: float) -> None:
        self._then()
        await super().sleep(seconds)


def stopped(world: World, run: str, clock: ManualClock) -> None:
    stopper = Stopper(world.engine(), world.store, clock)
    asyncio.run(stopper.cancel(run, RunHalted("cancel", "ann", False), QUIETLY))  # type: ignore[arg-type]


def test_a_process_that_lets_go_is_waited_for(tmp_path: Path) -> None:
    world = World(SqliteStore(tmp_path / "state.db"))
    world.inputs = False
    run = world.start("steps: [{name: ask, kind: hitl, message: x}]").run_id
    other = SqliteStore(tmp_path / "state.db")
    claim = other.claim(run)
    claim.__enter__()
    asked: list[str] = []

    def let_go() -> None:
        asked.append(world.store.asked(run))
        if len(asked) == 3:
            claim.__exit__(None, None, None)

    stopped(world, run, Meanwhile(let_go))
    assert asked == ['{"by":"ann","undo":false}'] * 3
    assert world.store.run(run).status == "cancelled"
    assert world.store.asked(run) == ""
    other.close()
    world.store.close()


def test_a_process_that_does_not_is_named(tmp_path: Path) -> None:
    world = World(SqliteStore(tmp_path / "state.db"))
    world.inputs = False
    run = world.start("steps: [{name: ask, kind: hitl, message: x}]").run_id
    other = SqliteStore(tmp_path / "state.db")
    with other.claim(run), pytest.raises(StateError) as error:
        stopped(world, run, ManualClock(jumps=True))
    assert error.value.diagnostic.code == "FLJ0803"
    assert world.store.asked(run)
    other.close()
    world.store.close()
