"""A diagnostic is data: the terminal, CI, editors and the architect's repair loop read the same record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Literal

from flujo.core.codes import CODES
from flujo.core.record import dataclass
from flujo.core.spans import Path, Place, Span
from flujo.core.values import JsonObject


def docs_page(code: str) -> str:
    """Return the page of a code in the documentation; `flujo explain CODE` shows it too."""
    return f"docs/reference/errors/{code}.md"


class Severity(StrEnum):
    """How much a diagnostic matters: only errors make a blueprint invalid."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the span of the diagnostic's source by a text."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that answers a diagnostic; `safe` ones keep the meaning and may be applied unasked, `suggested` ones are
    what was probably meant."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Literal["safe", "suggested"] = "suggested"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, and what to do.

    `message` stands alone: lower case, no final period, users' words in backticks. `label` is the short text beside
    the carets, `path` leads to the element in the document, `related` are other places that matter.
    """

    code: str
    message: str
    place: Place | None = None
    help: str | None = None
    label: str = ""
    severity: Severity = Severity.ERROR
    path: Path = ()
    fix: Fix | None = None
    related: tuple[tuple[Place, str], ...] = ()

    @property
    def slug(self) -> str:
        """The code's name in words."""
        return CODES[self.code].slug

    def at(self, place: Place | None, path: Path = ()) -> Diagnostic:
        """Return this diagnostic with a place, unless it has one."""
        return self if self.place or place is None else replace(self, place=place, path=path or self.path)

    def to_json(self) -> JsonObject:
        """Return the public JSON form (design 9)."""
        line, column = self.place.start if self.place else (None, None)
        end_line, end_column = self.place.end if self.place else (None, None)
        return {
            "code": self.code,
            "slug": self.slug,
            "severity": str(self.severity),
            "message": self.message,
            "file": self.place.source.name if self.place else None,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
            "path": list(self.path),
            "help": self.help,
            "fix": None if self.fix is None else _fix_json(self.fix),
            "url": docs_page(self.code),
        }


def _fix_json(fix: Fix) -> JsonObject:
    edits = [{"start": edit.span.start, "end": edit.span.end, "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "applicability": fix.applicability, "edits": edits}


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics by place; those without one come first."""

    def key(item: Diagnostic) -> tuple[str, int, str]:
        return (item.place.source.name, item.place.span.start, item.code) if item.place else ("", -1, item.code)

    return sorted(diagnostics, key=key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Say whether any of them is an error."""
    return any(item.severity is Severity.ERROR for item in diagnostics)
