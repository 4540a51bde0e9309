"""Only a call that changes nothing is cached; one that is given a secret needs a key that says what equal calls are."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.effects import lacks
from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Call


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield calls that may not be cached (FLJ0516)."""
    for node in program.nodes():
        cache = node.meta.cache
        if cache is None or not isinstance(node, Call):
            continue
        path = (*node.meta.path, "cache")
        if lacks(node, "cached"):
            message = f"`{node.target}` changes things, and a call that does cannot be cached"
            yield program.found("FLJ0516", message, path, "remove `cache`: nothing would happen the second time")
        elif cache.key is None and node.secrets:
            message = f"the call of `{node.target}` is given a secret, and is cached only with a `key`"
            yield program.found("FLJ0516", message, path, "write `cache: {key: ...}` with all that decides the result")
