"""An error that ends a command: as text, and as the JSON document of `--json`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import replace

from flujo._version import __version__
from flujo.cli.render.diagnostics import counts, document, general_help, render
from flujo.core.codes import CODES
from flujo.core.diagnostics import Diagnostic
from flujo.core.errors import BlueprintInvalid, FlujoError
from flujo.core.values import JsonObject


def failure_text(error: FlujoError, color: bool = False, columns: int = 120) -> str:
    """Return an error as diagnostics; those of a whole blueprint end with how many there are."""
    text = render(diagnostics_of(error), color, columns)
    if isinstance(error, BlueprintInvalid):
        text += f"\nthe blueprint is not valid: {counts(error.diagnostics)}\n"
    return text


def failure_document(error: FlujoError) -> JsonObject:
    """Return `{"error": {code, class, message, step, file, line, help}, "valid", "diagnostics"}`."""
    item = _helped(error.diagnostic)
    summary: JsonObject = {
        "code": item.code,
        "class": CODES[item.code].error_class,
        "message": item.message,
        "step": None,
        "file": item.place.source.name if item.place else None,
        "line": item.place.start[0] if item.place else None,
        "help": item.help,
    }
    return {"error": summary, **document(diagnostics_of(error))}


def diagnostics_of(error: FlujoError) -> Sequence[Diagnostic]:
    """Return all diagnostics that an error carries; one without a help of its own gets that of its code."""
    if isinstance(error, BlueprintInvalid):
        return error.diagnostics
    return (_helped(error.diagnostic),)


def _helped(item: Diagnostic) -> Diagnostic:
    return item if item.help else replace(item, help=general_help(item.code))


def bug(error: BaseException, arguments: Sequence[str]) -> FlujoError:
    """Return the report of an error that flujo should never have let through."""
    where = f"flujo {__version__}, Python {platform.python_version()}, {sys.platform} {platform.machine()}"
    about = f"{where}\narguments: {' '.join(arguments) or '(none)'}"
    return FlujoError(
        "FLJ0901",
        f"bug in flujo: `{type(error).__name__}: {error}`",
        help=f"please report this text, it is not your fault; `--trace` adds the traceback\n{about}",
    )
