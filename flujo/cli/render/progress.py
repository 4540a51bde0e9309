"""Progress of a run: one line for each step that ends."""

from __future__ import annotations

from flujo.cli.render.screen import Paint, fit, visible
from flujo.cli.render.times import span
from flujo.cli.render.trace import Glyphs
from flujo.core.events import StepCompleted, StepFailed, event_of
from flujo.core.rows import Row


def progress_line(row: Row, paint: Paint, columns: int, glyphs: Glyphs) -> str | None:
    """Return the line for an event; None for those that say nothing about a step."""
    if not row.address or row.type not in ("step_completed", "step_failed", "step_skipped"):
        return None
    event = event_of(row)
    if isinstance(event, StepFailed):
        status, text = "failed", _failure(event, row.at)
    elif isinstance(event, StepCompleted):
        status, text = "completed", span((row.at - event.started) / 1_000_000) if event.started else ""
    else:
        status, text = "skipped", "skipped"
    style = {"failed": "red", "completed": "green", "skipped": "dim"}[status]
    line = fit(f"{visible(row.address, keep='')}  {visible(text, keep='')}".rstrip(), columns - 4)
    return f"  {paint(style, glyphs.marks[status])} {line}"


def _failure(event: StepFailed, at: int) -> str:
    message = str(event.error.get("message", ""))
    if event.retry_at is None:
        return message
    wait = span(max(0.0, (event.retry_at - at) / 1_000_000))
    return f"attempt {event.attempt} failed, again in {wait}: {message}"
