"""Two steps of one list may not have the same name: a template, and the address of a result, could mean either."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every step whose name stands before it in its list (FLJ0303)."""
    for steps in program.lists:
        for index, name in enumerate(steps.names):
            first = steps.first.get(name, index)
            if first < index:
                help = f"rename one of them; the first is in line {program.line_of(steps.paths[first])}"
                path = (*steps.paths[index], "name")
                yield program.found("FLJ0303", f"two steps of this list have the name `{name}`", path, help)
