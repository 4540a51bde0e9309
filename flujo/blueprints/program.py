"""A lowered blueprint as the checks see it: nodes, templates with their places, lists of steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from flujo.blueprints.report import Report
from flujo.blueprints.scope import StepList, Use
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.errors import FlujoError
from flujo.core.graph import Call, Flow, Map, Node, Ref, Template, children
from flujo.core.ports import Catalogue
from flujo.core.record import dataclass
from flujo.core.spans import Path, Place
from flujo.core.values import JsonObject, JsonValue
from flujo.expressions import Read


def own_calls(node: Node) -> list[Call]:
    """Return the calls that a region makes itself: to choose its branches, to make one value of its results."""
    join = node.join if isinstance(node, Flow) else None
    how = node.reduce if isinstance(node, Map) else join.reduce if join else None
    calls = (join.choice if join else None, how.call if how else None)
    return [call for call in calls if call is not None]


def inside_import(node: Node) -> Iterator[Node]:
    """Yield every node of the program that a node imports, and of those that one imports; none of any other node."""
    stack: list[Node] = [node.imported.graph.root] if isinstance(node, Flow) and node.imported is not None else []
    while stack:
        part = stack.pop()
        yield part
        stack += (*children(part), *own_calls(part))
        if isinstance(part, Flow) and part.imported is not None:
            stack.append(part.imported.graph.root)


class _Nothing:
    """The names of a template that reads none."""

    def get(self, ref: Ref) -> JsonValue:
        raise LookupError(ref)

    def call(self, function: str) -> JsonValue:
        raise LookupError(function)


def constant(template: Template | None) -> tuple[JsonValue] | None:
    """Return the value of a template that is always the same, alone in a tuple; None if there is no such value."""
    if template is None or template.refs or template.functions:
        return None
    try:
        return (template.render(_Nothing()),)
    except FlujoError:
        return None  # it has its own diagnostic


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
    secrets: tuple[str, ...] = ()
    _walked: list[tuple[Node, tuple[Node, ...]]] = field(default_factory=list)
    """What `walk` yields, kept for the next check."""

    def nodes(self) -> Iterator[Node]:
        """Yield every node below the root."""
        for node, _ in self.walk():
            yield node

    def walk(self) -> Sequence[tuple[Node, tuple[Node, ...]]]:
        """Return every node below the root with the nodes around it, outermost first.

        The steps of a catch run after the step they belong to, not inside it; so do the calls of a region itself, but
        a `retry` of that region holds them too.
        """
        if not self._walked:
            self._walked.extend(self._walk())
        return self._walked

    def _walk(self) -> Iterator[tuple[Node, tuple[Node, ...]]]:
        stack: list[tuple[Node, tuple[Node, ...]]] = [(node, (self.root,)) for node in reversed(self.root.children)]
        while stack:
            node, around = stack.pop()
            yield node, around
            caught = node.meta.on_error
            if isinstance(caught, Flow):
                stack.append((caught, around))
            outer = around if node.meta.retry is None else (*around, node)
            stack.extend((call, outer) for call in reversed(own_calls(node)))
            if node.meta.undo is not None:  # at the end of the run, whatever is around the step
                stack.append((node.meta.undo.body, (self.root,)))
            inner = (*around, node)
            stack.extend((rule.call, inner) for rule in reversed(node.meta.verify) if rule.call is not None)
            stack.extend((part, inner) for part in reversed(children(node)) if part is not caught)

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
