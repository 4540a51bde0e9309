"""Replacements of spans in a text, every character outside them as it was; and the lines that spans stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from flujo.core.diagnostics import Edit
from flujo.core.spans import Span

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_LONE_LF: Final = re.compile(r"(?<!\r)\n")


def spliced(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with its edits made, which do not overlap; of two at one place the first comes first."""
    parts, at = [], 0
    for edit in in_place(edits):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def in_place(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits by their place."""
    return sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))


def replacing(start: int, end: int, text: str) -> Edit:
    """Return the replacement of [start, end)."""
    return Edit(Span(start, end), text)


def line_end(text: str) -> str:
    """Return how the first line of a text ends; LF where there is one line only."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def with_line_ends(text: str, end: str) -> str:
    """Return a text that is to be inserted with the line ends of the text around it."""
    return text if end == "\n" else _LONE_LF.sub(end, text)


def line_start(text: str, at: int) -> int:
    """Return where the line begins in which `at` stands."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_stop(text: str, at: int) -> int:
    """Return where that line ends, before its line end."""
    found = _LINE_END.search(text, at)
    return found.start() if found else len(text)


def next_line(text: str, at: int) -> int:
    """Return where the next line begins."""
    found = _LINE_END.search(text, at)
    return found.end() if found else len(text)


def column(text: str, at: int) -> int:
    """Return how many characters stand before `at` in its line."""
    return at - line_start(text, at)


def adding_lines(text: str, at: int, lines: Iterable[str]) -> Edit:
    """Return the insertion of lines after the one in which `at` stands."""
    stop, end = line_stop(text, at), line_end(text)
    return replacing(stop, stop, "".join(end + line for line in lines))


def without_lines(text: str, start: int, end: int) -> Edit:
    """Return the removal of all lines that [start, end) stands in."""
    return replacing(line_start(text, start), next_line(text, end), "")
