from __future__ import annotations

from typing import Any

import pytest

from flujo.core.errors import SkillError

VALUES = [None, True, 0, 1.5, "", "é", [], [1, [2]], {}, {"a": {"b": None}}]


@pytest.mark.parametrize("value", VALUES)
def test_pass(call: Any, value: Any) -> None:
    assert call("core.pass", value=value) == value


@pytest.mark.parametrize("value", VALUES)
def test_sleep_gives_its_input_after_the_time(call: Any, clock: Any, value: Any) -> None:
    assert call("core.sleep", seconds=2.5, value=value) == value
    assert clock.waited == [2.5]


def test_sleep_without_input(call: Any, clock: Any) -> None:
    assert call("core.sleep", seconds=0) is None
    assert clock.waited == [0]


@pytest.mark.parametrize("seconds", [-1, 1e9, "1", True, None])
def test_sleep_for_no_time_at_all(call: Any, fault: Any, clock: Any, seconds: Any) -> None:
    assert fault(call, "core.sleep", seconds=seconds)[0] == "FLJ0604"
    assert clock.waited == []


def test_the_runs_own_time_and_chance(call: Any) -> None:
    assert call("core.now") == "2026-01-02T03:04:05Z"
    assert call("core.random") == 0.25
    assert call("core.uuid") == "7b0f3c1e-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "arguments,retry,error_class",
    [
        ({}, "never", "semantic"),
        ({"retryable": True}, "other", "semantic"),
        ({"class": "environmental"}, "never", "environmental"),
        ({"retryable": True, "class": "authority"}, "other", "authority"),
    ],
)
def test_fail(call: Any, arguments: Any, retry: str, error_class: str) -> None:
    with pytest.raises(SkillError) as caught:
        call("core.fail", message="No tickets.", **arguments)
    error = caught.value
    assert (str(error), error.diagnostic.code, error.retry, error.error_class) == (
        "No tickets.",
        "FLJ0610",
        retry,
        error_class,
    )


def test_fail_with_a_class_that_is_none(call: Any, fault: Any) -> None:
    assert fault(call, "core.fail", message="x", **{"class": "odd"})[0] == "FLJ0604"


def test_todo_never_runs(call: Any, fault: Any) -> None:
    assert fault(call, "core.todo", need="send it") == ("FLJ0605", "this step is only a placeholder: send it")
