"""A step that only gives an output, which nothing uses, is a leftover or a name that was forgotten.

What changes or waits for something, sets the context or is verified has done its work without that. Nothing is said of
a blueprint with errors: a name that is wrong there may mean the step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from flujo.blueprints.program import Program
from flujo.blueprints.scope import StepList
from flujo.core.diagnostics import Diagnostic, Severity, has_errors
from flujo.core.graph import Call, Flow, Map, Node, Wait
from flujo.core.spans import Path

_NO_OUTPUT: Final = frozenset({"core.fail", "core.sleep", "core.todo"})


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield calls whose output nothing reads (FLJ0526, info)."""
    if has_errors(program.report.found.values()):
        return
    nodes = {node.meta.path: node for node in program.nodes()}
    named, previous = _read(program)
    has_output = "output" in program.report.document.data
    for steps in program.lists:
        if steps.upstream is not None or _is_said(steps):
            continue  # what others need is used; what is said in a conversation too
        inside = [nodes.get(path) for path in steps.paths]
        last_is_used = steps.above is not None or not has_output
        for index, node in enumerate(inside):
            if not isinstance(node, Call) or not _only_gives(node) or node.meta.path in named:
                continue
            if _goes_on(steps, inside, index, previous, last_is_used):
                continue
            message = f"nothing uses the output of the step `{node.meta.name}`"
            help = f"read it as `steps.{node.meta.name}.output`, or remove the step"
            yield program.found("FLJ0526", message, (*node.meta.path, "name"), help, Severity.INFO)


def _is_said(steps: StepList) -> bool:
    return any(name.startswith("@") for here in steps.end.lists() for name in here.steps.gives)


def _only_gives(node: Call) -> bool:
    meta = node.meta
    besides = meta.sets or meta.merges_output or meta.verify or meta.undo or meta.approval
    return (
        bool(node.target)
        and not besides
        and not node.changes_things
        and node.target not in _NO_OUTPUT
        and meta.kind == "step"
    )


def _read(program: Program) -> tuple[set[Path], set[Path]]:
    """Return the steps that are named somewhere, and those in which `previous` or `this` is read."""
    named: set[Path] = set()
    previous: set[Path] = set()
    for use, read in program.reads():
        if read.ref[0] == "steps":
            found = use.position.find(read.ref[1])
            named |= {found} if found is not None else set()
        elif read.ref[0] in ("previous", "this"):
            for here in use.position.lists():
                end = here.index >= len(here.steps.paths)
                previous.add((*_list_path(here.steps), "@end") if end else here.steps.paths[here.index])
    return named, previous


def _list_path(steps: StepList) -> Path:
    return steps.paths[0][:-1] if steps.paths else ()


def _goes_on(
    steps: StepList, inside: Sequence[Node | None], index: int, previous: set[Path], last_is_used: bool
) -> bool:
    """Say whether the output of a step is what another takes up without naming it, or that of its list."""
    for node in inside[index + 1 :]:
        if node is None or node.meta.path in previous or _takes(node):
            return True
        if node.meta.when is None:
            return False
    return last_is_used or (*_list_path(steps), "@end") in previous


def _takes(node: Node) -> bool:
    """Say whether a step does something with its default input."""
    if node.meta.input is not None:
        return False
    match node:
        case Map():
            return False
        case Wait():
            return True
        case Call():
            given = node.arguments.source if node.arguments is not None else None
            return node.main is not None and not (isinstance(given, dict) and node.main in given)
        case Flow(imported=imported) if imported is not None:
            return imported.arguments is None
    return True
