"""The exit of a loop must be able to become true."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.domains import Domains
from flujo.blueprints.program import Program, constant
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Loop


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield an `until` that is always false and a `while` that is always true (FLJ0512, a warning)."""
    loops = [node for node in program.nodes() if isinstance(node, Loop)]
    domains = Domains(program) if loops else None
    for node in loops:
        for field, template, stuck in (("until", node.until, False), ("while", node.while_, True)):
            path = (*node.meta.path, field)
            if template is None or domains is None:
                continue
            always = constant(template)
            values = list(always) if always is not None else domains.of(path)
            if values is not None and all(value is stuck for value in values):
                word = "true" if stuck else "false"
                message = f"`{field}` of the loop `{node.meta.name}` is always {word}, so it never ends the loop"
                help = f"correct it, or leave it out: the loop then runs {node.max} times"
                yield program.found("FLJ0512", message, path, help, Severity.WARNING)
