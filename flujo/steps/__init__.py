"""Step kinds: one module each, found by looking into this folder.

A module defines `KIND` (the meaning of one `kind:` word, or a runner that has no word), a frozen pydantic `Config` of
the kind's own fields, `lower`, and for leaves `run`. Adding a kind is adding a file; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ConfigDict

from flujo.core.graph import Call, Node
from flujo.core.outcomes import Outcome
from flujo.core.ports import CallContext, Lowering, StepKind
from flujo.core.values import JsonObject

CONFIG: Final = ConfigDict(frozen=True, extra="forbid", strict=True)
"""How every `Config` reads YAML: no unknown keys, no conversions."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A step kind (port `StepKind`). A `Config` may name fields of a later version in a ClassVar `LATER`."""

    word: str
    summary: str
    config: type[Any] | None = None
    lower: Callable[[Any, Lowering], Node] | None = None
    run: Callable[[Call, JsonObject, CallContext], Awaitable[Outcome]] | None = None


def kinds() -> dict[str, StepKind]:
    """Return every kind of this folder by its word, in the order of the file names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").KIND for name in names]
    return {kind.word: kind for kind in found}
