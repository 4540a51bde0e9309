"""What becomes of an error: every one ends here, as a diagnostic with a help and as an exit code."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence

import typer

from flujo.cli.console import PipeClosed
from flujo.cli.render.failure import bug, failure_document, failure_text
from flujo.cli.stopped import AGAIN, Stopped
from flujo.cli.verb import Session
from flujo.core.errors import Exit, FlujoError, MissingModule, UsageError
from flujo.core.suggest import did_you_mean

_USAGE_PROBLEM: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises for a wrong command line."""


def report(error: Exception, session: Session, arguments: Sequence[str], *, terminated: bool = False) -> int:
    """Show an error and return the exit code; `terminated` says that SIGTERM was the cause of a stop."""
    if type(error).__name__ == "NoArgsIsHelpError" and not session.console.json:
        session.console.note(str(error))
        return Exit.USAGE
    problem = _meaning(error, arguments)
    if isinstance(problem, Stopped) and terminated:
        problem.exit = Exit.TERMINATED
    try:
        _show(problem, session)
    except PipeClosed:
        session.console.silence()
    return int(problem.exit)


def _show(error: FlujoError, session: Session) -> None:
    console = session.console
    if session.trace:
        import traceback

        shown = error.__cause__ if error.diagnostic.code == "FLJ0901" and error.__cause__ else error
        console.note("".join(traceback.format_exception(shown)))
    if console.json:
        console.document(failure_document(error))
    else:
        console.note(failure_text(error, console.paint(console.err).on, console.columns))


def _meaning(error: Exception, arguments: Sequence[str]) -> FlujoError:
    """Return what an error means to a user: a wrong call, a missing package, a file problem, or a bug of ours."""
    if isinstance(error, FlujoError):
        return error
    problem: FlujoError
    if isinstance(error, _USAGE_PROBLEM):
        problem = _usage(error)
    elif isinstance(error, typer.Abort):
        problem = Stopped("FLJ0009", "stopped", help=AGAIN)
    elif isinstance(error, ModuleNotFoundError) and error.name and error.name.split(".")[0] != "flujo":
        problem = MissingModule(
            "FLJ0006",
            f"the Python package `{error.name.split('.')[0]}` is not installed",
            help="install flujo again with its dependencies: `pip install --upgrade flujo`",
        )
    elif isinstance(error, OSError) and (error.filename is not None or error.errno in (errno.ENOSPC, errno.EDQUOT)):
        name = f"`{error.filename}`: " if error.filename is not None else ""
        reason = (error.strerror or str(error)).lower()
        problem = UsageError("FLJ0007", f"{name}{reason}", help="check the path, its permissions and the free space")
    else:
        problem = bug(error, arguments)
        problem.exit = Exit.BUG
    problem.__cause__ = error
    return problem


def _usage(error: Exception) -> UsageError:
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "flujo"
    message = str(getattr(error, "format_message", error.__str__)()).strip().rstrip(".?").replace("'", "`")
    message = message[:1].lower() + message[1:].replace("Value error, ", "")
    help = f"`{path} --help` shows what there is"
    for pattern, said in _REWORDED:
        found = pattern.fullmatch(message)
        if found is not None:
            near = did_you_mean(found[1], re.findall(r"[\w-]+", found[2])) if found.lastindex == 2 else None
            message, help = said.format(found[1]), f"did you mean `{near}`?" if near else help
            break
    return UsageError("FLJ0005", message, help=help)


_REWORDED = (
    (re.compile(r"no such command `(.*?)`\. Did you mean (.*)"), "no such command `{}`"),
    (re.compile(r"no such option: (\S+) \((?:Possible options|Did you mean):? ?(.*?)\)"), "no such option `{}`"),
    (re.compile(r"no such option: (\S+)\. Did you mean (.*)"), "no such option `{}`"),
    (re.compile(r"no such option: (\S+)"), "no such option `{}`"),
    (re.compile(r"got unexpected extra arguments?(?:\(s\))? \((.*)\)"), "unexpected argument `{}`"),
)
"""What typer says, as we would say it: first the word that is wrong, then what may have been meant."""
