"""`defaults`: fields for all steps of a file that do not have them themselves.

`retry` and `timeout` are for calls alone: on regions they would multiply with those of the calls inside, and a
`timeout` for a call is no time for a person to answer. `on_error` is for every step. An import has its own, and an
`undo` has none: what is taken back is not tried again because other calls are.
"""

from __future__ import annotations

from typing import Final

from flujo.blueprints.fields import read_duration, read_retry
from flujo.blueprints.report import Report
from flujo.core.graph import Retry
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.suggest import hint
from flujo.core.values import JsonValue

_KEYS: Final = frozenset({"model", "retry", "timeout", "on_error"})


@dataclass(frozen=True, slots=True)
class Defaults:
    """What steps and agents have unless they say otherwise; `on_error` is as it is written."""

    model: str | None = None
    retry: Retry | None = None
    timeout: float | None = None
    on_error: JsonValue = "fail"


NO_DEFAULTS: Final = Defaults()


def read_defaults(value: JsonValue, path: Path, report: Report) -> Defaults:
    """Return `defaults`; what is wrong in them is reported and left out."""
    given = report.mapping(value, path, "`defaults`")
    report.unknown_keys(given, path, _KEYS)
    model = report.text(given["model"], (*path, "model"), "`model`") if "model" in given else None
    if model == "":
        report.add("FLJ0204", "`model` may not be empty", (*path, "model"))
    on_error = given.get("on_error", "fail")
    if on_error not in ("fail", "continue") and not isinstance(on_error, dict):
        message, help = (
            "`on_error` must be `fail`, `continue` or a mapping with `steps`",
            hint(on_error, ("continue", "fail")),
        )
        report.add("FLJ0204", message, (*path, "on_error"), help=help)
        on_error = "fail"
    return Defaults(
        model=model or None,
        retry=read_retry(given["retry"], (*path, "retry"), report) if "retry" in given else None,
        timeout=read_duration(given["timeout"], (*path, "timeout"), report) if "timeout" in given else None,
        on_error=on_error,
    )
