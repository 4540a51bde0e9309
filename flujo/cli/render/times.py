"""Moments and spans of time as people read them."""

from __future__ import annotations

from datetime import datetime


def moment(microseconds: int) -> str:
    """Return a moment in the local time zone."""
    return datetime.fromtimestamp(microseconds / 1_000_000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: float | None) -> str:
    """Return a duration with the two units that matter; nothing when it is unknown."""
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.00995 else f"{seconds * 1000:.1f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    units = ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))
    size, unit, smaller, small = next(entry for entry in units if whole >= entry[0])
    return f"{whole // size} {unit} {whole % size // smaller} {small}"
