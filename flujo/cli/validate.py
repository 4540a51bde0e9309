"""`flujo validate`: every problem of a blueprint, found without running or importing anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from flujo.cli.render.diagnostics import counts, document, render
from flujo.cli.verb import Json, Session, Verb
from flujo.core.diagnostics import Diagnostic, has_errors
from flujo.core.errors import Exit, UsageError


def validate(
    session: Session,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|DIR", help="Default: the project's pipeline.yaml.")
    ] = None,
    format: Annotated[
        Literal["text", "json"],
        typer.Option("--format", help="How diagnostics are printed; `--json` is `--format json`."),
    ] = "text",
    json: Json = False,
) -> int:
    """Check blueprints without running anything.

    Of a folder all .yaml and .yml files are checked, hidden folders left out. Diagnostics go to stdout, the count to
    stderr. Exit code 4 when there is an error; warnings and notes do not change it.
    """
    from flujo.app import open_app

    console = session.console
    console.json = console.json or format == "json"
    found: list[Diagnostic] = []
    with open_app(session.project, session.env) as app:
        paths = [path for given in files or [str(app.root / "pipeline.yaml")] for path in _blueprints(given)]
        for path in paths:
            found += app.validate(path)
    if console.json:
        console.document(document(found))
    else:
        if found:
            console.result(render(found, console.paint().on, console.columns))
        console.note(f"{len(paths)} file{'s' * (len(paths) != 1)} checked: {counts(found)}")
    return Exit.INVALID if has_errors(found) else Exit.DONE


def _blueprints(given: str) -> list[str]:
    """Return the blueprints that an argument means: itself, or all below a folder."""
    folder = Path(given)
    if not folder.is_dir():
        return [given]
    paths = []
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        paths += [str(Path(place, name)) for name in sorted(names) if name.endswith((".yaml", ".yml"))]
    if not paths:
        raise UsageError("FLJ0001", f"no blueprint in the folder `{given}`", help="blueprints end in .yaml or .yml")
    return paths


VERBS = (
    Verb(
        "validate",
        validate,
        (
            ("flujo validate", "the project's pipeline.yaml"),
            ("flujo validate a.yaml b.yaml", ""),
            ("flujo validate . --format json", "every blueprint below this folder"),
        ),
    ),
)
