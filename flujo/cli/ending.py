"""How `run`, `resume` and `redrive` drive a run for a person: live progress, questions in place, and the end of it."""

from __future__ import annotations

from collections.abc import Callable

from flujo.app import App, RunOptions
from flujo.cli.console import speaks_unicode
from flujo.cli.render.progress import progress_line
from flujo.cli.render.run import done_text, failed_text, waiting_text
from flujo.cli.render.task import hint, task_text
from flujo.cli.render.trace import FANCY, PLAIN
from flujo.cli.verb import Session
from flujo.core.errors import Exit, FlujoError, UsageError
from flujo.core.events import TaskOpened
from flujo.core.rows import Row
from flujo.core.spans import Source
from flujo.engine.fold import RunView, TaskView
from flujo.engine.tasks import parse_answer

_EXITS = {"completed": Exit.DONE, "suspended": Exit.SUSPENDED, "denied": Exit.DENIED}
"""What a run's status means to the shell; every other status is a failure."""


def watcher(session: Session) -> Callable[[Row], None]:
    """Return what looks at each new event: it remembers the run's id, and shows progress on a terminal."""
    console = session.console
    paint, columns = console.paint(console.err), console.columns
    glyphs = FANCY if speaks_unicode(console.err) else PLAIN

    def watch(row: Row) -> None:
        session.driving = row.run
        if console.live and not console.json:
            line = progress_line(row, paint, columns, glyphs)
            if line is not None:
                console.note(line)

    return watch


def asker(session: Session, no_ask: bool) -> Callable[[TaskView], str | None] | None:
    """Return what asks a person in place (None: suspend); nothing where nobody can be asked."""
    console = session.console
    if no_ask or console.json or not console.interactive:
        return None

    def ask(task: TaskView) -> str | None:
        console.note("\n" + task_text(task, console.columns, console.paint(console.err)))
        question = TaskOpened(task.kind, "", None, task.choices, task.schema)
        while True:
            answer = console.ask(f"{hint(task)} (Ctrl-D: later)> ")
            if answer is None:
                return None
            try:
                parse_answer(question, answer)
            except UsageError as error:
                console.note(f"{error.diagnostic.message}: {error.diagnostic.help}")
            else:
                return answer

    return ask


def options_of(session: Session, no_ask: bool) -> RunOptions:
    """Return how a person wants the run to be driven."""
    return RunOptions(observe=watcher(session), ask=asker(session, no_ask))


def finish(session: Session, app: App, view: RunView) -> int:
    """Print what the run came to and return the exit code; a run whose step failed never gives 0."""
    console = session.console
    code = _EXITS.get(view.status, Exit.FAILED)
    if console.json:
        console.document(view.to_json())
        return code
    paint, columns = console.paint(console.err), console.columns
    if view.status in ("completed", "partial"):
        console.value(view.output)
        if console.live or view.status == "partial":
            console.note(done_text(view, paint))
    elif view.status == "suspended":
        console.note(waiting_text(view, paint, columns, session.extra))
    else:
        console.note(failed_text(view, _source(app, view), paint, columns, session.extra))
    return code


def _source(app: App, view: RunView) -> Source | None:
    """Return the text of the blueprint as the run pinned it, if the failure stands in it."""
    try:
        source: Source = app.engine.graph(view.run_id).source
    except FlujoError:
        return None
    return source if source.name == (view.error or {}).get("file") else None
