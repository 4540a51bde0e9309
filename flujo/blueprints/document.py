"""A YAML text after reading: plain JSON data, and where each part of it stands."""

from __future__ import annotations

import re
from dataclasses import field
from functools import cached_property
from typing import Any, Final

from flujo.blueprints.decode import Decoded, decode
from flujo.core.record import dataclass
from flujo.core.spans import Path, Place, Source, Span
from flujo.core.values import JsonValue

_BREAK: Final = re.compile(r"[\r\n]")


@dataclass(slots=True)
class Element:
    """One part of a document: its value and span, and for a collection its parts.

    `style` is "" for plain scalars, the quote or the block indicator for others, "{" for flow and "-" for block
    collections. `keys` are the spans of a mapping's keys.
    """

    start: int
    end: int
    style: str
    value: JsonValue
    fields: dict[str, Element] | None = None
    keys: dict[str, Span] | None = None
    items: list[Element] | None = None

    def part(self, key: str | int) -> Element | None:
        """Return the part under a key or index."""
        if self.fields is not None:
            return self.fields.get(key) if isinstance(key, str) else None
        if self.items is not None and isinstance(key, int) and 0 <= key < len(self.items):
            return self.items[key]
        return None


@dataclass(frozen=True)
class Document:
    """A document: source, data and the table of spans (port `PlaceTable`)."""

    source: Source
    root: Element = field(repr=False)

    @property
    def data(self) -> JsonValue:
        """The document as JSON data."""
        return self.root.value

    @cached_property
    def _decoded(self) -> dict[int, Decoded | None]:
        return {}

    def find(self, path: Path) -> tuple[Element, Span | None, bool]:
        """Return the element at `path` or the nearest around it, its key's span, and whether it is the very one."""
        element, key_span = self.root, None
        for key in path:
            part = element.part(key)
            if part is None:
                return element, key_span, False
            key_span = element.keys.get(key) if element.keys is not None and isinstance(key, str) else None
            element = part
        return element, key_span, True

    def take_for(self, path: Path, key: str) -> None:
        """Have the key at the end of `path` be another from here on, unless that is there too; it keeps its place."""
        element, _, exact = self.find(path[:-1])
        if exact and element.fields is not None and element.keys is not None and key not in element.fields:
            parts: tuple[dict[str, Any], ...] = (element.fields, element.keys, element.value)
            for part in parts:
                entries = [(key if name == path[-1] else name, value) for name, value in part.items()]
                part.clear()
                part.update(entries)

    def start_of(self, path: Path) -> tuple[int, int]:
        """Return line and column of the element at `path`, or of the nearest element around it."""
        return self.source.position(self.find(path)[0].start)

    def place(self, path: Path, *, on_key: bool = False) -> Place:
        """Return what a diagnostic about the element at `path` points at: one line at most.

        A key for `on_key` and for values that are empty or go over lines; else the value.
        """
        element, key_span, exact = self.find(path)
        several_lines = element.style == "-" or self._breaks(element.start, element.end)
        if key_span is not None and (on_key or not exact or several_lines or element.start == element.end):
            return Place(self.source, key_span)
        if not several_lines:
            return Place(self.source, Span(element.start, element.end))
        return Place(self.source, self._head(element))

    def _head(self, element: Element) -> Span:
        """Return the first line of a block, without its comment: the first key and its value if that is short."""
        if element.keys:
            key, span = next(iter(element.keys.items()))
            value = element.fields[key] if element.fields else element
            here = value.end >= span.end and not self._breaks(span.start, value.end)  # an alias stands elsewhere
            return Span(span.start, value.end if here else span.end)
        first_break = _BREAK.search(self.source.text, element.start, element.end)
        return Span(element.start, first_break.start() if first_break else element.end)

    def _breaks(self, start: int, end: int) -> bool:
        return _BREAK.search(self.source.text, start, end) is not None

    def locate(self, path: Path, start: int, end: int) -> Place:
        """Return the place of the characters [start, end) of the text at `path`."""
        element, _, exact = self.find(path)
        if not exact or not isinstance(element.value, str):
            return self.place(path)
        if element.style == "" and element.end - element.start == len(element.value):
            limit = element.end
            return Place(self.source, Span(min(element.start + start, limit), min(element.start + end, limit)))
        if element.start not in self._decoded:
            self._decoded[element.start] = self._decode(element)
        decoded = self._decoded[element.start]
        return self.place(path) if decoded is None else Place(self.source, Span(*decoded.span(start, end)))

    def _decode(self, element: Element) -> Decoded | None:
        indent = _block_indent(self.source.text, element) if element.style in ("|", ">") else 0
        decoded = decode(self.source.text, element.start, element.end, element.style, indent)
        text = element.value
        if decoded.text.rstrip("\n") != text.rstrip("\n"):
            return None
        while len(decoded.chars) < len(text):
            decoded.add("\n", element.end)
        return decoded


def _block_indent(text: str, element: Element) -> int:
    """Return the indentation of a block scalar: the spaces that its first line with text has lost by decoding."""
    first = next((line for line in element.value.split("\n") if line.strip(" ")), "")
    lines = re.split(r"\r\n|\n|\r", text[element.start : element.end])[1:]
    raw = next((line for line in lines if line.strip(" ")), "")
    return max(0, _spaces(raw) - _spaces(first))


def _spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
