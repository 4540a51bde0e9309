"""Wrappers round a call, one a file; discovered by folder, one to a band."""

import pkgutil
from functools import cache
from importlib import import_module

from flujo.core.ports import Policy


@cache
def policies() -> tuple[Policy, ...]:
    """Return all policies, outermost first; raise ValueError when two stand in one band."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found: list[Policy] = [import_module(f"{__name__}.{name}").POLICY for name in names]
    found.sort(key=lambda policy: policy.band)
    if len({policy.band for policy in found}) != len(found):
        raise ValueError(f"two policies stand in one band: {names}")
    return tuple(found)
