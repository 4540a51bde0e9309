"""`flujo tasks`: list, show."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.complete import task_ids
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

    console = session.console
    with open_app(session.project, session.env) as app:
        tasks = app.tasks(run)
    if json:
        console.document({"tasks": [{"run_id": run_of_task(task.id), **task.to_json()} for task in tasks]})
    elif not tasks:
        console.note("no run is waiting for a person")
    else:
        rows = [(task.id, task.kind, task.step, str(task.message)) for task in tasks]
        console.result(table(("task", "kind", "step", "question"), rows, console.columns, console.paint()))
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
        found = [item for item in app.tasks() if item.id.startswith(task)]
    if len(found) != 1:
        message = f"no open task `{task}`" if not found else f"`{task}` fits {len(found)} open tasks"
        raise UsageError("FLJ0808", message, help="`flujo tasks list` shows what is open")
    view = found[0]
    if json:
        console.document({"run_id": run_of_task(view.id), **view.to_json()})
        return Exit.DONE
    commands = answer_commands(found, run_of_task(view.id), session.extra, name_task=True)
    lines = ["", "answer with:", *(f"  {command}" for command in commands)]
    console.result(task_text(view, console.columns, console.paint()) + "\n".join(lines) + "\n")
    return Exit.DONE


VERBS = (
    Verb("list", list_tasks, (("flujo tasks list", ""), ("flujo tasks list --json", "for programs"))),
    Verb("show", show_task, (("flujo tasks show 1ng3cjf-nx3vn.12", ""),)),
)
