"""A branch that no value of the condition can choose is a mistake in the condition or a leftover."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.domains import Domains
from flujo.blueprints.program import Program, constant
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Branch
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonValue

_SHOWN = 5


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield the branches that no value of the condition takes (FLJ0503, a warning)."""
    branches = [node for node in program.nodes() if isinstance(node, Branch)]
    domains = Domains(program) if branches else None
    for node in branches:
        always = constant(node.condition)
        if always is not None:
            values: list[JsonValue] | None = list(always)
        else:
            values = domains.of((*node.meta.path, "condition")) if domains is not None else None
        if values is None:
            continue
        keys, can_be = [key for key, _ in node.branches], list(dict.fromkeys(map(_key, values)))
        taken = {key if key in keys else node.default for key in can_be}
        for key in keys:
            if key not in taken:
                path, message = (*node.meta.path, "branches", key), f"the branch `{key}` is never taken"
                place = program.report.document.place(path, on_key=True)
                near = did_you_mean(key, [one for one in can_be if one not in keys])
                listed = ", ".join(f"`{one}`" for one in can_be[:_SHOWN]) + (", ..." if len(can_be) > _SHOWN else "")
                only = f"the condition is always {listed}" if len(can_be) == 1 else f"the condition gives {listed}"
                help = f"did you mean `{near}`?" if near else only
                yield Diagnostic("FLJ0503", message, place, help, severity=Severity.WARNING, path=path)


def _key(value: JsonValue) -> str:
    """Return the branch that a value means."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
