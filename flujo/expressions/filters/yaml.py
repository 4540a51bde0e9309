"""Filters between values and YAML text: the reader takes plain data only, and counts every part before it makes it.

YAML 1.2 core scalars, no tags, no merge keys, keys of text; aliases stand for copies and are paid for as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any, Final

from flujo.core.record import dataclass
from flujo.core.values import JsonValue
from flujo.expressions.budget import MAX_DEPTH, Budget, over, text_size
from flujo.expressions.faults import Fault, type_error
from flujo.expressions.filters.arguments import text
from flujo.expressions.operators import SLOWLY

MAX_ALIASES: Final = 100
_EVENT: Final = 10
"""Steps for each part of a YAML text."""
_ODD: Final = re.compile("[\0\x85\u2028\u2029\ud800-\udfff]")
_BAD: Final = re.compile("[\0\ud800-\udfff]")
_PLAIN: Final = re.compile(r"[^\W\d](?:[\w ./-]*\w)?\Z")
_UNPRINTED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_OTHERS_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
"""What other readers of YAML take for something else than text."""


def from_yaml(budget: Budget, value: JsonValue) -> JsonValue:
    """Return the value that a YAML text means."""
    source = text(value, "from_yaml")
    size = text_size(source)
    budget.make(size * 4)
    budget.work(size * SLOWLY)
    if _ODD.search(source):
        raise _unreadable("it holds NUL, half a surrogate pair, or a line separator that is not LF or CR")
    return _Reader(budget).read(source)


def _unreadable(why: str) -> Fault:
    return type_error(f"`from_yaml` cannot read the text: {why}")


@dataclass(slots=True)
class _Open:
    """A collection being read: its value, its anchor, the key that waits for its value."""

    value: Any
    anchor: str | None = None
    key: str | None = None


@dataclass(slots=True)
class _Reader:
    """Reads one text; `anchors` hold finished parts, None for those still open."""

    budget: Budget
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, JsonValue] = field(default_factory=dict)
    open_anchors: set[str] = field(default_factory=set)
    aliases: int = 0
    documents: int = 0
    root: JsonValue = None

    def read(self, source: str) -> JsonValue:
        """Return the value of the text."""
        from flujo.core.yaml_events import events  # noqa: PLC0415 - only where a template reads YAML
        from flujo.core.yaml_mistakes import SyntaxProblem  # noqa: PLC0415
        from flujo.core.yaml_scalars import NumberProblem  # noqa: PLC0415

        try:
            for event in events(source):
                self.budget.spend(_EVENT)
                self._take(event)
        except SyntaxProblem as problem:
            line = source.count("\n", 0, problem.offset) + 1
            raise _unreadable(f"{problem.message} (line {line})") from problem
        except NumberProblem as problem:
            raise _unreadable(str(problem)) from problem
        return self.root

    def _take(self, event: Any) -> None:
        if getattr(event, "tag", None) is not None:
            raise _unreadable(f"tags such as `{event.tag}` are not allowed")
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event)
            case "MappingStartEvent" | "SequenceStartEvent" as name:
                if len(self.stack) >= MAX_DEPTH:
                    raise over(f"the YAML text is nested deeper than {MAX_DEPTH} levels")
                if event.anchor is not None:
                    self.open_anchors.add(event.anchor)
                self.stack.append(_Open({} if name[0] == "M" else [], event.anchor))
            case "MappingEndEvent" | "SequenceEndEvent":
                done = self.stack.pop()
                if done.anchor is not None:
                    self.open_anchors.discard(done.anchor)
                    self.anchors[done.anchor] = done.value
                self._put(done.value)
            case "AliasEvent":
                self._alias(event.anchor)
            case "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    raise _unreadable("it has more than one document")

    def _scalar(self, event: Any) -> None:
        from flujo.core.yaml_scalars import resolve  # noqa: PLC0415 - as above

        self.budget.hold(text_size(event.value))
        plain = event.style in (None, "", "plain")
        value = resolve(event.value) if plain else event.value
        if _BAD.search(event.value):  # only an escape can make them
            raise _unreadable("it holds NUL or half a surrogate pair")
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        if plain and value == "<<" and self._wants_key():
            raise _unreadable("merge keys `<<` are not allowed")
        self._put(value)

    def _alias(self, anchor: str) -> None:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise over(f"the YAML text has more than {MAX_ALIASES} aliases")
        if anchor not in self.anchors or anchor in self.open_anchors:
            raise _unreadable(f"the alias `*{anchor}` names no part that is complete")
        value = self.anchors[anchor]
        size, count, depth = self.budget.weigh(value)
        self.budget.spend(count)
        if len(self.stack) + depth > MAX_DEPTH:
            raise over(f"the YAML text is nested deeper than {MAX_DEPTH} levels")
        self.budget.make(size * 4)
        self._put(value)

    def _wants_key(self) -> bool:
        return bool(self.stack) and type(self.stack[-1].value) is dict and self.stack[-1].key is None

    def _put(self, value: JsonValue) -> None:
        """Give a finished part to the collection around it."""
        if not self.stack:
            self.root = value
            return
        around = self.stack[-1]
        self.budget.make_list(1)
        if type(around.value) is list:
            around.value.append(value)
        elif around.key is not None:
            around.value[around.key], around.key = value, None
        elif type(value) is not str:
            raise _unreadable("a key is not text; put it in quotes")
        elif value in around.value:
            raise _unreadable(f"the key `{value[:60]}` stands twice in a mapping")
        else:
            around.key = value


def to_yaml(budget: Budget, value: JsonValue) -> str:
    """Return a value as YAML text in blocks of two spaces, which any reader of YAML takes for the same value."""
    size, count, depth = budget.weigh(value)
    budget.make(2 * size + count * (2 * depth + 4))
    budget.work(SLOWLY * size)
    budget.spend(count)
    return "".join(_lines(value, "")) if type(value) in (dict, list) and value else _flat(value) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Yield the lines of a collection that is not empty; the caller has written the indentation of the first."""
    entries = (
        [(f"{_word(key)}:", part) for key, part in value.items()]
        if type(value) is dict
        else [("-", part) for part in value]
    )
    for number, (head, part) in enumerate(entries):
        lead = indent if number else ""
        if type(part) not in (dict, list) or not part:
            yield f"{lead}{head} {_flat(part)}\n"
        elif head == "-":
            yield f"{lead}- "
            yield from _lines(part, indent + "  ")
        else:
            yield f"{lead}{head}\n{indent}  "
            yield from _lines(part, indent + "  ")


def _flat(value: JsonValue) -> str:
    return _word(value) if type(value) is str else json.dumps(value)


def _word(value: str) -> str:
    """Return a text plain where that is safe, else in double quotes, whose escapes are those of JSON."""
    if _PLAIN.match(value) and value.casefold() not in _OTHERS_WORDS:
        return value
    return _UNPRINTED.sub(lambda char: f"\\u{ord(char[0]):04x}", json.dumps(value, ensure_ascii=False))


FILTERS: Final[dict[str, Callable[..., Any]]] = {"from_yaml": from_yaml, "to_yaml": to_yaml}
"""Filters by name."""
