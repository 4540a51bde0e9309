"""`flujo cancel`: a run ends where it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.resume import Run
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit


def cancel(
    session: Session,
    run: Run,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what its steps did, the last first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would become of the steps, and stop.")] = False,
    json: Json = False,
) -> int:
    """End a run where it stands.

    Of a run that a process drives nothing new starts, and calls under way get 10 s. A write that is cut off is in
    doubt: a person is asked whether it took effect, also after the run is cancelled. A cancelled run cannot be resumed;
    `flujo redrive` goes on with it.
    """
    from flujo.app import open_app
    from flujo.cli.ending import Wishes, driving
    from flujo.cli.render.fates import fates_text
    from flujo.cli.render.run import done_text, waiting_text

    console = session.console
    with open_app(session.project, session.env) as app:
        lines = app.preview_cancel(run, undo=undo)
        if not json:
            console.note(fates_text(lines, console.columns, console.paint(console.err)))
        if dry_run:
            if json:
                console.document({"steps": [line.to_json() for line in lines]})
            return Exit.DONE
        with driving(session, Wishes(), app.nodes(run), app.rows(run)) as options:
            view = app.cancel(run, options, undo=undo)
    if json:
        console.document({**view.to_json(), "steps": [line.to_json() for line in lines]})
    else:
        console.note(done_text(view, console.paint(console.err)))
    if view.tasks and not json:
        console.note(waiting_text(view, console.paint(console.err), console.columns, session.extra, name_task=True))
    return Exit.SUSPENDED if view.tasks else Exit.DONE


VERBS = (
    Verb(
        "cancel",
        cancel,
        (
            ("flujo cancel 1ng3cjf", ""),
            ("flujo cancel 1ng3cjf --undo", "and take back what it did"),
            ("flujo cancel 1ng3cjf --undo --dry-run", "what that would be"),
        ),
    ),
)
