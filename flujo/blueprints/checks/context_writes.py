"""A write to the context needs mappings on its way: a path through a declared text or number can only fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flujo.blueprints.program import Program
from flujo.blueprints.writes import writes_of
from flujo.core.diagnostics import Diagnostic


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every `set` or `sink_to` whose path goes through something that is no mapping (FLJ0504)."""
    for write in (write for node in program.nodes() for write in writes_of(node, program)):
        value: Any = program.context
        for index, key in enumerate(write.target):
            if not isinstance(value, dict):
                around = ".".join(write.target[:index])
                message = f"`context.{around}` is no mapping, so nothing can be set inside it"
                place = program.report.document.place(write.path, on_key=write.path[-1] != "sink_to")
                help = "set the whole value, or declare a mapping there"
                yield Diagnostic("FLJ0504", message, place, help, path=write.path)
                break
            value = value.get(key, {})
            if value is None:
                break  # a write makes the mapping
