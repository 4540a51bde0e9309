"""`flujo resume`: a run that waits or was cut off goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.complete import run_ids, task_ids
from flujo.cli.run import AllowPartial, NoAsk, WaitMax
from flujo.cli.verb import Json, Session, Verb

Run = Annotated[
    str, typer.Argument(metavar="RUN", help="The run's id, or enough of its beginning.", autocompletion=run_ids)
]


def resume(
    session: Session,
    run: Run,
    answer: Annotated[
        str | None, typer.Option("--answer", metavar="VALUE", help="The answer to the open question.")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", metavar="ID", help="Which question, if several are open.", autocompletion=task_ids),
    ] = None,
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT", help="Why, for the record.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", metavar="JSON", help="With `--answer done`: what the step in doubt gave.")
    ] = None,
    no_ask: NoAsk = False,
    wait_max: WaitMax = "60s",
    allow_partial: AllowPartial = False,
    json: Json = False,
) -> int:
    """Go on with a run that waits or was cut off.

    Nothing that was recorded runs again. The run keeps the blueprint it started with, also when the file has changed
    since. The answer is text where the question has choices or asks for text, else JSON.
    """
    from flujo.app import open_app
    from flujo.cli.ending import Wishes, driving, finish

    with open_app(session.project, session.env) as app:
        with driving(session, Wishes(no_ask, wait_max), app.nodes(run), app.rows(run)) as options:
            view = app.resume(run, answer, task, options, output=output, comment=comment)
        return finish(session, app, view, allow_partial=allow_partial)


VERBS = (
    Verb(
        "resume",
        resume,
        (
            ("flujo resume 1ng3cjf --answer yes", "the beginning of an id is enough"),
            ("flujo resume 1ng3cjf", "after a crash, or to be asked here"),
            ("flujo resume 1ng3cjf --task 1ng3cjf-nx3vn.12 --answer no", "one of several questions"),
        ),
    ),
)
