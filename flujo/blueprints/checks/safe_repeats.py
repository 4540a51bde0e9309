"""What changes things and must not be repeated needs an approval, a key or an undo where it may run again.

The key that every call has by itself counts where the skill says that it honours keys (`idempotent: by_key`).
"""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.effects import lacks, needs
from flujo.blueprints.program import Program, inside_import
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Call, Flow, Loop, Map, Node


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield calls inside `retry`, `loop` or `map` that are not safe there (FLJ0510)."""
    for node, around in program.walk():
        imported = isinstance(node, Flow) and node.imported is not None
        if not imported and not _is_unsafe(node):
            continue
        why = _repeats(node) or next((why for outer in reversed(around) if (why := _repeats(outer))), None)
        if not why:
            continue
        for call in (part for part in inside_import(node) if _is_unsafe(part)) if imported else (node,):
            assert isinstance(call, Call)
            what = "its import" if imported else "it"
            message = f"`{call.target}` is not idempotent and may run again: {what} stands in {why}"
            help = "add `idempotency_key`, `undo` or `approval: required`, or use a skill that may be repeated"
            yield program.found("FLJ0510", message, (*node.meta.path, "uses"), help)


def _is_unsafe(node: Node) -> bool:
    """Say whether a node is a call that must not run twice; what needs an approval anyway is told elsewhere."""
    return isinstance(node, Call) and needs(node, "again") == "guard" and lacks(node, "again")


def _repeats(node: Node) -> str | None:
    """Return why what is in a node may run more than once."""
    if isinstance(node, Loop | Map):
        return f"the {node.meta.kind.replace('_', ' ')} `{node.meta.name}`"
    if node.meta.retry is not None and node.meta.retry.attempts > 1:
        return "a step with `retry`" if isinstance(node, Call) else f"the `retry` of `{node.meta.name}`"
    return None
