"""`# flujo: ignore[CODE]`: comments by which an author says that something found there is as it should be.

A comment counts for the line it ends; one that stands alone counts for the next line that is no comment. What is found
inside a text of several lines counts as found in its first line too, for no comment can stand inside it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Final

from flujo.blueprints.document import Document, Element
from flujo.blueprints.report import stops_a_run
from flujo.core.codes import CODES
from flujo.core.diagnostics import Diagnostic, Edit, Fix, Severity, in_order
from flujo.core.record import dataclass
from flujo.core.spans import Place, Source, Span
from flujo.core.suggest import did_you_mean

_COMMENT: Final = re.compile(r"(?:^|(?<=[ \t\r\n]))#[ \t]*flujo:[ \t]*ignore\b(?:\[([^\]\r\n]*)\])?")
_ALONE: Final = re.compile(r"[ \t]*(?:#|$)")
_CODE: Final = re.compile(r"[^\s,]+")
_NEVER: Final = "FLJ01"
"""The range of the text itself: where it is not understood, its comments are not either."""


@dataclass(slots=True)
class Ignore:
    """A code that a comment names: where it stands, the line it counts for, and whether it was found there."""

    code: str
    span: Span
    line: int
    used: bool = False


@dataclass(slots=True)
class Comment:
    """A comment of ours: its span, and what it names."""

    span: Span
    ignores: list[Ignore] = field(default_factory=list)


def sorted_out(document: Document, found: Iterable[Diagnostic]) -> tuple[list[Diagnostic], frozenset[Diagnostic]]:
    """Return what was found in a document that a run must know, with what is wrong about the comments, and what
    these ignore; of that, the errors that no run could do without are in the first too."""
    items = list(found)
    comments = _comments(document)
    if not comments:
        return items, frozenset()
    by_line: dict[tuple[int, str], list[Ignore]] = {}
    for comment in comments:
        for ignore in comment.ignores:
            by_line.setdefault((ignore.line, ignore.code), []).append(ignore)
    ignored = set()
    for item in items:
        if item.place is None or item.place.source is not document.source or item.code.startswith(_NEVER):
            continue
        matching = [ignore for line in _lines(document, item) for ignore in by_line.get((line, item.code), ())]
        for ignore in matching:
            ignore.used = True
            ignored.add(item)
    items += _idle(document.source, comments, whole=not any(stops_a_run(item) for item in items))
    return in_order(item for item in items if item not in ignored or stops_a_run(item)), frozenset(ignored)


def _comments(document: Document) -> list[Comment]:
    text = document.source.text
    matches = [match for match in _COMMENT.finditer(text)] if "flujo:" in text else []
    if not matches:
        return []
    texts = sorted(_texts(document))
    comments: list[Comment] = []
    meant: dict[int, int] = {}
    for match in reversed(matches):
        before = bisect_right(texts, (match.start(), len(text))) - 1
        if before >= 0 and match.start() < texts[before][1]:
            continue
        end = document.source.line_end(match.start())
        comment = Comment(Span(match.start(), end))
        line = _line_meant(document.source, match.start(), meant)
        if match[1] is not None:
            comment.ignores = [
                Ignore(code[0], Span(match.start(1) + code.start(), match.start(1) + code.end()), line)
                for code in _CODE.finditer(match[1])
            ]
        comments.append(comment)
    return comments


def _texts(document: Document) -> list[tuple[int, int]]:
    """Return the spans of all texts that a `#` may stand in without being a comment."""
    found = []
    stack: list[Element] = [document.root]
    while stack:
        part = stack.pop()
        if part.fields is not None:
            stack += part.fields.values()
            found += [(span.start, span.end) for span in (part.keys or {}).values()]
        elif part.items is not None:
            stack += part.items
        elif part.style in ("|", ">"):  # its first line may end in a comment
            found.append((document.source.line_end(part.start), part.end))
        elif part.style != "made":
            found.append((part.start, part.end))
    return found


def _line_meant(source: Source, offset: int, known: dict[int, int]) -> int:
    """Return the line that a comment at an offset counts for; `known` has those of the comments after it."""
    line, column = source.position(offset)
    if not _ALONE.match(source.line(line)[: column - 1]):
        return line
    own = line
    while line not in known and line < len(source.line_starts) and _ALONE.match(source.line(line)):
        line += 1
    known[own] = known.get(line, line)
    return known[own]


def _lines(document: Document, item: Diagnostic) -> set[int]:
    """Return the lines in which a diagnostic counts as found."""
    assert item.place is not None
    lines = {item.place.start[0]}
    element, _, exact = document.find(item.path)
    if exact and isinstance(element.value, str) and element.start <= item.place.span.start <= element.end:
        lines.add(document.source.position(element.start)[0])
    return lines


def _idle(source: Source, comments: Iterable[Comment], *, whole: bool) -> Iterator[Diagnostic]:
    """Yield what is wrong about comments; whether one is of use is known only when nothing stopped the checks."""
    for comment in comments:
        if not comment.ignores:
            message, help = "the comment names no code to ignore", "write for example `# flujo: ignore[FLJ0521]`"
            yield _info(message, Place(source, comment.span), help)
        for ignore in comment.ignores:
            if ignore.used:
                continue
            place = Place(source, ignore.span)
            if ignore.code not in CODES:
                near = did_you_mean(ignore.code, CODES)
                help = f"did you mean `{near}`?" if near else "the codes are those that messages show"
                yield _info(f"there is no code `{ignore.code}` to ignore", place, help)
            elif ignore.code.startswith(_NEVER):
                yield _info(f"`{ignore.code}` cannot be ignored", place, "correct the text of the file")
            elif whole:
                message, help = f"nothing here is `{ignore.code}`", "remove it from the comment"
                yield _info(message, place, help, Fix(help, _removal(source, comment), "safe"))


def _info(message: str, place: Place, help: str, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic("FLJ0212", message, place, help, severity=Severity.INFO, fix=fix)


def _removal(source: Source, comment: Comment) -> tuple[Edit, ...]:
    """Return how a comment loses the codes that are of no use: with its line, if nothing is left of that."""
    text = source.text
    kept = [ignore.code for ignore in comment.ignores if ignore.used]
    if kept:
        first, last = comment.ignores[0].span.start, comment.ignores[-1].span.end
        return (Edit(Span(first, last), ", ".join(kept)),)
    start, end = comment.span.start, comment.span.end
    begin = source.line_starts[source.position(start)[0] - 1]
    if text[begin:start].strip():
        return (Edit(Span(begin + len(text[begin:start].rstrip()), end), ""),)
    after = source.position(start)[0]
    stop = source.line_starts[after] if after < len(source.line_starts) else end
    return (Edit(Span(begin, stop), ""),)
