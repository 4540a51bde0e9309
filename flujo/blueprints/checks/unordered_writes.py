"""Two steps of a list with `needs` may set one context path only when one of them needs the other."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program
from flujo.blueprints.scope import StepList
from flujo.blueprints.writes import Target, Write, writes_inside
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Node


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield writes of one path by steps of which neither needs the other (FLJ0509)."""
    ordered = [steps for steps in program.lists if steps.upstream is not None]
    if not ordered:
        return
    nodes = {node.meta.path: node for node in program.nodes()}
    for steps in ordered:
        yield from _list(steps, [nodes.get(path) for path in steps.paths], program)


def _list(steps: StepList, nodes: list[Node | None], program: Program) -> Iterator[Diagnostic]:
    """Sets of steps are numbers here, one bit a step; a step comes after all that it needs."""
    upstream = steps.upstream or []
    exact: dict[Target, int] = {}
    below: dict[Target, int] = {}
    reported = set()
    for index in sorted(range(len(nodes)), key=lambda index: upstream[index].bit_count()):
        node, known = nodes[index], upstream[index] | 1 << index
        for write in writes_inside(node, program) if node is not None else ():
            target = write.target
            around = [target[:length] for length in range(1, len(target) + 1)]
            others = below.get(target, 0)
            for part in around:
                others |= exact.get(part, 0)
            loose = others & ~known
            if loose and target not in reported:
                reported.add(target)
                first, last = (steps.names[at] for at in sorted((index, loose.bit_length() - 1)))
                if first and last:  # that a name is missing is said already
                    yield _unordered(first, last, write, program)
            exact[target] = exact.get(target, 0) | 1 << index
            for part in around[:-1]:
                below[part] = below.get(part, 0) | 1 << index


def _unordered(first: str, last: str, write: Write, program: Program) -> Diagnostic:
    message = f"the steps `{first}` and `{last}` both set `{write.name}`, and neither needs the other"
    place = program.report.document.place(write.path, on_key=write.path[-1] != "sink_to")
    help = f"add `{first}` to the `needs` of `{last}`, or set different paths"
    return Diagnostic("FLJ0509", message, place, help, path=write.path)
