"""Fixtures: a project folder, and a way to call skills by id as a step does."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flujo.core.errors import FlujoError
from flujo.core.ids import Address, RunId
from flujo.core.ports import SkillContext
from flujo.skills.registry import SkillRegistry

Call = Callable[..., Any]


class CountingClock:
    """A clock that stands still and remembers how long it was asked to wait."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def now(self) -> int:
        return 0

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project's folder, with a folder beside it that no skill may reach."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret", "utf-8")
    project = tmp_path / "project"
    project.mkdir()
    return project


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock()


@pytest.fixture
def context(root: Path, clock: CountingClock) -> SkillContext:
    drawn = {"now": "2026-01-02T03:04:05Z", "random": 0.25, "uuid": "7b0f3c1e-0000-4000-8000-000000000000"}
    return SkillContext(RunId("r1"), Address("a"), "key", root, clock, drawn.__getitem__)


@pytest.fixture
def call(context: SkillContext) -> Call:
    """Call a builtin skill with parameters by name."""
    registry = SkillRegistry()

    def run(id: str, /, **arguments: Any) -> Any:
        result = registry.load(id).call(arguments, context)
        return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result

    return run


async def _awaited(result: Any) -> Any:
    return await result


@pytest.fixture
def fault() -> Iterator[Callable[..., tuple[str, str]]]:
    """Call something that must fail; give the code and the message, after checks that hold for every message."""

    def run(function: Callable[..., Any], /, *arguments: Any, **named: Any) -> tuple[str, str]:
        with pytest.raises(FlujoError) as caught:
            function(*arguments, **named)
        diagnostic = caught.value.diagnostic
        assert not diagnostic.message.endswith(".")
        assert diagnostic.message[0] == "`" or diagnostic.message[0].islower()
        return diagnostic.code, diagnostic.message

    yield run
