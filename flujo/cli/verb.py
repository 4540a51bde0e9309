"""What a verb is, and the session it works in: the global options are accepted before and after every verb."""

from __future__ import annotations

import inspect
import os
import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any

import typer

from flujo._version import __version__
from flujo.cli.console import Console
from flujo.core.record import dataclass

Project = Annotated[
    str | None,
    typer.Option("--project", metavar="PATH", help="The project folder; default: the nearest with flujo.toml."),
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Log what is done to stderr.")]
Trace = Annotated[bool, typer.Option("--trace", help="Show the Python traceback of an error.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@dataclass(slots=True)
class Session:
    """One call of the command line: its console, its global options, its environment."""

    console: Console
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    project: Path | None = None
    verbose: bool = False
    trace: bool = False
    driving: str | None = None
    """The run that is under way, to be named when the command is stopped."""
    until_end: ExitStack = field(default_factory=ExitStack)
    """What is undone when the command is over and all has been said."""

    @property
    def extra(self) -> str:
        """What a command that is printed needs besides its own arguments to find the same project."""
        return f" --project {shlex.quote(str(self.project))}" if self.project else ""

    def take(self, project: str | None, verbose: bool, trace: bool) -> None:
        """Add the global options of one place; later ones win."""
        self.project = Path(project) if project else self.project
        self.trace = self.trace or trace
        if verbose and not self.verbose:
            import logging

            logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
        self.verbose = self.verbose or verbose


_ALIGNED = 54
"""What is said of an example stands in a column, except beside longer ones."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: its name, what runs it (a Session first, then its own options), and examples for its help."""

    name: str
    run: Callable[..., int]
    examples: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """One line for the list of commands."""
        return (self.run.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def help(self) -> str:
        """The help text: examples first."""
        wide = max((len(line) for line, why in self.examples if why and len(line) <= _ALIGNED), default=0)
        lines = [f"  {line.ljust(wide)}  # {why}" if why else f"  {line}" for line, why in self.examples]
        return "\n".join(["\b", "Examples:", *lines, "", inspect.cleandoc(self.run.__doc__ or "")])

    def add_to(self, app: typer.Typer, summary: str | None = None) -> None:
        """Register the command, with the global options beside its own."""

        def call(ctx: typer.Context, **given: Any) -> int:
            session: Session = ctx.find_root().obj
            session.take(given.pop("project"), given.pop("verbose"), given.pop("trace"))
            try:
                return self.run(session, **given)
            except KeyboardInterrupt as error:
                from flujo.cli.stopped import AGAIN, Stopped

                going_on = f"`flujo resume {session.driving}{session.extra}` goes on with the run"
                raise Stopped("FLJ0009", "stopped", help=going_on if session.driving else AGAIN) from error

        own = list(inspect.signature(self.run, eval_str=True).parameters.values())[1:]
        context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        signature = inspect.Signature([context, *own, *_GLOBALS], return_annotation=int)
        call.__signature__ = signature  # type: ignore[attr-defined]
        app.command(self.name, help=self.help, short_help=self.summary if summary is None else summary)(call)


def _show_version(ctx: typer.Context, asked: bool) -> None:
    if asked:
        ctx.obj.console.result(f"flujo {__version__}\n")
        raise typer.Exit


def take_globals(
    ctx: typer.Context,
    project: Project = None,
    verbose: Verbose = False,
    trace: Trace = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Take the global options that stand before the verb."""
    ctx.obj.take(project, verbose, trace)


_GLOBALS = [
    parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    for parameter in list(inspect.signature(take_globals, eval_str=True).parameters.values())[1:4]
]
