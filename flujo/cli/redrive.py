"""`flujo redrive`: a failed run goes on from where it failed."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.complete import steps
from flujo.cli.resume import Run
from flujo.cli.run import AllowPartial, NoAsk, WaitMax
from flujo.cli.verb import Json, Session, Verb


def redrive(
    session: Session,
    run: Run,
    again: Annotated[
        list[str] | None,
        typer.Option("--again", metavar="STEP", help="Run this completed write once more.", autocompletion=steps),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="STEP", help="Keep the result of this completed write.", autocompletion=steps),
    ] = None,
    no_ask: NoAsk = False,
    wait_max: WaitMax = "60s",
    allow_partial: AllowPartial = False,
    json: Json = False,
) -> int:
    """Go on with a failed run from where it failed.

    The steps that failed run again, with the same blueprint; every recorded result is kept, unless it was undone or
    comes after something that was. A completed write which nothing undid is run again only if `--again` says so.
    """
    from flujo.app import open_app
    from flujo.cli.ending import Wishes, driving, finish

    with open_app(session.project, session.env) as app:
        with driving(session, Wishes(no_ask, wait_max), app.nodes(run), app.rows(run)) as options:
            view = app.redrive(run, options, again=again or (), keep=keep or ())
        return finish(session, app, view, allow_partial=allow_partial)


VERBS = (
    Verb(
        "redrive",
        redrive,
        (
            ("flujo redrive 1ng3cjf", "after the cause is out of the way"),
            ("flujo redrive 1ng3cjf --keep mail", "an earlier step was undone; the mail is out already"),
        ),
    ),
)
