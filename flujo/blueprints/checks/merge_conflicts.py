"""Branches or items that run side by side must not set one context path, unless `merge` says which value counts."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program, constant
from flujo.blueprints.writes import Target, Write, writes_inside
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.graph import Flow, Map

_HELP = "set different paths, or say `merge: last` or `merge: none`"

Writer = tuple[str, Write]
"""A branch's name with a write of it."""


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield writes of one path from two sides (FLJ0505): an error when both are certain, else a warning."""
    for node in program.nodes():
        if isinstance(node, Flow) and node.join is not None and node.join.merge == "strict":
            yield from _branches(node, node.join.needed is None and node.join.choice is None, program)
        elif isinstance(node, Map) and node.merge == "strict":
            yield from _items(node, program)


def _branches(node: Flow, all_win: bool, program: Program) -> Iterator[Diagnostic]:
    exact: dict[Target, Writer] = {}
    below: dict[Target, Writer] = {}
    reported = set()
    for branch in node.children:
        name = branch.meta.name
        for write in writes_inside(branch, program):
            target = write.target
            around = [target[:length] for length in range(1, len(target) + 1)]
            others = [*(exact[part] for part in around if part in exact), *([below[target]] if target in below else [])]
            found = next((one for one in others if one[0] != name and not write.agrees(one[1])), None)
            if found is not None and target not in reported:
                reported.add(target)
                yield _conflict(found, (name, write), all_win, program)
            exact.setdefault(target, (name, write))
            for part in around[:-1]:
                below.setdefault(part, (name, write))


def _conflict(one: Writer, other: Writer, all_win: bool, program: Program) -> Diagnostic:
    certain = all_win and one[1].certain and other[1].certain
    message = f"the branches `{one[0]}` and `{other[0]}` both set `{other[1].name}`"
    path = other[1].path
    place = program.report.document.place(path, on_key=path[-1] != "sink_to")
    line = program.line_of(one[1].path)
    help = f"{_HELP}; the other one is in line {line}"
    severity = Severity.ERROR if certain else Severity.WARNING
    return Diagnostic("FLJ0505", message, place, help, severity=severity, path=path)


def _items(node: Map, program: Program) -> Iterator[Diagnostic]:
    for write in writes_inside(node.body, program):
        if constant(write.value) is None:
            message = f"each item sets `{write.name}`, and different values fail the step"
            place = program.report.document.place(write.path, on_key=write.path[-1] != "sink_to")
            help = "use the map's output or `reduce` instead, or say `merge: last` or `merge: none`"
            yield Diagnostic("FLJ0505", message, place, help, severity=Severity.WARNING, path=write.path)
