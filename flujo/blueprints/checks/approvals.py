"""What destroys something needs a person who agrees to exactly that."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.effects import lacks, needs
from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Call


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield destructive calls without `approval` (FLJ0511)."""
    for node in program.nodes():
        if isinstance(node, Call) and needs(node, "once") == "approval" and lacks(node, "once"):
            message = f"`{node.target}` is destructive, and nobody has to agree to it"
            help = "add `approval: required` to the step"
            yield program.found("FLJ0511", message, (*node.meta.path, "uses"), help)
