"""A lowered blueprint as the checks see it: nodes, templates with their places, lists of steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flujo.blueprints.report import Report
from flujo.blueprints.scope import StepList, Use
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Flow, Node, children
from flujo.core.ports import Catalogue
from flujo.core.spans import Path, Place
from flujo.core.values import JsonObject
from flujo.expressions import Read


@dataclass(frozen=True, slots=True)
class Program:
    """A lowered blueprint as the checks see it."""

    root: Flow
    uses: list[Use]
    lists: list[StepList]
    inputs: JsonObject | None
    context: JsonObject
    catalogue: Catalogue
    report: Report

    def nodes(self) -> Iterator[Node]:
        """Yield every node below the root."""
        stack = list(reversed(self.root.children))
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(children(node)))

    def reads(self) -> Iterator[tuple[Use, Read]]:
        """Yield every read of a name with its template."""
        for use in self.uses:
            for read in use.template.reads:
                yield use, read

    def place_of(self, use: Use, read: Read, word: str | None = None) -> Place:
        """Return the place of a read, or of `word` inside it."""
        document, path, start, end = self.report.document, (*use.path, *read.at), read.start, read.end
        text = document.find(path)[0].value
        at = text.find(word, start, end) if word and isinstance(text, str) else -1
        return document.locate(path, at, at + len(word)) if word and at >= 0 else document.locate(path, start, end)

    def found(
        self, code: str, message: str, path: Path, help: str | None = None, severity: Severity = Severity.ERROR
    ) -> Diagnostic:
        """Return a diagnostic about the element at `path`."""
        return Diagnostic(code, message, self.report.document.place(path), help, severity=severity, path=path)

    def line_of(self, path: Path) -> int:
        """Return the line of the element at `path`."""
        return self.report.document.start_of(path)[0]
