"""The command line as a whole: finds the verb, and turns every error into a text and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

import typer

from flujo.cli.console import PipeClosed, open_console
from flujo.cli.render.failure import bug, failure_document, failure_text
from flujo.cli.verb import Session, Stopped, take_globals
from flujo.core.errors import Exit, FlujoError, MissingModule, UsageError

VERBS = {
    "init": "Start a project that validates and runs at once",
    "create": "Turn a goal in words into a blueprint",
    "validate": "Check blueprints without running anything",
    "run": "Run a blueprint",
    "resume": "Go on with a run that waits or was cut off",
    "redrive": "Go on with a failed run from where it failed",
    "tasks": "What runs are waiting for from people",
    "lens": "Look into runs: list, show, trace, replay",
    "skills": "The skills blueprints can use: list, show, lock",
}
"""The verbs with their line in the help; each is the module of that name, with one or several commands."""

_USAGE_PROBLEM: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises for a wrong command line."""

_PIPE_CLOSED = 141
"""What a shell reports for a program whose reader went away (128 + SIGPIPE)."""


def build(wanted: str | None = None) -> typer.Typer:
    """Return the command line: whole, or with one verb only, which is all that running that verb needs."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help="Turn a goal into a reviewed YAML blueprint, run it durably, and show afterwards what happened.",
        epilog="`flujo VERB --help` begins with examples.",
    )
    app.callback()(take_globals)
    for name, summary in VERBS.items():
        if wanted in (None, name):
            verbs = import_module(f"flujo.cli.{name}").VERBS
            group = app
            if verbs[0].name != name:
                group = typer.Typer(no_args_is_help=True, help=summary + ".")
                app.add_typer(group, name=name, short_help=summary)
            for verb in verbs:
                verb.add_to(group)
    return app


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; no error leaves this function, and no traceback is shown unasked."""
    session = Session(open_console(os.environ, json="--json" in arguments))
    with _sigterm_like_interrupt() as terminated:
        try:
            return _run(session, arguments)
        except PipeClosed:
            _silence_stdout()
            return _PIPE_CLOSED
        except FlujoError as error:
            if isinstance(error, Stopped) and terminated:
                error.exit = Exit.TERMINATED
            return _report(error, session)
        except Exception as error:
            return _report(_explained(error, arguments), session)


def _run(session: Session, arguments: Sequence[str]) -> int:
    completing = any(name.endswith("_COMPLETE") and name.startswith("_FLUJO") for name in session.env)
    command = typer.main.get_command(build(None if completing else _wanted(arguments)))
    try:
        code = command.main(list(arguments), prog_name="flujo", standalone_mode=False, obj=session)
    except _USAGE_PROBLEM as error:
        if type(error).__name__ == "NoArgsIsHelpError" and not session.console.json:
            session.console.note(str(error))
            return Exit.USAGE
        raise _usage(error) from error
    except typer.Abort as error:
        raise Stopped("FLJ0009", "stopped") from error
    return int(code or 0)


def _wanted(arguments: Sequence[str]) -> str | None:
    """Return the verb, when it is plain to see which one it is."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--project":
            next(rest, None)
        elif not argument.startswith("-"):
            return argument if argument in VERBS else None
    return None


def _usage(error: Exception) -> UsageError:
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "flujo"
    message = str(getattr(error, "format_message", error.__str__)()).strip().rstrip(".").replace("'", "`")
    return UsageError("FLJ0005", message[:1].lower() + message[1:], help=f"`{path} --help` shows what there is")


def _explained(error: Exception, arguments: Sequence[str]) -> FlujoError:
    """Return what an unforeseen error means to a user: a missing package, a file problem, or a bug of ours."""
    problem: FlujoError
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.split(".")[0] != "flujo":
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


def _report(error: FlujoError, session: Session) -> int:
    console = session.console
    try:
        if session.trace:
            import traceback

            shown = error.__cause__ if error.diagnostic.code == "FLJ0901" and error.__cause__ else error
            console.note("".join(traceback.format_exception(shown)))
        if console.json:
            console.document(failure_document(error))
        else:
            paint = console.paint(console.err)
            console.note(failure_text(error, paint.on, console.columns))
    except PipeClosed:
        _silence_stdout()
    return int(error.exit)


@contextmanager
def _sigterm_like_interrupt() -> Iterator[list[int]]:
    """Make SIGTERM end the work as Ctrl-C does; yield a list that is not empty once it has come."""
    seen: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGTERM, before)


def _silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush has nowhere to fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
