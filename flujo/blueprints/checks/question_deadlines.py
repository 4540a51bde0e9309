"""The `timeout` of a region runs on while a person is waited for; a question in it needs a shorter one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program, inside_import
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Node, Question, Wait


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield questions whose region or run may time out before an answer (FLJ0513, a warning)."""
    for node, around in program.walk():
        limits = [(outer.meta.timeout, outer) for outer in (*around, node) if outer.meta.timeout is not None]
        if not limits:
            continue
        seconds, outer = min(limits, key=lambda limit: limit[0])
        if isinstance(node, Wait) and outer is node:
            continue
        for question in (node, *inside_import(node)):
            if not isinstance(question, Wait) or not isinstance(question.on, Question):
                continue
            if question.meta.timeout is not None and question.meta.timeout < seconds:
                continue
            region = f"of `{outer.meta.name}`" if outer.meta.name else "of the run"
            message = f"the question `{question.meta.name}` waits for a person while the `timeout` {region} runs on"
            path = (*node.meta.path, "name") if _is_named(node, program) else node.meta.path
            help = "give it a shorter `timeout`, or ask outside of what has one"
            yield program.found("FLJ0513", message, path, help, Severity.WARNING)


def _is_named(node: Node, program: Program) -> bool:
    return program.report.document.find((*node.meta.path, "name"))[2]
