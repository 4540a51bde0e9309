"""`flujo event`: send, list."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flujo.cli.given import payload
from flujo.cli.run import WaitMax
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, FlujoError
from flujo.core.suggest import hint

Name = Annotated[str, typer.Argument(metavar="NAME", help="The event, as `event:` of the waiting step says.")]


def send_event(
    session: Session,
    name: Name,
    json: Annotated[
        str | None, typer.Option("--json", metavar="VALUE", help="What comes with it, as JSON; `-` reads stdin.")
    ] = None,
    wait_max: WaitMax = "60s",
) -> int:
    """Send an event to every run that waits for it, and go on with those runs.

    A run gets it when its `match` is true. An event for which no run waits is not kept. Without `--json` null comes
    with it. Exit code 1: a run that waits could not get it, or one that went on did not succeed.
    """
    from flujo.app import open_app
    from flujo.cli.render.table import table

    console, value = session.console, payload(session, json)
    with open_app(session.project, session.env) as app:
        found = app.send_event(name, value)
        near = None if found else hint(name, sorted({task.event for task in app.awaited() if task.event}))
        told = [_went_on(session, app, item, wait_max) if item.taken else _not_taken(item) for item in found]
    if not found:
        console.note(f"no run waits for the event `{name}`; it is not kept" + (f"; {near}" if near else ""))
        return Exit.DONE
    for item in found:
        if item.problem:
            console.note(f"run {item.run}: {item.problem}")
    rows = [(item.run, item.name, ", ".join(item.steps), words) for item, (words, _) in zip(found, told, strict=True)]
    console.result(table(("run", "blueprint", "step", "what became of it"), rows, console.columns, console.paint()))
    return Exit.DONE if all(good for _, good in told) else Exit.FAILED


def _not_taken(item: Any) -> tuple[str, bool]:
    return "not delivered" if item.problem else "did not match", item.problem is None


def _went_on(session: Session, app: Any, item: Any, wait_max: str) -> tuple[str, bool]:
    """Go on with a run that has its event; return what it came to, and whether that is well."""
    from flujo.cli.ending import Wishes, driving

    console = session.console
    if app.is_over(item.run):
        view = app.view(item.run, inputs=False)
    else:
        try:
            with driving(session, Wishes(True, wait_max), app.nodes(item.run), app.rows(item.run)) as options:
                view = app.go_on(item.run, options)
        except FlujoError as error:
            console.note(f"run {item.run}: {error}")
            return "delivered; `flujo resume` goes on with it", False
    why = f": {view.error['message']}" if view.error else ""
    return f"delivered, {view.status}{why}", view.status in ("completed", "suspended", "running")


def list_events(session: Session, json: Json = False) -> int:
    """List the events that runs wait for, oldest first."""
    from flujo.app import open_app
    from flujo.cli.render.table import table
    from flujo.cli.render.times import moment
    from flujo.engine.scope import iso

    console = session.console
    with open_app(session.project, session.env) as app:
        found = app.awaited()
    if json:
        listed = [
            {"event": it.event, "run_id": it.run, "blueprint": it.name, "step": it.step, "since": iso(it.opened)}
            for it in found
        ]
        console.document({"events": listed})
    elif not found:
        console.note("no run waits for an event")
    else:
        rows = [(item.event, item.run, item.step, moment(item.opened), item.name) for item in found]
        heads = ("event", "run", "step", "since", "blueprint")
        console.result(table(heads, rows, console.columns, console.paint()))
    return Exit.DONE


VERBS = (
    Verb(
        "send",
        send_event,
        (
            ("flujo event send order.paid --json '{\"id\": 7}'", ""),
            ("curl -s $URL | flujo event send order.paid --json -", "the payload is piped in"),
        ),
    ),
    Verb("list", list_events, (("flujo event list", ""), ("flujo event list --json", "for programs"))),
)
