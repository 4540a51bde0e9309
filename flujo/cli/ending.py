"""How `run`, `resume` and `redrive` drive a run for a person: live progress, questions in place, and the end of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from flujo.app import App, RunOptions
from flujo.cli.live import Live
from flujo.cli.render.diagnostics import general_help
from flujo.cli.render.region import Nodes
from flujo.cli.render.run import done_text, failed_text, partial_text, waiting_text
from flujo.cli.render.task import hint, task_text
from flujo.cli.verb import Session
from flujo.core.errors import Exit, FlujoError, UsageError
from flujo.core.events import TaskOpened
from flujo.core.graph import Flow, Graph, Question, Wait
from flujo.core.record import dataclass
from flujo.core.rows import Row
from flujo.core.secrets import Redactor
from flujo.core.spans import Source
from flujo.engine.fold import RunView
from flujo.engine.task_view import TaskView
from flujo.engine.tasks import parse_answer

_EXITS = {"completed": Exit.DONE, "suspended": Exit.SUSPENDED, "denied": Exit.DENIED}
"""What a run's status means to the shell; every other status is a failure."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants a run to be driven, as the options of the verb say."""

    no_ask: bool = False
    wait_max: str = "60s"
    allow_partial: bool = False


@contextmanager
def driving(session: Session, wishes: Wishes, nodes: Nodes, past: Iterable[Row] = ()) -> Iterator[RunOptions]:
    """Yield the options to drive a run with; progress is shown on a terminal, and taken away at the end.

    `past` is what is recorded of the run already. Raise UsageError FLJ0005 for a wrong duration.
    """
    console = session.console
    wait_max = _seconds(wishes.wait_max)
    live = None
    if console.live and not console.json:
        live = Live(console, nodes)
        live.recall(past)

    def watch(row: Row) -> None:
        session.driving = row.run
        if live is not None:
            live.watch(row)

    rewrap: Callable[[], object] | None = None

    def guard(redactor: Redactor, warnings: Sequence[str]) -> None:
        nonlocal rewrap
        from flujo.cli.redacted import redact_streams

        rewrap = partial(redact_streams, session, redactor)
        if redact_streams(session, redactor):
            for text in warnings:
                console.note(f"warning: {text}")

    ask = _asker(session, live) if console.interactive and not (wishes.no_ask or console.json) else None
    try:
        yield RunOptions(watch, ask, wait_max, guard)
    finally:
        if rewrap is not None:  # stdout was another stream while skills ran, see `run_sync`
            rewrap()
        if live is not None:
            live.pause()


def _seconds(text: str) -> float:
    from flujo.blueprints.durations import DurationProblem, seconds

    try:
        return seconds(text)
    except DurationProblem as problem:
        raise UsageError("FLJ0005", f"`--wait-max` {problem}", help=problem.help) from problem


def _asker(session: Session, live: Live | None) -> Callable[[TaskView], str | None]:
    """Return what asks a person in place; None as an answer leaves the run suspended."""
    console = session.console

    def ask(task: TaskView) -> str | None:
        if live is not None:
            live.pause()
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


def finish(session: Session, app: App, view: RunView, *, allow_partial: bool = False) -> int:
    """Print what a run came to and return the exit code; one whose step failed is 0 only if `allow_partial`."""
    console = session.console
    code = _EXITS.get(view.status, Exit.FAILED)
    if view.status == "partial" and allow_partial:
        code = Exit.DONE
    if console.json:
        document = view.to_json()
        if view.error:
            document["error"] = {**view.error, "help": view.error["help"] or general_help(view.error["code"])}
        console.document(document)
        return code
    paint, columns = console.paint(console.err), console.columns
    if view.status in ("completed", "partial"):
        console.value(view.output)
        if view.status == "partial":
            console.note(partial_text(view, paint, columns, session.extra, allowed=allow_partial))
        elif console.live:
            console.note(done_text(view, paint))
    elif view.status == "suspended":
        wake = app.next_wake(view.run_id)
        console.note(waiting_text(view, paint, columns, session.extra, wake=wake, name_task=_asks_often(app, view)))
    else:
        console.note(failed_text(view, _source(app, view), paint, columns, session.extra))
    return code


def _source(app: App, view: RunView) -> Source | None:
    """Return the text that the failure stands in, as the run pinned it: the blueprint's, or that of an import."""
    try:
        graph: Graph = app.engine.graph(view.run_id)
    except FlujoError:
        return None
    imports = (node.imported for node in app.nodes(view.run_id).values() if isinstance(node, Flow))
    sources = (graph.source, *(imported.graph.source for imported in imports if imported is not None))
    return next((source for source in sources if source.name == (view.error or {}).get("file")), None)


def _asks_often(app: App, view: RunView) -> bool:
    """Say whether the blueprint has more than one place at which a person is asked."""
    asking = [
        node
        for node in app.nodes(view.run_id).values()
        if node.meta.approval is not None or (isinstance(node, Wait) and isinstance(node.on, Question))
    ]
    return len(asking) > 1
