"""`flujo tasks`: list, show, answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from flujo.cli.complete import task_ids
from flujo.cli.run import AllowPartial, WaitMax
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, UsageError
from flujo.core.ids import run_of_task


def list_tasks(
    session: Session,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Only those of one run.")] = None,
    json: Json = False,
) -> int:
    """List the questions that runs are waiting for, oldest first."""
    from flujo.app import open_app
    from flujo.cli.render.table import table
    from flujo.cli.render.task import for_whom

    console = session.console
    with open_app(session.project, session.env) as app:
        tasks = app.tasks(run)
    if json:
        console.document({"tasks": [{"run_id": run_of_task(task.id), **task.to_json()} for task in tasks]})
    elif not tasks:
        console.note("no run is waiting for a person")
    else:
        columns = {
            "task": [task.id for task in tasks],
            "kind": [task.kind for task in tasks],
            "step": [task.step for task in tasks],
            "for": [for_whom(task) for task in tasks],
            "question": [str(task.message) for task in tasks],
        }
        shown = {head: cells for head, cells in columns.items() if head != "for" or any(cells)}
        rows = list(zip(*shown.values(), strict=True))
        console.result(table(list(shown), rows, console.columns, console.paint()))
    return Exit.DONE


def show_task(
    session: Session,
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task's id.", autocompletion=task_ids)],
    json: Json = False,
) -> int:
    """Show a question as the person sees it, and how to answer it."""
    from flujo.app import open_app
    from flujo.cli.render.task import answer_commands, task_text

    console = session.console
    with open_app(session.project, session.env) as app:
        view = _one(app.tasks(), task)
    if json:
        console.document({"run_id": run_of_task(view.id), **view.to_json()})
        return Exit.DONE
    commands = answer_commands([view], run_of_task(view.id), session.extra, name_task=True)
    lines = ["", "answer with:", *(f"  {command}" for command in commands)]
    console.result(task_text(view, console.columns, console.paint()) + "\n".join(lines) + "\n")
    return Exit.DONE


def answer_task(
    session: Session,
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task's id.", autocompletion=task_ids)],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="A choice, text, or JSON as the question asks.")],
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT", help="Why, for the record.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", metavar="JSON", help="With `done`: what the step in doubt gave.")
    ] = None,
    wait_max: WaitMax = "60s",
    allow_partial: AllowPartial = False,
    json: Json = False,
) -> int:
    """Answer one question, and go on with its run.

    Other questions of the run stay open: as long as there are any, the exit code is 6.
    """
    from flujo.app import open_app
    from flujo.cli.ending import Wishes, driving, finish

    with open_app(session.project, session.env) as app:
        chosen = _one(app.tasks(), task).id
        run = run_of_task(chosen)
        with driving(session, Wishes(True, wait_max), app.nodes(run), app.rows(run)) as options:
            view = app.resume(run, answer, chosen, options, output=output, comment=comment)
        if view.status == "cancelled" and not json:  # a doubt that outlived its run, or an undo
            session.console.note(f"recorded; run {run} is cancelled, and `flujo redrive {run}` goes on with it")
        if view.status == "cancelled" and json:
            session.console.document(view.to_json())
        if view.status == "cancelled":
            return Exit.DONE
        return finish(session, app, view, allow_partial=allow_partial)


def _one(tasks: Sequence[Any], wanted: str) -> Any:
    """Return the open task with that id, or the only one whose id begins so; raise UsageError FLJ0808."""
    found = [task for task in tasks if task.id == wanted] or [task for task in tasks if task.id.startswith(wanted)]
    if len(found) != 1:
        message = f"no open task `{wanted}`" if not found else f"`{wanted}` fits {len(found)} open tasks"
        raise UsageError("FLJ0808", message, help="`flujo tasks list` shows what is open")
    return found[0]


VERBS = (
    Verb("list", list_tasks, (("flujo tasks list", ""), ("flujo tasks list --json", "for programs"))),
    Verb("show", show_task, (("flujo tasks show 1ng3cjf-nx3vn.12", ""),)),
    Verb(
        "answer",
        answer_task,
        (
            ("flujo tasks answer 1ng3cjf-nx3vn.12 yes", ""),
            ('flujo tasks answer 1ng3cjf-nx3vn.12 no --comment "too early"', "why, for the record"),
            ("flujo tasks answer 1ng3cjf-nx3vn.12 done --output 3", "a step in doubt: it was done, and gave 3"),
        ),
    ),
)
