"""Changes of a YAML text that move or wrap what is written and keep every byte of it.

Each is a list of edits that touch nothing but indentation, punctuation and keys. Every fix can be applied alone. A fix
that moves lines is one edit over all of them, so that it overlaps with every fix inside: of two that overlap one is
applied, and the other found again in the new text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flujo.blueprints.document import Document, Element
from flujo.blueprints.edit.splice import spliced
from flujo.core.diagnostics import Edit
from flujo.core.spans import Path, Span

_COLON: Final = re.compile(r"[ \t]*:")
_COMMENT: Final = re.compile(r"(?m)(?<![^\s])#[^\r\n]*")
_LINE: Final = re.compile(r"(?:\r\n|\n|\r)( *)")


def flattening(text: str, key: Span, element: Element, *, inline: bool) -> Sequence[Edit] | None:
    """Return how the entries under a key move up beside it; None where the text has a form that edits cannot follow.

    `inline` says that the mapping around it is written in `{ }`. For a list it is the items that take the key's place.
    """
    first = _first(element)
    if first is None or first < key.end:
        return None  # an alias: what it stands for is written elsewhere
    if element.style == "{":
        return _unwrapped(text, key, element, inline=inline)
    gap = text[key.end : first]
    colon = _COLON.match(gap)
    column, inner = _column(text, key.start), _column(text, first)
    if inline or colon is None or _COMMENT.sub("", gap[colon.end() :]).strip() or inner < column:
        return None
    comments = "".join(f"{comment}\n{' ' * column}" for comment in _COMMENT.findall(gap))
    return [Edit(Span(key.start, first), comments), *_outdents(text, first, element.end, column, inner)]


def _first(element: Element) -> int | None:
    if element.keys:
        return next(iter(element.keys.values())).start
    return element.start if element.items else None


def _outdents(text: str, start: int, end: int, column: int, inner: int) -> list[Edit]:
    """Return the removal of the columns [column, inner) from all lines that begin in [start, end)."""
    edits = []
    for match in _LINE.finditer(text, start, end):
        left, right = match.start(1) + column, min(match.end(1), match.start(1) + inner)
        if right > left:
            edits.append(Edit(Span(left, right), ""))
    if edits:
        edits.append(Edit(Span(end, end), ""))  # the last line moves too: a fix inside it must overlap with this one
    return edits


def _unwrapped(text: str, key: Span, element: Element, *, inline: bool) -> Sequence[Edit] | None:
    """Take the entries of `{ }` out: beside each other in a mapping in `{ }`, else a line each."""
    if not element.keys or not element.fields:
        return None
    names = list(element.keys)
    ends = [element.fields[name].end for name in names]
    starts = [element.keys[name].start for name in names]
    gaps = [Span(end, start) for end, start in zip(ends, starts[1:], strict=False)]
    gaps = [Span(key.start, starts[0]), *gaps, Span(ends[-1], element.end)]
    if any(gap.end < gap.start or "#" in text[gap.start : gap.end] for gap in gaps):
        return None
    outer = [Edit(gaps[0], ""), Edit(gaps[-1], "")]
    if inline:
        return outer
    line = "\n" + " " * _column(text, key.start)
    return [outer[0], *(Edit(gap, line) for gap in gaps[1:-1]), outer[1]]


def unwrapping(text: str, element: Element, key: str) -> Sequence[Edit] | None:
    """Return how a mapping becomes the value of its one key; None where edits cannot follow."""
    assert element.keys is not None and element.fields is not None
    span, inner = element.keys[key], element.fields[key]
    if element.style != "{" and inner.style != "{":
        return flattening(text, span, inner, inline=False)
    start, end = (element.start, element.end) if element.style == "{" else (span.start, inner.end)
    if not start <= span.end <= inner.start <= inner.end <= end or "#" in text[start : inner.start]:
        return None
    return [Edit(Span(start, inner.start), ""), Edit(Span(inner.end, end), "")]


def as_one(text: str, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return edits that go over lines as one edit; others as they are."""
    start, end = min(edit.span.start for edit in edits), max(edit.span.end for edit in edits)
    if len(edits) == 1 or not (_LINE.search(text, start, end) or any(_LINE.search(edit.text) for edit in edits)):
        return tuple(edits)
    inside = [Edit(Span(edit.span.start - start, edit.span.end - start), edit.text) for edit in edits]
    return (Edit(Span(start, end), spliced(text[start:end], inside)),)


def adding(text: str, key: Span, entry: str, *, inline: bool) -> Edit:
    """Return the insertion of an entry, such as `max: 10`, before the key at `key`."""
    after = ", " if inline else "\n" + " " * _column(text, key.start)
    return Edit(Span(key.start, key.start), entry + after)


def _column(text: str, offset: int) -> int:
    return offset - max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) - 1


def in_braces(document: Document, path: Path) -> tuple[Edit, ...] | None:
    """Return how `{{ }}` is put round the text at `path`, and quotes where it has none."""
    element, _, exact = document.find(path)
    if not exact or not isinstance(element.value, str) or element.style == "made":
        return None
    text = document.source.text
    if element.style == "":
        inside = text[element.start : element.end]
        quote = "'" if '"' in inside and "'" not in inside else '"'
        escaped = [
            Edit(Span(at, at), "\\") for at, char in enumerate(inside, element.start) if quote == '"' and char in '"\\'
        ]
        return (
            Edit(Span(element.start, element.start), quote + "{{ "),
            *escaped,
            Edit(Span(element.end, element.end), " }}" + quote),
        )
    lead = len(element.value) - len(element.value.lstrip())
    place = document.locate(path, lead, len(element.value.rstrip()))
    start, end = place.span.start, place.span.end
    return (Edit(Span(start, start), "{{ "), Edit(Span(end, end), " }}"))
