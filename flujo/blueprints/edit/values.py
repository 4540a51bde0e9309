"""A value in the place of another: in its quotes and its style where they can hold it.

What is yielded are ways to write it, the one to be liked most first; which of them says the right thing is found by
reading the new text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flujo.blueprints.edit.draft import Draft
from flujo.blueprints.edit.splice import line_stop, replacing
from flujo.blueprints.edit.tree import Entry, Part
from flujo.blueprints.edit.writing import escaped, is_taken_otherwise, text, written
from flujo.core.diagnostics import Edit
from flujo.core.spans import Path
from flujo.core.values import JsonValue

_BREAK: Final = re.compile(r"[\r\n]")
_HEADER: Final = re.compile(r"([|>])([1-9]?)[-+]?([1-9]?)")


def replacements(draft: Draft, path: Path, entry: Entry, value: JsonValue) -> Iterator[list[Edit]]:
    """Yield ways to put a value in the place of the one at `path`."""
    part = entry.part
    if part.is_scalar and isinstance(part.value, str) and isinstance(value, str):
        yield from ([edit] for edit in _texts(draft, path, part, value))
    quote = part.style if part.style in ("'", '"') else ""
    yield whole(draft.text, entry, written(value, quote))


def whole(source: str, entry: Entry, new: str) -> list[Edit]:
    """Return how a part is replaced, whatever it is, by a text on the line of its key or dash."""
    part = entry.part
    if part.inner == part.end:  # nothing is written there
        bare = entry.key is not None and ":" not in source[entry.key.end : part.start]
        return [replacing(part.end, part.end, f"{':' if bare else ''} {new}")]
    head = _head(source, entry)
    if part.style == "-" and _BREAK.search(source, head, part.inner):
        stop = line_stop(source, head)
        return [replacing(head, head, " " + new), replacing(stop, max(stop, line_stop(source, part.end)), "")]
    if part.style in ("|", ">"):  # a comment after the indicator stays
        header, stop = _HEADER.match(source, part.inner), line_stop(source, part.inner)
        return [replacing(part.inner, header.end() if header else stop, new), replacing(stop, max(stop, part.end), "")]
    return [replacing(part.inner, part.end, new)]


def _head(source: str, entry: Entry) -> int:
    """Return the offset after the anchor, the colon or the dash before a part."""
    if entry.part.anchor is not None:
        return entry.part.start + 1 + len(entry.part.anchor)
    if entry.key is None:
        return entry.start + 1
    return source.index(":", entry.key.end) + 1


def _texts(draft: Draft, path: Path, part: Part, value: str) -> Iterator[Edit]:
    """Yield ways to write a text in the style of the text that is there."""
    source = draft.text
    if _BREAK.search(source, part.inner, part.end):
        yield _middle(draft, path, part, value)
    if part.style in ("|", ">"):
        yield replacing(part.inner, part.end, _block(draft, part, value))
    elif part.style:
        yield replacing(part.inner, part.end, text(value, part.style))
    elif not is_taken_otherwise(value) and not _BREAK.search(value):
        yield replacing(part.inner, part.end, value)


def _middle(draft: Draft, path: Path, part: Part, value: str) -> Edit:
    """Replace what differs between a text over several lines and the new one, and leave its other lines."""
    old = part.value
    first = _shared(old, value)
    last = min(_shared(old[::-1], value[::-1]), len(old) - first, len(value) - first)
    span = draft.document.locate(path, first, len(old) - last).span
    new = value[first : len(value) - last]
    if part.style == "'":
        new = new.replace("'", "''")
    elif part.style == '"':
        new = escaped(new)
    elif part.style == "|":
        lead = " " * _indent(draft.text, part)
        after = value[len(value) - last :][:1]
        new = re.sub(r"\n(?=([^\n]?))", lambda found: draft.line_end + (lead if found[1] else ""), new + after)
        new = new.removesuffix(after)
    return replacing(span.start, span.end, new)


def _shared(left: str, right: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _block(draft: Draft, part: Part, value: str) -> str:
    """Return a text as a block scalar, with the header and indentation of the one that is there."""
    source, lead = draft.text, " " * _indent(draft.text, part)
    header = source[part.inner : line_stop(source, part.inner)]
    chomp = "" if value.endswith("\n") else "-"
    header = _HEADER.sub(lambda found: f"{found[1]}{found[2]}{found[3]}{chomp}", header, count=1)
    lines: list[str] = []
    for line in value.removesuffix("\n").split("\n"):
        if part.style == ">" and lines and line and lines[-1] and not (line[0] + lines[-1][0]).isspace():
            lines.append("")
        lines.append(line)
    return draft.line_end.join([header, *(lead + line if line else "" for line in lines)])


def _indent(source: str, part: Part) -> int:
    """Return the indentation of a block scalar's first line with text."""
    for line in re.split(r"\r\n|\n|\r", source[part.inner : part.end])[1:]:
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
    return 0
