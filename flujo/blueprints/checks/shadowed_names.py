"""A step in a nested list that has the name of a step around it hides that one: allowed, but easily misread."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every inner step with the name of an outer one that it could read (FLJ0307, a warning)."""
    for steps in program.lists:
        if steps.above is None:
            continue
        for name, path in zip(steps.names, steps.paths, strict=True):
            outer = steps.above.find(name)
            if outer is not None:
                line = program.line_of(outer)
                message = f"the step `{name}` hides the outer step of that name"
                help = f"rename it; the outer one is in line {line}"
                yield program.found("FLJ0307", message, (*path, "name"), help, Severity.WARNING)
