"""Where each character of a scalar's decoded text stands in the source: the scalar is read again, and only then.

The way back from a template's offsets to the file, through indentation, folding and escapes (YAML 1.2 chapters 7 and
8). NEL, U+2028 and U+2029 are characters here, not line ends, which libyaml gets wrong.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from flujo.core.record import dataclass

_BREAK: Final = re.compile(r"\r\n|\n|\r")
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_ESCAPES: Final = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX: Final = {"x": 2, "u": 4, "U": 8}


@dataclass(slots=True)
class Decoded:
    """A decoded text, and for each of its characters where it came from; `end` is one past the last in the source."""

    end: int
    chars: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def add(self, char: str, start: int, length: int = 1) -> None:
        """Append one character that stands in `length` characters of the source."""
        self.chars.append(char)
        self.starts.append(start)
        self.ends.append(min(start + length, self.end))

    @property
    def text(self) -> str:
        """The decoded text."""
        return "".join(self.chars)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source offsets of a range of the decoded text."""
        first = self.starts[start] if 0 <= start < len(self.starts) else self.end
        if end <= start or end > len(self.ends):
            return first, first if end <= start else self.end
        return first, self.ends[end - 1]


def decode(source: str, start: int, end: int, style: str, indent: int) -> Decoded:
    """Decode the scalar at [start, end) of `source`; `indent` is the indentation of a block scalar's lines."""
    if style in ("|", ">"):
        return _block(source, start, end, style, indent)
    if style in ("'", '"'):
        return _flow(source, start + 1, end - 1, style)
    return _flow(source, start, end, "")


def _flow(source: str, start: int, end: int, quote: str) -> Decoded:
    out = Decoded(end)
    at = start
    while at < end:
        char = source[at]
        blanks = _BLANKS.match(source, at, end) if char in " \t\r\n" else None
        if blanks:
            _fold(out, source, at, blanks.end())
            at = blanks.end()
        elif quote == "'" and char == "'":
            out.add(char, at, 2)
            at += 2
        elif quote == '"' and char == "\\":
            at = _escape(out, source, at, end)
        else:
            out.add(char, at)
            at += 1
    return out


def _fold(out: Decoded, source: str, start: int, end: int) -> None:
    """Add a run of white space: one line break is a space, each further one is kept; without one all is kept."""
    breaks = [match.start() for match in _BREAK.finditer(source, start, end)]
    if not breaks:
        for offset in range(start, end):
            out.add(source[offset], offset)
    elif len(breaks) == 1:
        out.add(" ", breaks[0])
    for offset in breaks[1:]:
        out.add("\n", offset)


def _escape(out: Decoded, source: str, at: int, end: int) -> int:
    """Add what the escape at `at` means; return the offset after it."""
    char = source[at + 1] if at + 1 < end else ""
    if char and char in "\r\n":
        blanks = _BLANKS.match(source, at + 1, end)
        after = blanks.end() if blanks else at + 1
        for match in list(_BREAK.finditer(source, at + 1, after))[1:]:
            out.add("\n", match.start())
        return after
    if char in _HEX:
        after = at + 2 + _HEX[char]
        out.add(chr(int(source[at + 2 : after], 16)), at, after - at)
        return after
    out.add(_ESCAPES.get(char, char), at, 2)
    return at + 2


def _block(source: str, start: int, end: int, style: str, indent: int) -> Decoded:
    out = Decoded(end)
    header = _BREAK.search(source, start, end)
    lines = _lines(source, header.end(), end) if header else []
    pending: list[int] = []  # offsets of line breaks that are not yet known to be text
    was_blank = True  # nothing before the first line is folded
    for first, last, line_break in lines:
        inside = min(first + indent, last)
        if inside == last or (not source[first:inside].isspace() and indent):
            pending.append(line_break)
            continue
        is_blank = source[inside] in " \t"
        _join(out, pending, folds=style == ">" and not is_blank and not was_blank)
        for offset in range(inside, last):
            out.add(source[offset], offset)
        was_blank, pending = is_blank, [line_break]
    for offset in pending:
        out.add("\n", offset)
    return out


def _join(out: Decoded, breaks: list[int], *, folds: bool) -> None:
    if folds and len(breaks) == 1:
        out.add(" ", breaks[0])
        return
    for offset in breaks[1:] if folds else breaks:
        out.add("\n", offset)


def _lines(source: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """Split into (first, last, offset of the line's end); the rest after the last line end counts if not empty."""
    found = []
    for match in _BREAK.finditer(source, start, end):
        found.append((start, match.start(), match.start()))
        start = match.end()
    if start < end:
        found.append((start, end, end))
    return found
