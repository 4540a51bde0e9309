"""A path under `context` that is read must be declared at the top, or set by a step before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flujo.blueprints.program import Program
from flujo.blueprints.writes import writes_of
from flujo.core.diagnostics import Diagnostic
from flujo.core.suggest import did_you_mean


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every read of a path that nothing declares or sets (FLJ0308)."""
    data = program.report.document.data
    if isinstance(data, dict) and not isinstance(data.get("context", {}), dict):
        return  # that it is no mapping is told already
    writes = [write.target for node in program.nodes() for write in writes_of(node, program)]
    if any(node.meta.merges_output for node in program.nodes()):
        return  # which keys an output has is known at run time only
    if any(item.code == "FLJ0305" for item in program.report.found.values()):
        return  # what a step of an unknown kind sets is not known
    ends = set(writes)
    around = {write[:length] for write in ends for length in range(len(write) + 1)}
    for use, read in program.reads():
        if read.ref != ("context",) or read.guarded:
            continue
        tail: tuple[str | int, ...] = read.tail
        if _declared(program.context, tail):
            continue
        path = tuple(key for key in tail if isinstance(key, str))
        if path in around or any(path[:length] in ends for length in range(1, len(path) + 1)):
            continue  # a write gives it a value that is inside it, or around it
        dotted = ".".join(path)
        near = did_you_mean(path[0], chain(program.context, (write[0] for write in writes))) if path else None
        help = f"did you mean `context.{near}`?" if near and near != path[0] else f"declare `{path[0]}` under `context`"
        place = program.place_of(use, read)
        yield Diagnostic("FLJ0308", f"nothing sets `context.{dotted}`", place, help, path=(*use.path, *read.at))


def _declared(value: Any, tail: tuple[str | int, ...]) -> bool:
    for key in tail:
        if not isinstance(value, dict):
            return True  # what is inside a list or a plain value is the template's business
        if not isinstance(key, str) or key not in value:
            return False
        value = value[key]
    return True
