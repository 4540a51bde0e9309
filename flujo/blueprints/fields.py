"""The forms of fields that steps and top level share: `retry`, durations, paths under `context`, names, flags."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from flujo.blueprints.durations import DurationProblem, seconds
from flujo.blueprints.language import MAX_QUORUM
from flujo.blueprints.names import name_problem
from flujo.blueprints.report import Report
from flujo.core.graph import Retry
from flujo.core.shape import Field, Misfit, Shape
from flujo.core.spans import Path
from flujo.core.values import JsonValue

MAX_ATTEMPTS: Final = 100
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

_Word = Literal["rate_limit", "timeout", "connection", "invalid_output", "any"]


class RetryFields(Shape):
    """The fields of `retry`."""

    attempts: int = Field(3, ge=1, le=MAX_ATTEMPTS, description="how often it is tried in total")
    on: list[_Word] | None = Field(None, description="after which failures; all of these but `any` by default")
    backoff: Literal["constant", "linear", "exponential"] = Field("exponential", description="how the delay grows")
    delay: Any = Field(None, form="pause", description="the time before the second attempt; 1s by default")
    max_delay: Any = Field(None, form="pause", description="the longest time before an attempt; 60s by default")
    jitter: bool = Field(False, description="vary the delay by chance")
    max_time: Any = Field(None, form="pause", description="no attempt begins after this time")


_RETRY_KEYS: Final = RetryFields.allowed()


def read_retry(value: JsonValue, path: Path, report: Report) -> Retry | None:
    """Return the retry of a step; None after a report."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 1 <= value <= MAX_ATTEMPTS:
            return Retry(attempts=value)
        report.add("FLJ0204", f"`retry` is {value}, and must be from 1 to {MAX_ATTEMPTS} attempts", path)
        return None
    if not isinstance(value, dict):
        report.add("FLJ0203", "`retry` must be a number of attempts or a mapping", path, help="write `retry: 3`")
        return None
    report.unknown_keys(value, path, _RETRY_KEYS)
    try:
        given = RetryFields.read({key: value[key] for key in value if key in _RETRY_KEYS})
    except Misfit as error:
        report.misfit(error, path, _RETRY_KEYS)
        return None
    times: dict[str, Any] = {}
    for key in ("delay", "max_delay", "max_time"):
        try:
            times[key] = seconds(getattr(given, key)) if key in given.given else getattr(Retry(), key)
        except DurationProblem as problem:
            report.add("FLJ0208", f"`{key}` {problem}", (*path, key), help=problem.help)
            return None
    words = Retry().on if given.on is None else frozenset[str](given.on)
    return Retry(given.attempts, words, given.backoff, jitter=given.jitter, **times)


def read_duration(value: JsonValue, path: Path, report: Report) -> float | None:
    """Return a duration in seconds; None after a report."""
    try:
        result = seconds(value)
    except DurationProblem as problem:
        report.add("FLJ0208", f"`{path[-1]}` {problem}", path, help=problem.help)
        return None
    if result > 0:
        return result
    report.add("FLJ0204", f"`{path[-1]}` must be more than nothing", path, help="leave it out for no limit")
    return None


def context_path(text: str) -> tuple[str, ...] | None:
    """Return a path under `context`, written with or without `context.`; None if it is none."""
    path = tuple(text.removeprefix("context.").split("."))
    return path if all(path) and path != ("context",) else None


def read_name(value: JsonValue, path: Path, report: Report) -> str:
    """Return a name; after a report about its form the name as it is, "" if it is no text."""
    name = report.text(value, path, "a name")
    problem = name_problem(name) if name is not None else None
    if problem:
        report.add("FLJ0205", problem, path)
    return name or ""


def read_people(value: JsonValue, path: Path, report: Report) -> tuple[str, ...]:
    """Return the names of people: one text, or several; nothing after a report."""
    people = [value] if isinstance(value, str) else value
    if isinstance(people, list) and people and all(isinstance(name, str) and name.strip() for name in people):
        return tuple(people)
    report.add("FLJ0203", f"`{path[-1]}` must be a person's name, or a list of names", path)
    return ()


def read_quorum(value: JsonValue, path: Path, report: Report, people: int) -> int:
    """Return how many people must agree; of those who may, if they are named. 1 after a report."""
    most = min(people or MAX_QUORUM, MAX_QUORUM)
    if type(value) is int and 1 <= value <= most:
        return value
    why = f"the {people} named in `by`" if people and type(value) is int and value > people else f"{MAX_QUORUM} people"
    report.add("FLJ0204", f"`{path[-1]}` must be a number from 1 to {why}", path)
    return 1


def read_flag(value: JsonValue, path: Path, report: Report) -> bool:
    """Return a boolean field; False after a report."""
    if isinstance(value, bool):
        return value
    report.add("FLJ0203", f"`{path[-1]}` must be true or false", path)
    return False


def read_secrets(value: JsonValue, path: Path, report: Report) -> tuple[str, ...]:
    """Return the names of the secrets a blueprint declares: those of environment variables."""
    if not isinstance(value, list):
        report.add(
            "FLJ0203", "`secrets` must be a list of names", path, help="write for example `secrets: [API_TOKEN]`"
        )
        return ()
    names: list[str] = []
    for index, name in enumerate(value):
        at = (*path, index)
        if not isinstance(name, str):
            report.text(name, at, "the name of a secret")
        elif not _VARIABLE.fullmatch(name):
            help = "a secret has the name of its environment variable: letters, digits and `_`"
            report.add("FLJ0205", f"`{name}` cannot be the name of a secret", at, help=help)
        elif name in names:
            report.add("FLJ0204", f"the secret `{name}` stands twice in the list", at)
        else:
            names.append(name)
    return tuple(names)
