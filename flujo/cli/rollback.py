"""`flujo rollback`: a run goes back to one of its steps."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.complete import steps
from flujo.cli.resume import Run
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, UsageError

Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask whether to go on.")]


def rollback(
    session: Session,
    run: Run,
    to: Annotated[
        str, typer.Option("--to", metavar="STEP", help="The last step whose result is kept.", autocompletion=steps)
    ],
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    json: Json = False,
) -> int:
    """Undo what a run did after one of its steps, the last first.

    The run has then failed, and `flujo redrive` goes on after that step. What has no `undo` stays as it is, and runs
    again in the redrive. All that is shown before it is done.
    """
    from flujo.app import open_app
    from flujo.cli.ending import Wishes, driving
    from flujo.cli.render.fates import fates_text
    from flujo.cli.render.run import done_text, waiting_text

    console = session.console
    with open_app(session.project, session.env) as app:
        plan = app.preview_rollback(run, to)
        steps = [line.to_json() for line in plan.lines]
        if not json:
            console.note(fates_text(plan.lines, console.columns, console.paint(console.err)))
        if dry_run:
            if json:
                console.document({"to": plan.to, "steps": steps})
            return Exit.DONE
        confirm(session, yes, f"roll run {run} back to `{plan.to}`?")
        with driving(session, Wishes(), app.nodes(run), app.rows(run)) as options:
            view = app.rollback(run, plan.to, options)
    if json:
        console.document({**view.to_json(), "to": plan.to, "steps": steps})
    elif view.status == "suspended":
        console.note(waiting_text(view, console.paint(console.err), console.columns, session.extra, name_task=True))
    else:
        console.note(done_text(view, console.paint(console.err)))
        console.note(f"  go on:     flujo redrive {view.run_id}{session.extra}")
    return Exit.SUSPENDED if view.status == "suspended" else Exit.DONE


def confirm(session: Session, yes: bool, question: str) -> None:
    """Ask whether to go on; raise UsageError FLJ0005 when the answer is no, or nobody can be asked."""
    if yes:
        return
    if session.console.json or not session.console.interactive:
        raise UsageError("FLJ0005", "nobody can be asked here whether to go on", help="add `--yes`")
    if not session.console.confirm(question):
        raise UsageError("FLJ0005", "nothing was done")


VERBS = (
    Verb(
        "rollback",
        rollback,
        (
            ("flujo rollback 1ng3cjf --to book", "asks before it does anything"),
            ("flujo rollback 1ng3cjf --to 'fan[17]/critique' --yes", ""),
            ("flujo rollback 1ng3cjf --to book --dry-run", "what is kept, undone, run again, and why"),
        ),
    ),
)
