"""Replacements of spans in a text: all at once, every character outside them as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from flujo.core.diagnostics import Edit

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


def line_end(text: str) -> str:
    """Return how the first line of a text ends; LF where there is one line only."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def with_line_ends(text: str, end: str) -> str:
    """Return a text that is to be inserted with the line ends of the text around it."""
    return text if end == "\n" else _LONE_LF.sub(end, text)
