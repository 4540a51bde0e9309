"""The forms of `undo`: a call or another step, or a list of steps; and when it runs."""

from __future__ import annotations

from typing import Final

from flujo.blueprints.language import STEP_KEYS
from flujo.blueprints.report import Report
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean, hint
from flujo.core.values import JsonValue

UNDO: Final = frozenset({"this", "output"})
"""The names that the steps of an `undo` see besides `input`, `context` and `run`."""

_STEP: Final = STEP_KEYS | {"on", "steps", "uses", "with"}
_HELP: Final = "write `undo: {uses: SKILL, with: {...}}`, or `undo: {steps: [...]}`"


@dataclass(frozen=True, slots=True)
class Written:
    """An `undo` as it was written: one step or a list of them, where they stand, and whether a failure runs them."""

    steps: JsonValue
    path: Path
    rollback_only: bool


def read_undo(value: JsonValue, path: Path, report: Report) -> Written | None:
    """Return the parts of an `undo`; None after a report that leaves nothing to lower."""
    if not isinstance(value, dict):
        report.add("FLJ0203", "`undo` must be a mapping: a step, or `steps`", path, help=_HELP)
        return None
    for key in [key for key in value if key not in _STEP and did_you_mean(key, ("on", "steps"))]:
        report.unknown_key(key, (*path, key), {"steps", "on"})
    on = value.get("on", "failure")
    if on not in ("failure", "rollback"):
        help = hint(on, ("failure", "rollback"), "`failure` is the default: a failed run and a rollback undo the step")
        report.add("FLJ0204", "`on` must be `failure` or `rollback`", (*path, "on"), help=help)
    own = {key: part for key, part in value.items() if key != "on"}
    if "steps" in own and "kind" not in own:
        for key in own.keys() - {"steps"}:
            report.unknown_key(key, (*path, key), {"steps", "on"})
        return Written(own["steps"], (*path, "steps"), on == "rollback")
    if not own:
        report.add("FLJ0202", "the `undo` does nothing", path, help=_HELP)
        return None
    return Written(own, path, on == "rollback")
