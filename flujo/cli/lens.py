"""`flujo lens`: list, show, trace, replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from flujo.cli.complete import run_ids, steps
from flujo.cli.render.screen import visible
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, UsageError
from flujo.core.storing import RunHeader

AnyRun = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN", help="The run's id, or enough of its beginning; default: the newest.", autocompletion=run_ids
    ),
]


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
    run: AnyRun = None,
    step: Annotated[
        str | None,
        typer.Argument(
            metavar="STEP", help="A step's address, as in 'fan[17]/critique', or its name.", autocompletion=steps
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Show where a run stands, or what one step took and gave."""
    from flujo.app import open_app
    from flujo.cli.render.lens import find_step, run_text, step_text

    console = session.console
    with open_app(session.project, session.env) as app:
        run = run or _newest(session, app.runs(1))
        view = app.view(run, inputs=json or step is not None)
        nodes = app.nodes(run)
        _hint(session, app, view)
    if step is None:
        if json:
            console.document(view.to_json(steps=True))
        else:
            console.result(run_text(view, nodes, console.columns, console.paint()))
        return Exit.DONE
    found = find_step(view, step)
    if found is None:
        _refuse_step(view, step)
    elif json:
        console.document(found.to_json())
    else:
        console.result(step_text(found, view, nodes, console.columns, console.paint()))
    return Exit.DONE


def trace_run(
    session: Session,
    run: AnyRun = None,
    address: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS", help="Unfold this map or loop, or this item of one.", autocompletion=steps),
    ] = None,
    expand: Annotated[bool, typer.Option("--expand", help="Unfold all maps and loops, or the one at ADDRESS.")] = False,
) -> int:
    """Draw a run as a tree with times, attempts, cost and the branches taken.

    A map or loop is one line: how many items ended how, the slowest, and below it the first that failed or wait.
    """
    from flujo.app import open_app
    from flujo.cli.console import speaks_unicode
    from flujo.cli.render.lens import is_place
    from flujo.cli.render.trace import EVERYTHING, FANCY, PLAIN, Drawing, trace_text

    console = session.console
    with open_app(session.project, session.env) as app:
        run = run or _newest(session, app.runs(1))
        view, nodes = app.view(run, inputs=False), app.nodes(run)
        planner = app.planner(run)
        _hint(session, app, view)
    if address is not None and not is_place(view, address):
        _refuse_step(view, address)
    glyphs = FANCY if speaks_unicode(console.out) else PLAIN
    unfold = address or (EVERYTHING if expand else None)
    if planner:
        console.result(f"planned by: {visible(planner)}\n")
    console.result(trace_text(view, Drawing(console.paint(), console.columns, glyphs, unfold, nodes)))
    return Exit.DONE


def replay_run(session: Session, run: AnyRun = None, json: Json = False) -> int:
    """Run again from the journal alone and compare every byte.

    Nothing outside is reached. Exit code 5 when something differs; the step is named.
    """
    from flujo.app import open_app
    from flujo.cli.render.lens import replay_json, replay_text

    console = session.console
    with open_app(session.project, session.env) as app:
        replay = app.replay(run or _newest(session, app.runs(1)))
    if json:
        console.document(replay_json(replay))
    else:
        console.result(replay_text(replay, console.paint()))
    return Exit.DONE if replay.equal else Exit.DIVERGED


def _hint(session: Session, app: Any, view: Any) -> None:
    """Say how to go on with a run whose process is gone."""
    if not session.console.json and app.was_cut_off(view):
        session.console.note(f"no process drives this run: `flujo resume {view.run_id}{session.extra}` goes on with it")


def _newest(session: Session, runs: Sequence[RunHeader]) -> str:
    """Return the newest run, and say which one that is; raise UsageError FLJ0801 when there is none."""
    if not runs:
        raise UsageError("FLJ0801", "there are no runs yet", help="`flujo run` starts one")
    newest = runs[0]
    if not session.console.json:
        session.console.note(f"the newest run: {newest.run} of `{visible(newest.name)}`")
    return newest.run


def _refuse_step(view: Any, wanted: str) -> NoReturn:
    from flujo.cli.render.lens import suggestion

    raise UsageError("FLJ0005", f"run {view.run_id} has no step `{wanted}`", help=suggestion(view, wanted))


VERBS = (
    Verb("list", list_runs, (("flujo lens list", ""), ("flujo lens list --limit 100 --json", "for programs"))),
    Verb(
        "show",
        show_run,
        (
            ("flujo lens show", "the newest run"),
            ("flujo lens show 1ng3cjf", "the beginning of an id is enough"),
            ("flujo lens show 1ng3cjf fetch", "one step: input, output, error"),
            ("flujo lens show 1ng3cjf 'fan[17]/critique'", "a step of one item of a map"),
            ("flujo lens show 1ng3cjf --json", "everything, for programs"),
        ),
    ),
    Verb(
        "trace",
        trace_run,
        (
            ("flujo lens trace 1ng3cjf", ""),
            ("flujo lens trace 1ng3cjf --expand", "with every item and iteration"),
            ("flujo lens trace 1ng3cjf --expand fan", "with the items of one map"),
        ),
    ),
    Verb("replay", replay_run, (("flujo lens replay 1ng3cjf", "needs no network and no skills"),)),
)
