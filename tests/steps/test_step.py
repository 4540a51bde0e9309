"""Running a skill: its result, its reasons, and whatever else may come out of it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flujo.core.errors import FlujoError, SkillError
from flujo.core.graph import Call, Meta
from flujo.core.ids import Address, RunId
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.ports import (
    CallContext,
    Skill,
    SkillContext,
    SkillSpec,
)
from flujo.core.values import JsonObject
from flujo.steps.step import run


class _Clock:
    def now(self) -> int:
        return 0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class _Skills:
    def __init__(self, skill: Skill | None) -> None:
        self._skill = skill

    def load(self, id: str) -> Skill:
        if self._skill is None:
            raise FlujoError("FLJ0607", f"cannot load `{id}`", help="correct it")
        return self._skill


def _run(call: Callable[..., Any] | None, *, inline: bool = False, args: JsonObject | None = None) -> Outcome:
    spec = SkillSpec("my.skill", "Does something.", {"type": "object"})
    skill = None if call is None else Skill(spec, call, inline)
    context = SkillContext(RunId("r"), Address("a"), "key", Path("/nowhere"), _Clock())
    node = Call(Meta("a", "step"), "step", "my.skill")
    return asyncio.run(run(node, args or {}, CallContext(_Skills(skill), None, context)))


def test_inline_runs_on_the_loop() -> None:
    here = threading.get_ident()
    assert _run(lambda args, ctx: threading.get_ident() == here, inline=True) == Done(True)


def test_a_plain_function_runs_in_a_thread() -> None:
    here = threading.get_ident()
    assert _run(lambda args, ctx: threading.get_ident() != here) == Done(True)


@pytest.mark.parametrize("inline", [True, False])
def test_an_async_function_is_awaited_on_the_loop(inline: bool) -> None:
    here = threading.get_ident()

    async def skill(args: JsonObject, ctx: SkillContext) -> list[Any]:
        await asyncio.sleep(0)
        return [args["x"], ctx.key, threading.get_ident() == here]

    assert _run(skill, inline=inline, args={"x": 1}) == Done([1, "key", True])


def _raises(error: BaseException) -> Callable[..., Any]:
    def skill(args: JsonObject, ctx: SkillContext) -> None:
        raise error

    return skill


def _raises_later(error: BaseException) -> Callable[..., Any]:
    async def skill(args: JsonObject, ctx: SkillContext) -> None:
        raise error

    return skill


def _failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed)
    return outcome


@pytest.mark.parametrize("make", [_raises, _raises_later])
def test_a_reason_keeps_code_class_and_retry(make: Callable[..., Any]) -> None:
    error = SkillError("too busy", code="FLJ0613", retry="connection", error_class="authority", help="wait")
    failed = _failed(_run(make(error)))
    assert (failed.code, failed.message, failed.retry, failed.error_class, failed.help) == (
        "FLJ0613", "too busy", "connection", "authority", "wait"
    )  # fmt: skip


@pytest.mark.parametrize("make", [_raises, _raises_later])
@pytest.mark.parametrize("error", [ValueError("no such thing"), SystemExit(3), ExceptionGroup("g", [OSError()])])
def test_anything_else_becomes_a_failure(make: Callable[..., Any], error: BaseException) -> None:
    failed = _failed(_run(make(error)))
    assert (failed.code, failed.retry) == ("FLJ0610", "other")
    assert failed.message.startswith(f"`my.skill` raised {type(error).__name__}")
    assert "Traceback" not in failed.message


def test_a_stop_iteration_does_not_vanish() -> None:
    assert "StopIteration" in _failed(_run(_raises(StopIteration()))).message


def test_a_keyboard_interrupt_in_a_thread_is_the_skills_own() -> None:
    assert "KeyboardInterrupt" in _failed(_run(_raises(KeyboardInterrupt()))).message


def test_a_keyboard_interrupt_on_the_loop_is_a_person() -> None:
    with pytest.raises(KeyboardInterrupt):
        _run(_raises(KeyboardInterrupt()), inline=True)


def test_an_exception_that_cannot_say_its_name() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert "its text raised RuntimeError" in _failed(_run(_raises(Broken()))).message


@pytest.mark.parametrize("result", [object(), {1: 2}, float("nan"), (1, 2), b"x", {"a": {3}}])
def test_results_must_be_json(result: object) -> None:
    failed = _failed(_run(lambda args, ctx: result))
    assert (failed.code, failed.retry) == ("FLJ0611", "never")
    assert "my.skill" in failed.message


def test_a_skill_that_cannot_be_loaded() -> None:
    failed = _failed(_run(None))
    assert (failed.code, failed.message, failed.retry, failed.help) == (
        "FLJ0607", "cannot load `my.skill`", "never", "correct it"
    )  # fmt: skip
