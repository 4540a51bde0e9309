"""`flujo create`: a goal in words becomes a blueprint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from flujo.cli.verb import Json, Session, Verb
from flujo.core.diagnostics import Diagnostic
from flujo.core.errors import Exit, UsageError


def create(
    session: Session,
    goal: Annotated[str | None, typer.Option("--goal", metavar="TEXT", help="What the blueprint is to do.")] = None,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help="Ask nothing: write the file.")] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="The file to write; default: pipeline.yaml, or NAME.yaml where that has been worked on.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The blueprint's name.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Plan without a model, also if there is one.")] = False,
    model: Annotated[
        str | None, typer.Option("--model", metavar="PROVIDER/NAME", help="The model to plan with.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    json: Json = False,
) -> int:
    """Turn a goal in words into a blueprint.

    Shows the plan (its steps, the words of the goal each one serves, what was assumed, what could not be placed) and
    what a run takes at most, and asks before it writes. What cannot be placed becomes a `core.todo` in NAME.draft.yaml,
    and the exit code is 4.
    Nothing of the project is run; without a model nothing leaves this machine.
    """
    from flujo.app import CreateOptions, open_app
    from flujo.cli.render.bound import bound_text
    from flujo.cli.render.plan import creation_text, written_text

    console = session.console
    asks = not non_interactive and not json and console.interactive
    if not (asks or non_interactive):
        raise UsageError("FLJ0005", "there is no terminal to ask on", help="add `--non-interactive`")
    goal = goal or (console.ask("What should it do? ") if asks else None)
    if not goal or not goal.strip():
        raise UsageError("FLJ0005", "there is no goal", help="say what the blueprint is to do: `--goal TEXT`")
    options = CreateOptions(name=name, output=output, offline=offline, model=model, force=force)
    with open_app(session.project, session.env) as app:
        creation = app.create(goal, options)
        graph = app.compile_text(creation.text, "new.yaml").graph if creation.text else None
        bound = None if graph is None else app.worst_case(graph)
        if not json:
            console.result(creation_text(creation, console.columns, console.paint()))
            console.result("\n" + bound_text(bound, console.paint()) if bound is not None else "")
        if creation.text and asks and not console.confirm("\nWrite it?"):
            console.note("nothing was written")
            return Exit.FAILED
        path = app.save(creation, options) if creation.text else None
    if json:
        most = None if bound is None else bound.to_json()
        console.document({**creation.to_json(), "worst_case": most, "file": path})
    elif path is not None:
        console.result("\n" + written_text(creation, path, session.extra))
    return Exit.DONE if creation.complete else _exit_of(creation.diagnostics)


def _exit_of(diagnostics: Sequence[Diagnostic]) -> Exit:
    """Return the exit code of a goal that gave no complete blueprint: whose fault it is."""
    codes = {item.code for item in diagnostics}
    if codes & {"FLJ0005", "FLJ0620", "FLJ0621"}:
        return Exit.USAGE
    asked_in_vain = any("FLJ0622" <= code <= "FLJ0627" for code in codes)
    return Exit.FAILED if asked_in_vain else Exit.INVALID


VERBS = (
    Verb(
        "create",
        create,
        (
            ('flujo create --goal "Read tickets.csv, keep the open ones, count them by product"', ""),
            ('flujo create --goal "..." --non-interactive', "for scripts"),
            ("flujo create", "asks for the goal"),
        ),
    ),
)
