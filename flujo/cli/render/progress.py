"""Progress of a run: one line for each step that ends, and for each map or loop as a whole."""

from __future__ import annotations

from flujo.cli.render.meters import REGION_ENDS, Meter, closing_words
from flujo.cli.render.screen import Paint, fit, visible
from flujo.cli.render.times import span
from flujo.cli.render.trace import Glyphs
from flujo.core.events import StepCompleted, StepFailed, event_of
from flujo.core.rows import Row

NAMED = 5
"""How many failures inside one map or loop are named as they happen; the others are counted."""

_STYLES = {"failed": "red", "completed": "green", "skipped": "dim", "continued": "yellow", "cancelled": "dim"}
_ENDS = {"step_completed": "completed", "step_skipped": "skipped", "step_failed": "failed"}


def progress_line(row: Row, paint: Paint, columns: int, glyphs: Glyphs) -> str | None:
    """Return the line for an event; None for those that say nothing about a step."""
    if not row.address or row.type not in _ENDS:
        return None
    status, text = _ENDS[row.type], ""
    event = event_of(row)
    if isinstance(event, StepFailed):
        text = _failure(event, row.at)
    elif isinstance(event, StepCompleted):
        text = span((row.at - event.started) / 1_000_000) if event.started else ""
    else:
        text = "skipped"
    return _line(status, f"{row.address}  {text}", paint, columns, glyphs)


def region_line(row: Row, meter: Meter, paint: Paint, columns: int, glyphs: Glyphs) -> str | None:
    """Return the line for an event of a map or loop: its end, or one of the first failures inside."""
    if row.address == meter.address and row.type in REGION_ENDS:
        status = {"region_finished": "completed"}.get(row.type, row.type.removeprefix("step_"))
        words = "  ".join(word for word in closing_words(row, meter) if word)
        return _line(status, f"{row.address}  {words}", paint, columns, glyphs)
    if row.type != "step_failed" or meter.named >= NAMED:
        return None
    event = event_of(row)
    if not isinstance(event, StepFailed) or event.retry_at is not None:
        return None
    meter.named += 1
    return _line("failed", f"{row.address}  {_failure(event, row.at)}", paint, columns, glyphs)


def _line(status: str, text: str, paint: Paint, columns: int, glyphs: Glyphs) -> str:
    shown = fit(visible(text, keep="").rstrip(), columns - 4)
    return f"  {paint(_STYLES[status], glyphs.marks[status])} {shown}"


def _failure(event: StepFailed, at: int) -> str:
    message = str(event.error.get("message", ""))
    if event.retry_at is None:
        return message
    wait = span(max(0.0, (event.retry_at - at) / 1_000_000))
    return f"attempt {event.attempt} failed, again in {wait}: {message}"
