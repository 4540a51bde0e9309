"""The checks of a whole blueprint, one rule a file: its docstring is the rule, `check` yields what breaks it.

A check sees what could be lowered and nothing of what could not, so one cause stays one error.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic

Check = Callable[[Program], Iterator[Diagnostic]]


@cache
def _checks() -> tuple[Check, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").check for name in names)


def run_checks(program: Program) -> None:
    """Add to the program's report what its checks find."""
    for check in _checks():
        program.report.extend(check(program), ())
