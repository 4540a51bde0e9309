"""A step becomes the body of a map: its lines move to the right, nothing else of them changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from flujo.blueprints.edit.draft import Draft
from flujo.blueprints.edit.entries import gap_of
from flujo.blueprints.edit.splice import column, line_stop, replacing
from flujo.blueprints.edit.tree import Entry
from flujo.blueprints.edit.writing import key, written
from flujo.core.diagnostics import Edit
from flujo.core.spans import Path
from flujo.core.values import JsonObject

_LINE: Final = re.compile(r"(?:\r\n|\n|\r)([ \t]*)(?=([^\r\n]?))")


def wrappings(draft: Draft, entry: Entry, around: JsonObject, lines: Mapping[str, str]) -> Iterator[list[Edit]]:
    """Yield ways to put a mapping with `steps` round the item that is to be its only step.

    `lines` are entries of that mapping as they are to be written on a line of their own.
    """
    part, source = entry.part, draft.text
    if part.is_flow or entry.key is not None:
        head = ", ".join(f"{key(name)}: {written(value)}" for name, value in around.items())
        yield [
            replacing(part.start, part.start, f"{{{head}, steps: ["),
            replacing(part.end, part.end, "]}"),
        ]
        return
    dash, gap = column(source, entry.start), gap_of(source, entry)
    indent = " " * (dash + 1 + len(gap))
    first, *others = [lines.get(name, f"{key(name)}: {written(value)}") for name, value in around.items()]
    head = draft.line_end.join(["-" + gap + first, *(indent + line for line in [*others, "steps:"])])
    opening = replacing(entry.start, entry.start, head + draft.line_end + indent + "  ")
    shift = " " * (len(indent) + 2 - dash)
    yield [opening, *_moved(draft, entry, dash, shift)]


def own_line(draft: Draft, path: Path, name: str) -> dict[str, str]:
    """Return the line of an entry by its name, with its comment, if it stands on one line that is all its own."""
    above, entry = draft.tree.find(path), draft.tree.find((*path, name))
    if above is None or above.part.is_flow or entry is None:
        return {}
    line = draft.text[entry.start : line_stop(draft.text, entry.start)]
    return {name: line} if entry.part.end <= entry.start + len(line) else {}


def _moved(draft: Draft, entry: Entry, dash: int, shift: str) -> Iterator[Edit]:
    """Yield the insertions that move the lines of an item after its first; empty lines stay as they are."""
    blocks = [(part.inner, part.end) for part in entry.part.parts() if part.style in ("|", ">")]
    for found in _LINE.finditer(draft.text, entry.start, entry.part.end):
        lead, char = found.groups()
        in_block = any(start <= found.start() < end for start, end in blocks)
        if (in_block and (char or lead)) or (char and (char != "#" or len(lead) >= dash)):
            yield replacing(found.start(1), found.start(1), shift)
