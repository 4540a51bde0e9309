"""`flujo run`: a blueprint, an input, a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from flujo.cli.complete import blueprints
from flujo.cli.verb import Json, Session, Verb
from flujo.core.diagnostics import Diagnostic
from flujo.core.errors import BlueprintInvalid, Exit

NoAsk = Annotated[bool, typer.Option("--no-ask", help="Never ask on the terminal: suspend instead.")]
WaitMax = Annotated[
    str,
    typer.Option("--wait-max", metavar="DURATION", help="A wait or backoff of more than this suspends the run."),
]
AllowPartial = Annotated[
    bool, typer.Option("--allow-partial", help="Exit 0 also when the run went on after a step had failed.")
]


def run(
    session: Session,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="The blueprint; default: the project's pipeline.yaml.", autocompletion=blueprints
        ),
    ] = None,
    input: Annotated[
        str | None, typer.Option("--input", metavar="VALUE|-", help="The input; `-` reads it from stdin.")
    ] = None,
    input_json: Annotated[
        str | None, typer.Option("--input-json", metavar="VALUE|-", help="The input as JSON; `-` reads it from stdin.")
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A single property; may be repeated.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would run, and what that takes at most; run and store nothing.")
    ] = False,
    no_ask: NoAsk = False,
    wait_max: WaitMax = "60s",
    allow_partial: AllowPartial = False,
    json: Json = False,
) -> int:
    """Run a blueprint.

    The input is `--input`, else the variable FLUJO_INPUT, else what is piped in, else empty. The result goes to stdout,
    everything else to stderr.

    Exit codes: 0 done, 1 a step failed, 2 wrong call or settings, 4 the blueprint is not valid, 6 waiting for a person
    or a time, 7 denied.
    """
    from flujo.app import open_app
    from flujo.cli.given import Given, find_input

    with open_app(session.project, session.env) as app:
        if not dry_run and app.refresh_lock():
            session.console.note("skills.lock was written anew: the project's skills had changed")
        compiled = app.compile(file or str(app.root / "pipeline.yaml"))
        graph = compiled.graph
        if graph is None:
            raise BlueprintInvalid(compiled.diagnostics)
        _warn(session, compiled.diagnostics)
        if dry_run:
            return _plan(session, app, graph)
        from flujo.cli.ending import Wishes, driving, finish
        from flujo.engine.places import nodes_by_address

        given = Given(input, input_json, tuple(set or ()))
        value = app.input_value(graph, find_input(session, given))
        wishes = Wishes(no_ask, wait_max, allow_partial)
        with driving(session, wishes, nodes_by_address(graph.root)) as options:
            view = app.start_run(graph, value, options)
        return finish(session, app, view, allow_partial=allow_partial)


def _warn(session: Session, diagnostics: Sequence[Diagnostic]) -> None:
    """Say in short what is doubtful in a valid blueprint."""
    from flujo.cli.render.diagnostics import warnings_text

    console = session.console
    text = warnings_text(diagnostics, console.paint(console.err))
    if text and not console.json:
        console.note(text)


def _plan(session: Session, app: Any, graph: Any) -> int:
    from flujo.cli.render.bound import bound_text
    from flujo.cli.render.table import table

    console, plan, bound = session.console, app.plan(graph), app.worst_case(graph)
    if console.json:
        document = {"blueprint": graph.name, "digest": graph.digest, "plan": plan, "worst_case": bound.to_json()}
        console.document(document)
        return Exit.DONE
    rows = [[str(step.get(key) or "") for key in ("address", "kind", "uses", "effect", "when")] for step in plan]
    heads = ("step", "kind", "uses", "effect", "only when")
    console.result(table(heads, rows, console.columns, console.paint()))
    console.result("\n" + bound_text(bound, console.paint()))
    console.note(f"nothing was run: {len(plan)} steps of `{graph.name}`")
    return Exit.DONE


VERBS = (
    Verb(
        "run",
        run,
        (
            ("flujo run", "the project's pipeline.yaml"),
            ('echo "some text" | flujo run hello.yaml', "piped input"),
            ("flujo run report.yaml --set limit=10", "one property of the input"),
            ("flujo run report.yaml --json", "one JSON document, for programs"),
            ("flujo run report.yaml --dry-run", "list the steps and the worst case, run nothing"),
        ),
    ),
)
