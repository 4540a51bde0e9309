"""Places in a source text: offsets now, lines and columns only when something is shown.

Lines end at LF, CRLF or CR and nowhere else. Offsets count code points from 0; lines and columns count from 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import field
from functools import cached_property

from flujo.core.record import dataclass

Path = tuple[str | int, ...]
"""Keys and indices from the top of a document to an element."""

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of offsets in a source text."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """A text with the name users know it by (a path relative to the project)."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset; one past the end is allowed."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of a line without its end."""
        start = self.line_starts[number - 1]
        return self.text[start : self.line_end(start)]

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends, before its line break."""
        match = _LINE_END.search(self.text, offset)
        return match.start() if match else len(self.text)


@dataclass(frozen=True, slots=True)
class Place:
    """A span in a source: what a diagnostic points at."""

    source: Source
    span: Span

    @property
    def start(self) -> tuple[int, int]:
        """Line and column of the first character."""
        return self.source.position(self.span.start)

    @property
    def end(self) -> tuple[int, int]:
        """Line and column one past the last character."""
        return self.source.position(self.span.end)

    def __str__(self) -> str:
        line, column = self.start
        return f"{self.source.name}:{line}:{column}"
