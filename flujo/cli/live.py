"""Progress on a terminal: lines that stay, and below them one line that is written over as maps and loops go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from flujo.cli.console import Console, speaks_unicode
from flujo.cli.render.meters import Meters
from flujo.cli.render.progress import progress_line, region_line
from flujo.cli.render.region import Nodes
from flujo.cli.render.screen import fit, pad, visible, width
from flujo.cli.render.trace import FANCY, PLAIN
from flujo.core.rows import Row

INTERVAL: Final = 0.1
"""Seconds between two writings of the line."""

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after so many seconds."""


class Live:
    """What a person sees of a run while it goes on."""

    def __init__(self, console: Console, nodes: Nodes, later: Later | None = None) -> None:
        self._console = console
        self._paint = console.paint(console.err)
        self._glyphs = FANCY if speaks_unicode(console.err) else PLAIN
        self._meters = Meters(nodes)
        self._later = later or _later
        self._in_place = console.env.get("TERM") != "dumb"
        self._drawn = 0
        self._planned = False

    def recall(self, rows: Iterable[Row]) -> None:
        """Take in what was recorded before, so that counts go on from there."""
        for row in rows:
            self._meters.take(row, live=False)

    def watch(self, row: Row) -> None:
        """Show a new event."""
        columns = self._console.columns
        meter = self._meters.take(row)
        if meter is None:
            line = progress_line(row, self._paint, columns, self._glyphs)
        else:
            line = region_line(row, meter, self._paint, columns, self._glyphs)
        if line is not None:
            self.clear()
            self._console.note(line)
        if self._in_place and not self._planned and (self._meters.open or self._drawn):
            self._planned = True
            self._later(INTERVAL, self._draw)

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._console.note_in_place("\r" + " " * self._drawn + "\r")
            self._drawn = 0

    def pause(self) -> None:
        """Take the line away until the run goes on: somebody else is about to write."""
        self.clear()
        self._planned = False

    def _draw(self) -> None:
        self._planned = False
        words = self._meters.line()
        if not words:
            self.clear()
            return
        line = fit(f"  {self._glyphs.marks['running']} {visible(words, keep='')}", self._console.columns - 1)
        self._console.note_in_place("\r" + pad(line, self._drawn))
        self._drawn = width(line)


def _later(seconds: float, call: Callable[[], None]) -> object:
    import asyncio

    return asyncio.get_running_loop().call_later(seconds, call)
