"""A write to the context needs mappings on its way: a path through a declared text or number can only fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Wait
from flujo.core.spans import Path
from flujo.core.values import type_name


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every `set` or `sink_to` whose path goes through something that is no mapping (FLJ0504)."""
    for target, path in _writes(program):
        value: Any = program.context
        for index, key in enumerate(target):
            if not isinstance(value, dict):
                around = ".".join(target[:index])
                message = f"`context.{around}` is {type_name(value)}, so nothing can be set inside it"
                yield program.found("FLJ0504", message, path, "set the whole value, or declare a mapping there")
                break
            value = value.get(key, {})
            if value is None:
                break  # a write makes the mapping


def _writes(program: Program) -> Iterator[tuple[tuple[str, ...], Path]]:
    for node in program.nodes():
        for target, _ in node.meta.sets:
            yield target, (*node.meta.path, "set")
        if isinstance(node, Wait) and node.sink:
            yield node.sink, (*node.meta.path, "sink_to")
