"""`flujo lens`: list, show, trace, replay."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.resume import Run
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, UsageError


def list_runs(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many, newest first.")] = 20,
    json: Json = False,
) -> int:
    """List runs, newest first."""
    from flujo.app import open_app
    from flujo.cli.render.lens import run_json, runs_text

    console = session.console
    with open_app(session.project, session.env) as app:
        runs = app.runs(limit)
    if json:
        console.document({"runs": [run_json(run) for run in runs]})
    elif not runs:
        console.note("no runs yet: `flujo run` starts one")
    else:
        console.result(runs_text(runs, console.columns, console.paint()))
    return Exit.DONE


def show_run(
    session: Session,
    run: Run,
    step: Annotated[
        str | None, typer.Argument(metavar="STEP", help="A step's address or name: its input and output in full.")
    ] = None,
    json: Json = False,
) -> int:
    """Show where a run stands and what each step took and gave."""
    from flujo.app import open_app
    from flujo.cli.render.lens import find_step, run_text, step_text

    console = session.console
    with open_app(session.project, session.env) as app:
        view = app.view(run)
    if step is None:
        if json:
            console.document(view.to_json(steps=True))
        else:
            console.result(run_text(view, console.columns, console.paint()))
        return Exit.DONE
    found = find_step(view, step)
    if found is None:
        names = ", ".join(f"`{address}`" for address in list(view.steps)[:20])
        help = f"it has: {names}" if names else "it has recorded no step yet"
        raise UsageError("FLJ0005", f"run {view.run_id} has no step `{step}`", help=help)
    if json:
        console.document(found.to_json())
    else:
        console.result(step_text(found, console.columns, console.paint()))
    return Exit.DONE


def trace_run(session: Session, run: Run) -> int:
    """Draw a run as a tree with times, attempts, cost and the branches taken."""
    from flujo.app import open_app
    from flujo.cli.console import speaks_unicode
    from flujo.cli.render.trace import FANCY, PLAIN, trace_text

    console = session.console
    with open_app(session.project, session.env) as app:
        view = app.view(run)
    glyphs = FANCY if speaks_unicode(console.out) else PLAIN
    console.result(trace_text(view, console.paint(), console.columns, glyphs))
    return Exit.DONE


def replay_run(session: Session, run: Run, json: Json = False) -> int:
    """Run again from the journal alone and compare every byte.

    Nothing outside is reached. Exit code 5 when something differs; the step is named.
    """
    from flujo.app import open_app
    from flujo.cli.render.lens import replay_json, replay_text

    console = session.console
    with open_app(session.project, session.env) as app:
        replay = app.replay(run)
    if json:
        console.document(replay_json(replay))
    else:
        console.result(replay_text(replay, console.paint()))
    return Exit.DONE if replay.equal else Exit.DIVERGED


VERBS = (
    Verb("list", list_runs, (("flujo lens list", ""), ("flujo lens list --limit 100 --json", "for programs"))),
    Verb(
        "show",
        show_run,
        (
            ("flujo lens show 1ng3cjf", "the beginning of an id is enough"),
            ("flujo lens show 1ng3cjf fetch", "one step: input, output, error"),
            ("flujo lens show 1ng3cjf --json", "everything, for programs"),
        ),
    ),
    Verb("trace", trace_run, (("flujo lens trace 1ng3cjf", ""),)),
    Verb("replay", replay_run, (("flujo lens replay 1ng3cjf", "needs no network and no skills"),)),
)
