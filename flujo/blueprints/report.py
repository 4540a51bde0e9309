"""Diagnostics about a document: collected by path, given places once, each only once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import field, replace
from typing import Any, Final

from flujo.blueprints.document import Document
from flujo.core.diagnostics import Diagnostic, Edit, Fix, Severity, in_order
from flujo.core.record import dataclass
from flujo.core.shape import Misfit
from flujo.core.spans import Path, Place, Span
from flujo.core.suggest import did_you_mean
from flujo.core.values import a_type

_MEANT: Final = re.compile(r"did you mean `([\w.@-]+)`")
_WORD: Final = re.compile(r"[\w.@+-]+")
_QUOTE: Final = "put it in quotes"
_UNQUOTE: Final = "write it without quotes"

MAX_ERRORS: Final = 1_000
"""Errors that are told of one file."""


class TooMany(Exception):
    """There is so much that going on is of no use; what was found so far, and why, is in the report."""


@dataclass(slots=True)
class Report:
    """All that was found in one document; `found` has no duplicates (an alias repeats its part's problems).

    At the places `unread` the reader put in a value for one that cannot be; no more is told there.
    """

    document: Document
    found: dict[tuple[str, str, Place | None], Diagnostic] = field(default_factory=dict)
    unread: frozenset[Place | None] = frozenset()
    errors: int = 0

    def add(self, code: str, message: str, path: Path, *, help: str | None = None, on_key: bool = False) -> None:
        """Add an error at the element at `path`."""
        place = self.document.place(path, on_key=on_key)
        self.put(Diagnostic(code, message, place, help, path=path))

    def put(self, item: Diagnostic) -> None:
        """Add a diagnostic that has its place; raise TooMany when that is one error too many."""
        if item.place in self.unread:
            return
        item = item if item.fix else replace(item, fix=_obvious(item))
        if self.found.setdefault((item.code, item.message, item.place), item) is item:
            self.errors += item.severity is Severity.ERROR
            if self.errors > MAX_ERRORS:
                raise TooMany

    def extend(self, items: Iterable[Diagnostic], path: Path) -> None:
        """Add diagnostics about the element at `path`; those without a place get that element's."""
        for item in items:
            place = item.place or self.document.place(path)
            self.put(replace(item, place=place, path=item.path or path))

    def later(self, key: str, path: Path) -> None:
        """Say that a key of the language is not in this version."""
        self.add("FLJ0207", f"the key `{key}` is not in this version of flujo yet", path, on_key=True)

    def unknown_keys(self, given: Iterable[str], path: Path, allowed: Collection[str]) -> None:
        """Report the keys of the mapping at `path` that have no meaning, as `unknown_key` does."""
        for key in [key for key in given if key not in allowed]:
            self.unknown_key(key, (*path, key), allowed)

    def unknown_key(self, key: str, path: Path, allowed: Iterable[str], *, help: str | None = None) -> str | None:
        """Report a key that has no meaning; return the allowed one that is near.

        If that is not there, the document has it from here on: what is under it is read, and that it is missing is
        not told too.
        """
        words = sorted(allowed)
        near = did_you_mean(key, words)
        place = self.document.place(path, on_key=True)
        help = f"did you mean `{near}`?" if near else help or f"the keys here are {_listed(words)}"
        self.put(Diagnostic("FLJ0201", f"unknown key `{key}`", place, help, path=path))
        if near:
            self.document.take_for(path, near)
        return near

    def misfit(self, error: Misfit, path: Path, allowed: Iterable[str]) -> None:
        """Add what does not fit in the mapping at `path`."""
        words = frozenset(allowed)
        for item in error.problems:
            at, key = self._existing((*path, *item.at)), str(item.at[-1])
            match item.kind:
                case "unknown":
                    self.unknown_key(key, at, words)
                case "missing":
                    self.add("FLJ0202", f"the key `{key}` is missing", path, help=f"add `{key}:`")
                case "type":
                    help = _type_help(item.text, item.value)
                    self.add("FLJ0203", f"`{key}` must be {item.text}, not {a_type(item.value)}", at, help=help)
                case "value":
                    self.add("FLJ0204", item.text, at, help=item.help)

    def _existing(self, path: Path) -> Path:
        """Return the part of a path that the document has: `defaults` may have added the rest."""
        element = self.document.root
        for index, key in enumerate(path):
            part = element.part(key)
            if part is None:
                return path[:index]
            element = part
        return path

    def mapping(self, value: Any, path: Path, what: str) -> dict[str, Any]:
        """Return `value` if it is a mapping; else report it and return an empty one."""
        if isinstance(value, dict):
            return value
        help = _type_help("a mapping", value)
        self.add("FLJ0203", f"{what} must be a mapping, not {a_type(value)}", path, help=help)
        return {}

    def text(self, value: Any, path: Path, what: str) -> str | None:
        """Return `value` if it is text; else report it."""
        if isinstance(value, str):
            return value
        help = _type_help("text", value)
        self.add("FLJ0203", f"{what} must be text, not {a_type(value)}", path, help=help)
        return None

    def cut(self) -> tuple[Diagnostic, ...]:
        """Return what was found when there was too much of something."""
        if self.errors > MAX_ERRORS:
            message, place = f"there are more than {MAX_ERRORS:,} errors, so the rest is not shown", Span(0, 0)
            item = Diagnostic("FLJ0110", message, Place(self.document.source, place), "correct these first")
            self.found[(item.code, message, item.place)] = item
        return tuple(in_order(self.found.values()))

    def sorted(self, *, strict: bool) -> tuple[Diagnostic, ...]:
        """Return all by place; without `strict`, what a run could still meet well is a warning."""
        items = self.found.values() if strict else [_lowered(item) for item in self.found.values()]
        return tuple(in_order(items))


_COULD_BE_MET = frozenset({"FLJ0301", "FLJ0302", "FLJ0306", "FLJ0308", "FLJ0309", "FLJ0505", "FLJ0510"})


def stops_a_run(item: Diagnostic) -> bool:
    """Say whether a diagnostic is an error that no run could do without."""
    return item.severity is Severity.ERROR and item.code not in _COULD_BE_MET


def _lowered(item: Diagnostic) -> Diagnostic:
    if item.severity is Severity.ERROR and not stops_a_run(item):
        return replace(item, severity=Severity.WARNING)
    return item


def _type_help(wanted: str, value: Any) -> str | None:
    """Return what to do about a value of the wrong type, where that is plain to see."""
    if wanted.startswith("text") and isinstance(value, bool | int | float):
        return _QUOTE
    if value is None:
        return "it is empty: give it a value, or remove the key"
    fitting = dict if "mapping" in wanted else str
    if isinstance(value, list) and len(value) == 1 and "list" not in wanted and isinstance(value[0], fitting):
        return "write it without the brackets"
    if "list" in wanted and isinstance(value, str | int | float):
        return f"write it as a list: `[{value}]`"
    if "mapping" in wanted:
        return "write `KEY: VALUE` pairs"
    if wanted == "true or false" and isinstance(value, str):
        return "write `true` or `false`, without quotes: `yes` and `no` are text"
    number = wanted in ("an integer", "a number") and isinstance(value, str) and value.strip("-").isdecimal()
    return _UNQUOTE if number else None


def _obvious(item: Diagnostic) -> Fix | None:
    """Return the fix that the help of a diagnostic names, where what is wrong stands at its place: quotes, or a word.

    A word that is spelled like another is a suggestion: what was meant is not certain.
    """
    if item.place is None or item.help is None:
        return None
    span = item.place.span
    written = item.place.source.text[span.start : span.end]
    if item.help == _QUOTE and _WORD.fullmatch(written):
        return Fix(f'write `"{written}"`', (Edit(span, f'"{written}"'),), "safe")
    if item.help == _UNQUOTE and written[:1] in ("'", '"'):
        return Fix(f"write `{written[1:-1]}`", (Edit(span, written[1:-1]),), "safe")
    meant = _MEANT.match(item.help)
    if meant is None or not _WORD.fullmatch(written):
        return None
    near, (around, _, word) = meant[1], written.rpartition(".")
    named = f"`{written}`" in item.message or (f"`{word}`" in item.message and around == near.rpartition(".")[0])
    same = named or did_you_mean(written, (near,)) is not None
    return Fix(f"write `{near}`", (Edit(span, near),)) if same else None


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
