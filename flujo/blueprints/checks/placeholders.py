"""A blueprint with a `core.todo` left in it is a draft: it is shown, and refused."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Call


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every placeholder (FLJ0605)."""
    for node in program.nodes():
        if isinstance(node, Call) and node.runner == "step" and node.target == "core.todo":
            source = None if node.arguments is None else node.arguments.source
            need = source.get("need") if isinstance(source, dict) else None
            message = f"this step is a placeholder: {need}" if need else "this step is a placeholder"
            help = "replace it by a step that does this"
            yield program.found("FLJ0605", message, (*node.meta.path, "uses"), help)
