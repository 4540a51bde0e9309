"""Durations: `500ms`, `30s`, `5m`, `2h`, `7d`, as seconds."""

from __future__ import annotations

import re
from typing import Final

from flujo.core.values import JsonValue

MAX_SECONDS: Final = 366 * 86_400
_FORM: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)\Z")
_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}


class DurationProblem(ValueError):
    """A value that is no duration; the text says why."""


def seconds(value: JsonValue) -> float:
    """Return a duration in seconds; raise DurationProblem."""
    match = _FORM.match(value) if isinstance(value, str) else None
    if match is None:
        raise DurationProblem("a duration is a number with a unit: `500ms`, `30s`, `5m`, `2h` or `7d`")
    result = float(match.group(1)) * _UNITS[match.group(2)]
    if result > MAX_SECONDS:
        raise DurationProblem("a duration is at most `366d`")
    return result
