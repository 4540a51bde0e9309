"""The exit of a loop must be able to become true."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program, constant
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Loop


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield an `until` that is always false and a `while` that is always true (FLJ0512, a warning)."""
    for node in program.nodes():
        if not isinstance(node, Loop):
            continue
        for field, template, stuck in (("until", node.until, False), ("while", node.while_, True)):
            always = constant(template)
            if always is not None and always[0] is stuck:
                word = "true" if stuck else "false"
                message = f"`{field}` of the loop `{node.meta.name}` is always {word}, so it never ends the loop"
                help = f"correct it, or leave it out: the loop then runs {node.max} times"
                yield program.found("FLJ0512", message, (*node.meta.path, field), help, Severity.WARNING)
