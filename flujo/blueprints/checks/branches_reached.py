"""A branch that no value of the condition can choose is a mistake in the condition or a leftover."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program, constant
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Branch


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield the branches that a condition without names never takes (FLJ0503, a warning)."""
    for node in program.nodes():
        always = constant(node.condition) if isinstance(node, Branch) else None
        if not isinstance(node, Branch) or always is None:
            continue
        value = always[0]
        taken = ("true" if value else "false") if isinstance(value, bool) else str(value)
        keys = [key for key, _ in node.branches]
        if taken not in keys and node.default is not None:
            taken = node.default
        for key in keys:
            if key != taken:
                path, message = (*node.meta.path, "branches", key), f"the branch `{key}` is never taken"
                place = program.report.document.place(path, on_key=True)
                help = f"the condition is always `{taken}`"
                yield Diagnostic("FLJ0503", message, place, help, severity=Severity.WARNING, path=path)
