"""How often a model is asked must have a bound, or nothing says what a run may cost."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.bound import worst_case_of
from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic, Severity, has_errors
from flujo.core.graph import Map


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield maps that ask a model for each of a number of items that nothing bounds (FLJ0704, a warning)."""
    if has_errors(program.report.found.values()) or not any(isinstance(node, Map) for node in program.nodes()):
        return
    bound = worst_case_of(program.root, program.inputs, {})
    for part in bound.open:
        each = part.each
        if each is None or not each.tokens_out or not part.path:
            continue
        tokens = f"{each.calls:,} request{'s' * (each.calls != 1)} and {each.tokens_out:,} tokens of replies"
        message = f"a model is asked for each item, and nothing bounds their number; one takes up to {tokens}"
        help = "say `maxItems` in `inputs` or in the agent's `output_schema`, or take a part of the list before the map"
        yield program.found("FLJ0704", message, (*part.path, "over"), help, Severity.WARNING)
