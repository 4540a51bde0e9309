"""Blueprint text to a Document: one walk over the event stream, every limit counted before anything is built on it.

`read` never raises: whatever the bytes are, the answer is a document, diagnostics, or both. It goes on where it can
(a duplicate key, a tag), so that users see all problems at once, and stops where it cannot (syntax, a limit).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import field
from typing import Final

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flujo.blueprints.decode import decode
from flujo.blueprints.document import Document, Element
from flujo.blueprints.source import MAX_SHOWN, code_point, place_at, to_source
from flujo.core.diagnostics import Diagnostic, Edit, Fix, in_order
from flujo.core.record import dataclass
from flujo.core.spans import Place, Source, Span
from flujo.core.values import JsonValue, a_type
from flujo.core.yaml_events import Event, events
from flujo.core.yaml_mistakes import SyntaxProblem
from flujo.core.yaml_scalars import NumberProblem, key_text, resolve

MAX_DEPTH: Final = 64
MAX_ALIASES: Final = 100
MAX_NODES: Final = 1_000_000
MAX_PROBLEMS: Final = 1_000
MAX_TEXT: Final = 32 * 1024 * 1024
"""Characters of all scalars after aliases are expanded: 100 aliases of an 8 MiB text must not become 800 MiB."""

_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_ODD_BREAK: Final = re.compile("[\x85\u2028\u2029]")
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*+(?:(?:[ \t\r\n]++(?:#[^\r\n]*+)?)++|\Z)){1,2}")
_BARE_TEMPLATE: Final = re.compile(r"\{\{[^{}\r\n]*\}\}(?=[ \t]*(?:[\r\n]|[ \t]#|\Z))")
_LOOKALIKE: Final = re.compile("[\xa0\xad\u1680\u2000-\u200b\u200e\u200f\u202f\u205f\u2060\u3000]")
_LINE_END: Final = re.compile(r"[\r\n]")


@dataclass(slots=True)
class _Frame:
    """An open collection: its element, what the next part belongs to, and its size with aliases expanded."""

    element: Element
    branches: bool
    anchor: str | None
    expects_key: bool
    key: str | None = None
    key_span: Span | None = None
    nodes: int = 1
    chars: int = 0
    height: int = 1


@dataclass(slots=True)
class _Anchor:
    """A part that aliases may repeat, with its size; None while it is still open."""

    element: Element | None
    nodes: int = 1
    chars: int = 0
    height: int = 0


class _Stop(Exception):
    """Reading cannot go on; the reason is reported already."""


def read(text: bytes | str, name: str) -> tuple[Document | None, list[Diagnostic]]:
    """Read a blueprint's text; `name` is what users call the file."""
    source, problems = to_source(text, name)
    if problems:
        return None, problems
    return _Reader(source).read()


@dataclass(slots=True)
class _Reader:
    source: Source
    problems: list[Diagnostic] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    quoted: list[Span] = field(default_factory=list)
    root: Element | None = None
    documents: int = 0
    aliases: int = 0
    nodes: int = 0
    chars: int = 0
    odd: bool = False

    def read(self) -> tuple[Document | None, list[Diagnostic]]:
        """Walk the events; return what can be had."""
        text = self.source.text
        self.odd = _ODD_BREAK.search(text) is not None
        takes: dict[type, Callable[[Event], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        whole = True
        try:
            for event in events(text):
                take = takes.get(type(event))
                if take is not None:
                    take(event)
        except SyntaxProblem as problem:
            whole = False
            if not self._odd_breaks(before=problem.offset + 1):
                self._syntax(problem)
        except _Stop:
            whole = self.documents > 1 and not self.stack
        if whole:
            if self._odd_breaks(before=len(text)):
                whole = False
            elif self.root is None or (self.root.value is None and self.root.style == ""):
                place, help = place_at(self.source, 0, 0), 'begin with `version: "0.1"`'
                self.problems.append(Diagnostic("FLJ0103", "the file holds no blueprint", place, help))
                whole = False
        document = Document(self.source, self.root) if whole and self.root is not None else None
        return document, in_order(self.problems)

    def report(self, code: str, message: str, start: int, end: int | None = None, help: str | None = None) -> None:
        """Add a diagnostic at [start, end), or at one character."""
        self._add(Diagnostic(code, message, place_at(self.source, start, end), help))

    def _add(self, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if len(self.problems) > MAX_PROBLEMS:
            raise _Stop

    def _syntax(self, problem: SyntaxProblem) -> None:
        last = self.problems[-1] if self.problems else None
        if last and last.code == "FLJ0108" and last.place and last.place.start[0] == self._line(problem.offset):
            return  # `a: {{ x }} y` is one mistake, and said already
        related: tuple[tuple[Place, str], ...] = ()
        if problem.began is not None and self._line(problem.began) != self._line(problem.offset):
            related = ((place_at(self.source, problem.began), "the part that went wrong began here"),)
        place = place_at(self.source, problem.offset)
        self.problems.append(Diagnostic(problem.code, problem.message, place, problem.help, related=related))

    def _line(self, offset: int) -> int:
        return self.source.position(offset)[0]

    def _odd_breaks(self, before: int) -> bool:
        """Report NEL, U+2028 and U+2029 outside quoted scalars: the parser took them for line ends."""
        if not self.odd:
            return False
        starts = [span.start for span in self.quoted]
        found: list[Diagnostic] = []
        for match in _ODD_BREAK.finditer(self.source.text, 0, before):
            index = bisect_right(starts, match.start()) - 1
            if index >= 0 and match.start() < self.quoted[index].end:
                continue
            message = f"the character {code_point(match.group())} is allowed in quoted text only"
            place, help = place_at(self.source, match.start()), "replace it by a line break, or quote the text"
            found.append(Diagnostic("FLJ0109", message, place, help))
            if len(found) >= MAX_SHOWN:
                break
        if found:
            self.problems = found  # what else was met comes from lines that are none
        return bool(found)

    # --- events

    def _document(self, event: Event) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self.documents += 1
        if self.documents > 1:
            self.report("FLJ0104", "a second document begins here", start, end, "keep one document to a file")
            raise _Stop
        if event.version is not None and tuple(event.version) != (1, 2):
            version = ".".join(str(number) for number in event.version)
            self.report("FLJ0102", f"blueprints are YAML 1.2, not {version}", start, None, "remove the `%YAML` line")

    def _count(self, start: int, nodes: int, chars: int, height: int) -> None:
        self.nodes += nodes
        self.chars += chars
        if self.nodes <= MAX_NODES and self.chars <= MAX_TEXT and len(self.stack) + height <= MAX_DEPTH:
            return
        if self.nodes > MAX_NODES:
            message = f"the text has more than {MAX_NODES:,} nodes with its aliases expanded"
            self._refuse(message, start, "move data out of the blueprint; write out what aliases repeat")
        elif self.chars > MAX_TEXT:
            self._refuse("the text is larger than 32 MiB with its aliases expanded", start, "move data to a file")
        else:
            message = f"the text is nested deeper than {MAX_DEPTH} levels"
            self._refuse(message, start, "close brackets that are open, or move inner steps to an import")

    def _refuse(self, message: str, start: int, help: str) -> None:
        self.report("FLJ0110", message, start, None, help)
        raise _Stop

    def _properties(self, event: Event) -> int:
        """Report a tag; return where the part itself begins, after tag and anchor."""
        start: int = event.start_mark.index
        if event.tag is not None:
            at = self.source.text.find("!", start)
            tag = re.compile(r"[^\s,\[\]{}]*").match(self.source.text, at)
            end = tag.end() if tag else at + 1
            help = "remove it; quote a text that begins with `!`"
            self.report("FLJ0106", f"the tag `{self.source.text[at:end]}` is not allowed", at, end, help)
        found = _PROPERTIES.match(self.source.text, start)
        return min(found.end(), max(event.end_mark.index, start)) if found and type(event) is ScalarEvent else start

    def _scalar(self, event: Event) -> None:
        start, end, style, text = event.start_mark.index, event.end_mark.index, event.style or "", event.value
        if event.anchor is not None or event.tag is not None:
            start = self._properties(event)
        style = "" if style == "plain" else style
        self._count(start, 1, len(text), 0)
        value: JsonValue = text
        if not style:
            value = self._plain(text, start, end)
        elif style in ("'", '"'):
            if self.odd:
                self.quoted.append(Span(start, end))
                if _ODD_BREAK.search(self.source.text, start, end):
                    value = decode(self.source.text, start, end, style, 0).text
        else:
            end = self._end_of_block(start, end)
        if style == '"' and _NOT_TEXT.search(text):  # only an escape can make them
            what = "the character NUL" if "\0" in text else "half of a surrogate pair"
            self.report("FLJ0109", f"the text holds {what}", start, end, "remove the escape")
            value = ""
        element = Element(start, end, style, value)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(element, 1, len(text))
        self._attach(element, 1, len(text), 0)

    def _end_of_block(self, start: int, end: int) -> int:
        """Return where the last line with text of a block scalar ends."""
        last = start + len(self.source.text[start:end].rstrip(" \r\n"))
        line_end = _LINE_END.search(self.source.text, last, end)
        return line_end.start() if line_end else end

    def _plain(self, text: str, start: int, end: int) -> JsonValue:
        try:
            return resolve(text)
        except NumberProblem as problem:
            self.report("FLJ0111", str(problem), start, end, "quote it if it is meant as text")
            return 0

    def _open(self, event: Event) -> None:
        is_mapping = type(event) is MappingStartEvent
        start = event.start_mark.index
        if event.anchor is not None or event.tag is not None:
            start = self._properties(event)
        self._count(start, 1, 0, 1)
        style = "{" if event.flow_style else "-"
        if is_mapping:
            element = Element(start, start, style, {}, fields={}, keys={})
        else:
            element = Element(start, start, style, [], items=[])
        above = self.stack[-1] if self.stack else None
        branches = above is not None and above.key == "branches" and is_mapping
        self.stack.append(_Frame(element, branches, event.anchor, expects_key=is_mapping))
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(None)

    def _close(self, event: Event) -> None:
        frame = self.stack.pop()
        element = frame.element
        if element.style == "{":
            element.end = event.end_mark.index
        elif element.fields:
            last = list(element.fields)[-1]
            element.end = max(element.fields[last].end, element.keys[last].end if element.keys else 0)
        elif element.items:
            element.end = max(element.start, element.items[-1].end)
        if frame.anchor is not None:
            self.anchors[frame.anchor] = _Anchor(element, frame.nodes, frame.chars, frame.height)
        self._attach(element, frame.nodes, frame.chars, frame.height)

    def _alias(self, event: Event) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            self._refuse(f"the text has more than {MAX_ALIASES} aliases", start, "write out what they repeat")
        anchor = self.anchors.get(event.anchor)
        if anchor is None or anchor.element is None:
            if anchor is None:
                why = "names an anchor that is not there"
                help = "define the anchor before the alias; quote a text that begins with `*`"
            else:
                why, help = "stands inside the part it names", "remove the alias: a part cannot hold itself"
            self.report("FLJ0112", f"the alias `*{event.anchor}` {why}", start, end, help)
            self._count(start, 1, 0, 0)
            self._attach(Element(start, end, "", None), 1, 0, 0)
            return
        self._count(start, anchor.nodes, anchor.chars, anchor.height)
        self._attach(anchor.element, anchor.nodes, anchor.chars, anchor.height, alias=Span(start, end))

    # --- building

    def _attach(self, element: Element, nodes: int, chars: int, height: int, alias: Span | None = None) -> None:
        """Put a finished part into the collection that is open."""
        if not self.stack:
            self.root = element
            return
        frame = self.stack[-1]
        frame.nodes += nodes
        frame.chars += chars
        frame.height = max(frame.height, height + 1)
        if frame.element.items is not None:
            frame.element.items.append(element)
            frame.element.value.append(element.value)
        elif frame.expects_key:
            span = alias or Span(element.start, element.end)
            frame.key, frame.key_span, frame.expects_key = self._key(frame, element, span), span, False
        else:
            self._put(frame, element)

    def _put(self, frame: _Frame, element: Element) -> None:
        frame.expects_key = True
        key, frame.key = frame.key, None
        parent = frame.element
        if key is None or frame.key_span is None or parent.fields is None or parent.keys is None:
            return
        first = parent.keys.get(key)
        if first is not None:
            message, place = f"the key `{key}` stands twice in this mapping", Place(self.source, frame.key_span)
            related = ((Place(self.source, first), "the first one is here"),)
            help = f"remove or rename one of them; the first is in line {self._line(first.start)}"
            self._add(Diagnostic("FLJ0105", message, place, help, related=related))
            return
        parent.fields[key] = element
        parent.keys[key] = frame.key_span
        parent.value[key] = element.value

    def _quoting(self, start: int) -> Fix | None:
        """Return how a template that is a whole value is put in quotes; None where it is more than one template."""
        found = _BARE_TEMPLATE.match(self.source.text, start)
        quote = next((sign for sign in "\"'" if found and sign not in found[0]), None)
        if found is None or quote is None or (quote == '"' and "\\" in found[0]):
            return None
        edits = (Edit(Span(start, start), quote), Edit(Span(found.end(), found.end()), quote))
        return Fix("put it in quotes", edits, "safe")

    def _lookalike(self, key: str, span: Span) -> str:
        """Report a character in a key that cannot be told from a space, or not be seen at all; return the key."""
        found = _LOOKALIKE.search(self.source.text, span.start)
        at = found.start() if found else span.start
        message = f"the character {code_point(self.source.text[at])} in a key looks like a space, or like nothing"
        self.report("FLJ0109", message, at, None, "delete it, or write a space; quote the key if it is meant")
        return _LOOKALIKE.sub("", key)

    def _key(self, frame: _Frame, element: Element, span: Span) -> str | None:
        """Return the text of a key; None if it is none, after a report."""
        value = element.value
        if isinstance(value, str):
            if element.style or (value != "<<" and not _LOOKALIKE.search(value)):
                return value
            if value != "<<":
                return self._lookalike(value, span)
            help = "write the keys out"
            self.report("FLJ0107", "the merge key `<<` is not part of YAML 1.2", span.start, span.end, help)
            return None
        text = key_text(value)
        if text is not None and frame.branches:
            return text
        is_template = frame.element.style == "{" == element.style and span.start == frame.element.start + 1
        if is_template and element.fields is not None:
            message, help = "a template must be in quotes", 'write "{{ ... }}"'
            place = place_at(self.source, frame.element.start, span.end)
            self._add(Diagnostic("FLJ0108", message, place, help, fix=self._quoting(frame.element.start)))
        else:
            shown = f"`{text}`" if text is not None else a_type(value)
            self.report("FLJ0108", f"a key must be text, not {shown}", span.start, span.end, "quote the key")
        return None
