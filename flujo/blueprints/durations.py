"""Durations: `500ms`, `30s`, `5m`, `2h`, `7d`, as seconds."""

from __future__ import annotations

import re
from typing import Final

from flujo.core.values import JsonValue, a_type

MAX_SECONDS: Final = 366 * 86_400
_FORM: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)\Z")
_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


_WORDS: Final = re.compile(r"([0-9.]+) *(ms|millis|s|sec|m|min|h|hour|d|day)[a-z]*\Z", re.IGNORECASE)
_LETTERS: Final = {"millis": "ms", "sec": "s", "min": "m", "hour": "h", "day": "d"}


class DurationProblem(ValueError):
    """A value that is no duration; the text says why, `help` what to write."""

    def __init__(self, text: str, help: str) -> None:
        super().__init__(text)
        self.help = help


def seconds(value: JsonValue) -> float:
    """Return a duration in seconds; raise DurationProblem."""
    match = _FORM.match(value) if isinstance(value, str) else None
    if match is None:
        raise DurationProblem(f"must be a duration, not {_shown(value)}", _help(value))
    result = float(match.group(1)) * _UNITS[match.group(2)]
    if result > MAX_SECONDS:
        raise DurationProblem(f"is {value}, and must be at most 366d", "366d is the longest that flujo waits")
    return result


def _shown(value: JsonValue) -> str:
    return f"`{value}`" if isinstance(value, str | int | float) and not isinstance(value, bool) else a_type(value)


def _help(value: JsonValue) -> str:
    """Return what was probably meant, or the form."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"did you mean `{value}s`?"
    words = _WORDS.match(value) if isinstance(value, str) else None
    if words is not None:
        unit = words[2].lower()
        return f"did you mean `{words[1]}{_LETTERS.get(unit, unit)}`?"
    return "write a number with a unit: `500ms`, `30s`, `5m`, `2h` or `7d`"
