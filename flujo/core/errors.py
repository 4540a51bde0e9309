"""Errors that reach a user, and the exit codes they lead to.

    FlujoError                 carries a diagnostic
    ├── UsageError             2   wrong call or configuration
    ├── MissingModule          3   a Python package is not installed
    ├── BlueprintInvalid       4   carries all diagnostics
    ├── Diverged               5   replay met something else than was recorded
    ├── Denied                 7   a policy or limit refused
    ├── StateError             2   the journal cannot be used
    │   └── LostOwnership
    ├── TemplateError          1   a template cannot be rendered
    └── SkillError             1   a skill says why it failed

Failure of a step is not an exception but a value: see `outcomes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from flujo.core.codes import CODES
from flujo.core.codes.entry import ErrorClass
from flujo.core.diagnostics import Diagnostic
from flujo.core.outcomes import RetryClass
from flujo.core.spans import Path, Place


class Exit(IntEnum):
    """Exit codes of the command line (design 9)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    MISSING = 3
    INVALID = 4
    DIVERGED = 5
    SUSPENDED = 6
    DENIED = 7
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class FlujoError(Exception):
    """An error with a diagnostic: code, message, help and, where known, the place in a file."""

    exit: Exit = Exit.FAILED

    def __init__(
        self, code: str, message: str, *, help: str | None = None, place: Place | None = None, path: Path = ()
    ) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(code, message, place, help, path=path)


class UsageError(FlujoError):
    """The command or its configuration is wrong."""

    exit = Exit.USAGE


class MissingModule(FlujoError):
    """A Python package that the work needs is not installed."""

    exit = Exit.MISSING


class BlueprintInvalid(FlujoError):
    """The blueprint has errors; `diagnostics` holds all of them."""

    exit = Exit.INVALID

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        first = next((item for item in diagnostics if item.severity == "error"), diagnostics[0])
        super().__init__(first.code, first.message, help=first.help, place=first.place, path=first.path)
        self.diagnostics = tuple(diagnostics)


class Diverged(FlujoError):
    """Running again gives something else than what was recorded."""

    exit = Exit.DIVERGED


class Denied(FlujoError):
    """A person, a policy or a limit refused."""

    exit = Exit.DENIED


class StateError(FlujoError):
    """The state database or a journal in it cannot be used."""

    exit = Exit.USAGE


class LostOwnership(StateError):
    """Another process raised the run's epoch; nothing of this process is written any more."""


class TemplateError(FlujoError):
    """A template that cannot be rendered; its place is inside the template."""


class SkillError(FlujoError):
    """What a skill raises to fail with a reason: `retry` says which `retry.on` word takes it up."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "FLJ0610",
        retry: RetryClass = "other",
        error_class: ErrorClass | None = None,
        help: str | None = None,
    ) -> None:
        super().__init__(code, message, help=help)
        self.retry: RetryClass = retry
        self.error_class: ErrorClass = error_class or CODES[code].error_class
