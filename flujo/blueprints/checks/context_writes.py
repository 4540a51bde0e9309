"""A write to the context needs mappings on its way: a path through a declared text or number can only fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flujo.blueprints.fields import context_path
from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Question, Wait
from flujo.core.spans import Path


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every `set` or `sink_to` whose path goes through something that is no mapping (FLJ0504)."""
    for target, path in _writes(program):
        value: Any = program.context
        for index, key in enumerate(target):
            if not isinstance(value, dict):
                around = ".".join(target[:index])
                message = f"`context.{around}` is no mapping, so nothing can be set inside it"
                place = program.report.document.place(path, on_key=path[-1] != "sink_to")
                help = "set the whole value, or declare a mapping there"
                yield Diagnostic("FLJ0504", message, place, help, path=path)
                break
            value = value.get(key, {})
            if value is None:
                break  # a write makes the mapping


def _writes(program: Program) -> Iterator[tuple[tuple[str, ...], Path]]:
    for node in program.nodes():
        at = (*node.meta.path, "set")
        for key in program.report.document.find(at)[0].value if node.meta.sets else ():
            target = context_path(key)
            if target is not None:
                yield target, (*at, key)
        if isinstance(node, Wait) and isinstance(node.on, Question) and node.on.sink:
            yield node.on.sink, (*node.meta.path, "sink_to")
