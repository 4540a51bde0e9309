"""A template may name a step that stands before it in its list or in a list around it, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flujo.blueprints.program import Program
from flujo.blueprints.scope import Position, StepList, Use
from flujo.core.diagnostics import Diagnostic
from flujo.core.suggest import did_you_mean


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every read of a step that is not there, or not yet (FLJ0301)."""
    for use, read in program.reads():
        if read.ref[0] != "steps":
            continue
        name = read.ref[1]
        if use.position.find(name) or (use.field[0] == "set" and name == use.own_name):
            continue
        message, help = _why(name, use, program)
        yield Diagnostic("FLJ0301", message, program.place_of(use, read, name), help, path=(*use.path, *read.at))


def _why(name: str, use: Use, program: Program) -> tuple[str, str | None]:
    if name == use.own_name:
        return f"the step `{name}` reads its own result before it is there", "only `set` sees the step's own result"
    for here in use.position.lists():
        index = here.steps.first.get(name)
        if index == here.index:
            return f"the step `{name}` is not finished here", "name a step before it"
        if index is not None and here.steps.upstream is not None and here.index < len(here.steps.upstream):
            return _unneeded(name, index, here)
        if index is not None:
            line = program.line_of(here.steps.paths[index])
            return f"the step `{name}` comes later (line {line})", "name a step before this one, or change the order"
    if use.position.gives("output"):
        return f"the step `{name}` cannot be seen in an `undo`", "`this` is the step's input, `output` what it gave"
    inner = next((steps for steps in program.lists if name in steps.first and steps.above is not None), None)
    if inner is not None and inner.above is not None:
        region = _region(inner, use.position)
        help = f"name the step around it: `steps.{region}.output`" if region else None
        return f"the step `{name}` is inside another list and not visible here", help
    if use.field[0] == "set" and did_you_mean(name, (use.own_name or "",)):
        return f"unknown step `{name}`", f"did you mean `{use.own_name}`?"
    near = did_you_mean(name, use.position.visible())
    if near is None:
        visible = [f"`{word}`" for word in islice(use.position.visible(), 5)]
        return f"unknown step `{name}`", f"the steps before it are {', '.join(visible)}" if visible else None
    return f"unknown step `{name}`", f"did you mean `{near}` (line {program.line_of(use.position.find(near) or ())})?"


def _unneeded(name: str, index: int, here: Position) -> tuple[str, str]:
    """Say why a step of a list with `needs` cannot be named at a place in that list."""
    own = here.steps.names[here.index]
    if Position(here.steps, index).follows(here.index):
        return f"the step `{name}` comes later: it needs `{own}`", "name a step that this one needs"
    return f"the step `{own}` does not need `{name}`", f"add it to `needs` of `{own}`"


def _region(inner: StepList, position: Position) -> str | None:
    """Return the step around `inner` that can be named at `position`."""
    above = inner.above
    while above is not None:
        name = above.steps.names[above.index]
        if position.find(name):
            return name
        above = above.steps.above
    return None
