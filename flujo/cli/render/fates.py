"""What a command is about to do to the steps of a run, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.table import table
from flujo.engine.rolling import Line

_KEPT = 8
"""How many kept steps are named."""


def fates_text(lines: Sequence[Line], columns: int, paint: Paint) -> str:
    """Return a table of what is undone, stays and runs again, each with its reason; of what is kept the names."""
    kept = [visible(line.step, keep="") for line in lines if line.fate == "kept"]
    more = f" and {len(kept) - _KEPT:,} more" if len(kept) > _KEPT else ""
    text = f"kept: {', '.join(kept[:_KEPT]) or 'nothing'}{more}\n"
    rows = [
        (visible(line.step, keep=""), line.fate, visible(line.call, keep=""), visible(line.why, keep=""))
        for line in lines
        if line.fate != "kept"
    ]
    return text + (table(("step", "what becomes of it", "call", "why"), rows, columns, paint) if rows else "")
