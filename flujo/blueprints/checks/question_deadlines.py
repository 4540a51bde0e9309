"""The `timeout` of a region runs on while a person is waited for; a question in it needs a shorter one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Question, Wait


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield questions whose region or run may time out before an answer (FLJ0513, a warning)."""
    for node, around in program.walk():
        if not isinstance(node, Wait) or not isinstance(node.on, Question):
            continue
        limits = [(outer.meta.timeout, outer) for outer in around if outer.meta.timeout is not None]
        if not limits:
            continue
        seconds, outer = min(limits, key=lambda limit: limit[0])
        if node.meta.timeout is None or node.meta.timeout >= seconds:
            region = f"of `{outer.meta.name}`" if outer.meta.name else "of the run"
            message = f"the question `{node.meta.name}` waits for a person while the `timeout` {region} runs on"
            path = (*node.meta.path, "name") if _is_named(node, program) else node.meta.path
            help = "give it a shorter `timeout`, or ask outside of what has one"
            yield program.found("FLJ0513", message, path, help, Severity.WARNING)


def _is_named(node: Wait, program: Program) -> bool:
    return program.report.document.find((*node.meta.path, "name"))[2]
