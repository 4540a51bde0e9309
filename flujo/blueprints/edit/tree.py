"""A text as it is written: every part with its span, its anchor and its entries; aliases are parts of their own.

`Document` says what a text means; this says how it is spelled, which is what an edit needs: the span of an alias, the
dash of an item, the place after the last entry.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Any, Final

from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonValue
from flujo.core.yaml_events import events
from flujo.core.yaml_scalars import key_text, resolve

_ANCHOR: Final = re.compile(r"&\S+(?:[ \t\r\n]+(?:#[^\r\n]*)?)*")
_GAP: Final = re.compile(r"(?:[ \t\r\n]+(?:#[^\r\n]*)?)*")
_BREAK: Final = re.compile(r"[\r\n]")


@dataclass(slots=True)
class Entry:
    """A key of a mapping with its value, or an item of a list: `start` is where it begins, with its dash if it has one.

    `name` is the text of the key; None for an item.
    """

    start: int
    part: Part
    name: str | None = None
    key: Part | None = None


@dataclass(slots=True)
class Part:
    """A part of the text: [start, end) with its anchor, [inner, end) without.

    `style` is as in `Element`: "" for plain scalars, the quote or block indicator for others, "{" for flow and "-" for
    block collections. `value` is that of a scalar. `alias` is the anchor an alias names; it has no other part.
    """

    start: int
    inner: int
    end: int
    style: str
    value: JsonValue = None
    anchor: str | None = None
    alias: str | None = None
    is_list: bool = False
    is_mapping: bool = False
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_scalar(self) -> bool:
        """Whether it is one value, written here."""
        return not self.is_list and not self.is_mapping and self.alias is None

    @property
    def is_flow(self) -> bool:
        """Whether it is a collection in brackets."""
        return self.style == "{"

    def entry(self, key: str | int) -> Entry | None:
        """Return the entry of a key or index."""
        if isinstance(key, int):
            return self.entries[key] if self.is_list and 0 <= key < len(self.entries) else None
        return next((entry for entry in self.entries if entry.name == key), None) if self.is_mapping else None

    def text_of(self, key: str) -> str | None:
        """Return the text under a key of a mapping, if it is one."""
        entry = self.entry(key)
        return entry.part.value if entry and isinstance(entry.part.value, str) else None

    def parts(self) -> list[Part]:
        """Return this part and all inside it, keys too, in their order."""
        found, stack = [], [self]
        while stack:
            part = stack.pop()
            found.append(part)
            for entry in reversed(part.entries):
                stack.append(entry.part)
                if entry.key is not None:
                    stack.append(entry.key)
        return found


@dataclass(frozen=True, slots=True)
class Tree:
    """A text that was read without problems, as it is written."""

    text: str
    root: Part

    def find(self, path: Path) -> Entry | None:
        """Return the entry at a path; None for the top, and for what is not written there (as under an alias)."""
        part, found = self.root, None
        for key in path:
            found = part.entry(key)
            if found is None:
                return None
            part = found.part
        return found

    def chain(self, path: Path) -> list[Part]:
        """Return the parts from the top to the one at `path`, as far as they are written there."""
        found = [self.root]
        for key in path:
            entry = found[-1].entry(key)
            if entry is None:
                break
            found.append(entry.part)
        return found

    def skip(self, offset: int) -> int:
        """Return where the next thing stands after white space and comments."""
        found = _GAP.match(self.text, offset)
        return found.end() if found else offset


def grow(text: str) -> Tree:
    """Return the tree of a text that `read` takes without an error."""
    builder = _Builder(text)
    for event in events(text):
        builder.take(event)
    assert builder.root is not None
    return Tree(text, builder.root)


@dataclass(slots=True)
class _Open:
    part: Part
    at: int
    key: Part | None = None


@dataclass(slots=True)
class _Builder:
    text: str
    stack: list[_Open] = field(default_factory=list)
    root: Part | None = None

    def take(self, event: Any) -> None:
        """Take the next event."""
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, ScalarEvent):
            style = "" if event.style in (None, "plain") else event.style
            inner = self._inner(event, end)
            end = self._block_end(inner, end) if style in ("|", ">") else end
            value = event.value if style else resolve(event.value)
            self._put(Part(start, inner, max(inner, end), style, value, event.anchor))
        elif isinstance(event, AliasEvent):
            self._put(Part(start, start, end, "", alias=event.anchor))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            style, is_list = "{" if event.flow_style else "-", isinstance(event, SequenceStartEvent)
            inner = self._inner(event, len(self.text))
            part = Part(start, inner, inner, style, anchor=event.anchor, is_list=is_list, is_mapping=not is_list)
            self.stack.append(_Open(part, inner))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            part = self.stack.pop().part
            if part.is_flow:
                part.end = end
            elif part.entries:
                last = part.entries[-1]
                part.end = max(last.part.end, last.key.end if last.key else 0)
            self._put(part)

    def _inner(self, event: Any, end: int) -> int:
        """Return where a part begins after its anchor."""
        start: int = event.start_mark.index
        found = _ANCHOR.match(self.text, start) if event.anchor is not None else None
        return min(found.end(), max(end, start)) if found else start

    def _block_end(self, start: int, end: int) -> int:
        """Return where a block scalar ends: after its last line with text; with `+` after all empty lines it keeps."""
        header = _BREAK.search(self.text, start, end)
        if header and "+" in self.text[start : header.start()].split("#")[0]:
            return end - (2 if self.text.endswith("\r\n", start, end) else self.text[end - 1 : end] in "\r\n")
        last = start + len(self.text[start:end].rstrip(" \r\n"))
        found = _BREAK.search(self.text, last, end)
        return found.start() if found else end

    def _put(self, part: Part) -> None:
        if not self.stack:
            self.root = part
            return
        top = self.stack[-1]
        if top.part.is_list:
            dash = self._after_gap(top.at) if not top.part.is_flow else part.start
            top.part.entries.append(Entry(dash, part))
        elif top.key is None:
            top.key = part
            return
        else:
            key, top.key = top.key, None
            name = key.value if isinstance(key.value, str) else key_text(key.value)
            top.part.entries.append(Entry(key.start, part, name, key))
        top.at = part.end

    def _after_gap(self, offset: int) -> int:
        found = _GAP.match(self.text, offset)
        return found.end() if found else offset
