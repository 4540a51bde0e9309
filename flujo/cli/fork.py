"""`flujo fork`: a new run from a step of an old one, with other values."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.complete import steps
from flujo.cli.resume import Run
from flujo.cli.rollback import Yes, confirm
from flujo.cli.run import AllowPartial, NoAsk, WaitMax
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit


def fork(
    session: Session,
    run: Run,
    step: Annotated[
        str, typer.Option("--from", metavar="STEP", help="The first step that runs again.", autocompletion=steps)
    ],
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="input.PATH, context.PATH or steps.NAME.output; JSON or text."),
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    no_ask: NoAsk = False,
    wait_max: WaitMax = "60s",
    allow_partial: AllowPartial = False,
    json: Json = False,
) -> int:
    """Start a new run from a step of an old one.

    What was recorded before that step is taken over, with the values of `--set` instead of the recorded ones; that step
    and what comes after it run in the new run, with its own chance and its own idempotency keys. Effects that will
    happen a second time are shown first. The old run stays as it is.
    """
    from flujo.app import open_app
    from flujo.cli.ending import Wishes, driving, finish
    from flujo.cli.render.fates import fates_text

    console = session.console
    with open_app(session.project, session.env) as app:
        plan = app.preview_fork(run, step, sets or ())
        if not json:
            console.note(fates_text(plan.lines, console.columns, console.paint(console.err)))
        if dry_run:
            if json:
                console.document({"from": plan.step, "steps": [line.to_json() for line in plan.lines]})
            return Exit.DONE
        confirm(session, yes, f"start a new run from `{plan.step}` of run {plan.run}?")
        with driving(session, Wishes(no_ask, wait_max), app.nodes(run)) as options:
            view = app.fork(plan, options)
        return finish(session, app, view, allow_partial=allow_partial)


VERBS = (
    Verb(
        "fork",
        fork,
        (
            ("flujo fork 1ng3cjf --from draft", "the same again from there, as a new run"),
            ("flujo fork 1ng3cjf --from draft --set input.tone=dry", "with another input"),
            ("flujo fork 1ng3cjf --from send --set 'steps.draft.output=Dear Ada' --yes", "with another result"),
            ("flujo fork 1ng3cjf --from draft --dry-run", "what is kept, run again, and happens twice"),
        ),
    ),
)
