"""Errors that nobody foresaw: a text, a document, an exit code, and a traceback only when asked for."""

import errno
import io
import json

import pytest
import typer

from flujo.cli.console import Console
from flujo.cli.failing import report
from flujo.cli.verb import Session
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.errors import BlueprintInvalid, Denied, FlujoError, UsageError


def reported(error: Exception, **options: bool) -> tuple[int, str, str]:
    """Report an error; return exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    trace = options.pop("trace", False)
    session = Session(Console(out, err, io.StringIO(), {}, options.pop("json", False)), {}, trace=trace)
    try:
        raise error
    except Exception as caught:
        code = report(caught, session, ["run", "x.yaml"], **options)
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("error", "code", "head"),
    [
        (KeyError("boom"), 70, "error[FLJ0901]: bug in flujo: `KeyError: 'boom'`"),
        (
            ModuleNotFoundError("No module named 'abc.x'", name="abc.x"),
            3,
            "error[FLJ0006]: the Python package `abc` is",
        ),
        (ModuleNotFoundError("No module named 'flujo.x'", name="flujo.x"), 70, "error[FLJ0901]: bug in flujo"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "error[FLJ0007]: `/x`: permission denied"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "error[FLJ0007]: no space left on device"),
        (OSError(errno.EBADF, "Bad file descriptor"), 70, "error[FLJ0901]: bug in flujo"),
        (UsageError("FLJ0001", "no file"), 2, "error[FLJ0001]: no file"),
        (Denied("FLJ0701", "said no"), 7, "error[FLJ0701]: said no"),
        (FlujoError("FLJ0610", "failed"), 1, "error[FLJ0610]: failed"),
        (typer.Abort(), 130, "error[FLJ0009]: stopped"),
        (typer.BadParameter("Wrong."), 2, "error[FLJ0005]: invalid value: Wrong"),
    ],
)
def test_every_error_has_a_code_a_help_and_an_exit(error: Exception, code: int, head: str) -> None:
    ended, out, err = reported(error)
    assert (ended, out) == (code, "")
    assert err.startswith(head)
    assert " = help: " in err
    assert "Traceback" not in err
    ended, out, err = reported(error, json=True)
    assert (ended, err) == (code, "")
    document = json.loads(out)
    assert list(document) == ["error", "valid", "diagnostics"]
    assert list(document["error"]) == ["code", "class", "message", "step", "file", "line", "help"]
    assert document["error"]["code"] == head[6:13]
    assert document["error"]["help"]


def test_a_bug_report_says_what_we_need_to_know() -> None:
    _, _, err = reported(KeyError("boom"))
    assert "flujo 0." in err and "Python 3." in err and "arguments: run x.yaml" in err


def test_trace_adds_the_traceback() -> None:
    _, _, err = reported(KeyError("boom"), trace=True)
    assert err.startswith("Traceback (most recent call last):")
    assert "KeyError: 'boom'" in err
    _, _, err = reported(UsageError("FLJ0001", "no file"), trace=True)
    assert "flujo.core.errors.UsageError: no file" in err


def test_all_diagnostics_of_a_blueprint_are_shown() -> None:
    error = Diagnostic("FLJ0301", "e", help="h")
    warning = Diagnostic("FLJ0307", "w", severity=Severity.WARNING)
    code, _, err = reported(BlueprintInvalid([warning, error]))
    assert code == 4
    assert "warning[FLJ0307]: w" in err
    assert err.endswith("the blueprint is not valid: 1 error, 1 warning\n")


def test_sigterm_has_its_own_code() -> None:
    assert reported(typer.Abort(), terminated=True)[0] == 143
    assert reported(KeyError("x"), terminated=True)[0] == 70
