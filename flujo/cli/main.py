"""The command line as a whole: finds the verb and runs it; no error leaves here but as a text and an exit code."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

import typer

from flujo.cli.as_given import take_as_given
from flujo.cli.console import PipeClosed, open_console
from flujo.cli.verb import Session, take_globals

VERBS = {
    "init": "Start a project that validates and runs at once",
    "create": "Turn a goal in words into a blueprint",
    "validate": "Check blueprints without running anything",
    "explain": "Say what a code means, or what a blueprint will do",
    "run": "Run a blueprint",
    "resume": "Go on with a run that waits or was cut off",
    "redrive": "Go on with a failed run from where it failed",
    "cancel": "End a run where it stands",
    "rollback": "Take a run back to one of its steps",
    "fork": "Start a new run from a step of an old one",
    "tasks": "Questions that wait for a person: list, show, answer",
    "event": "Events that runs wait for: send, list",
    "lens": "Look into runs: list, show, trace, replay",
    "skills": "What blueprints can use: list, show, lock",
    "dev": "For work on blueprints: edit, visualize, compile-yaml, schema",
}
"""The verbs with their line in the help; each is the module of that name, with one or several commands."""

_PIPE_CLOSED = 141
"""What a shell reports for a program whose reader went away (128 + SIGPIPE)."""


def build(wanted: Collection[str] = tuple(VERBS)) -> typer.Typer:
    """Return the command line. Only the wanted verbs are imported; of the others it knows name and summary."""
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
        if name not in wanted:
            app.command(name, short_help=summary)(_not_loaded)
            continue
        verbs = import_module(f"flujo.cli.{name}").VERBS
        group = app
        if verbs[0].name != name:
            group = typer.Typer(no_args_is_help=True, help=summary + ".")
            app.add_typer(group, name=name, short_help=summary)
        for verb in verbs:
            verb.add_to(group, summary if group is app else None)
    return app


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; no traceback is shown unasked."""
    session = Session(open_console(os.environ, json=_asks_for_json(arguments)))
    with session.until_end, _sigterm_like_interrupt() as terminated:
        try:
            return _run(session, arguments)
        except PipeClosed:
            session.console.silence()
            return _PIPE_CLOSED
        except Exception as error:
            from flujo.cli.failing import report

            return report(error, session, arguments, terminated=bool(terminated))


def _run(session: Session, arguments: Sequence[str]) -> int:
    completing = "_FLUJO_COMPLETE" in session.env
    command = typer.main.get_command(build(VERBS if completing else _wanted(arguments)))
    take_as_given(command)
    return int(command.main(list(arguments), prog_name="flujo", standalone_mode=False, obj=session) or 0)


def _wanted(arguments: Sequence[str]) -> Collection[str]:
    """Return the verb that is called, as far as it is plain to see."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--project":
            next(rest, None)
        elif not argument.startswith("-"):
            return (argument,)
    return ()


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """Say whether one JSON document is wanted; to `event send` the option gives what comes with the event."""
    return "--json" in arguments and not (_wanted(arguments) == ("event",) and "send" in arguments)


def _not_loaded() -> None:
    """Stand for a verb that is not the one called."""
    raise AssertionError("the verb that is called is always loaded")


@contextmanager
def _sigterm_like_interrupt() -> Iterator[list[int]]:
    """Make SIGTERM end the work as Ctrl-C does; yield a list that is not empty once it has come."""
    seen: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a background job of a shell
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGTERM, before)
