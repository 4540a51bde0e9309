"""`flujo dev`: what people need who work on blueprints, editors and flujo itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flujo.cli.complete import blueprints
from flujo.cli.editing import EDIT
from flujo.cli.explain import explain
from flujo.cli.validate import validate
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, UsageError


def compile_yaml(
    session: Session,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="Default: the project's pipeline.yaml.", autocompletion=blueprints),
    ] = None,
    json: Json = False,
) -> int:
    """Print the graph that a blueprint compiles to, as JSON.

    `graph` is what the digest is made of: no prose, no places, no fields at their defaults. `addresses` names every
    step as runs do, with its line and a digest of its own. Nothing is run; `--json` makes errors JSON too.
    """
    from flujo.app import open_app
    from flujo.app.planning import compiled_json

    with open_app(session.project, session.env) as app:
        session.console.document(compiled_json(app.graph(file or str(app.root / "pipeline.yaml"))))
    return Exit.DONE


def show_config(session: Session, json: Json = False) -> int:
    """Show what flujo is set to here, and where each setting comes from.

    Passwords in addresses are shown as ***. Of variables that hold keys nothing is read.
    """
    from flujo.app import open_app
    from flujo.cli.render.table import table

    console = session.console
    with open_app(session.project, session.env) as app:
        settings = app.config()
    if json:
        rows = [{"name": item.name, "value": item.value, "from": item.origin} for item in settings]
        console.document({"settings": rows})
        return Exit.DONE
    shown = [(item.name, item.origin, "" if item.value is None else str(item.value)) for item in settings]
    console.result(table(("setting", "from", "value"), shown, console.columns, console.paint()))
    return Exit.DONE


def show_version(session: Session, json: Json = False) -> int:
    """Show the versions of flujo and of what it is made of, as a report of a fault needs them."""
    from flujo.app.about import versions

    found = versions()
    if json:
        session.console.document(found)
        return Exit.DONE
    lines = []
    for name, value in found.items():
        inner = value.items() if isinstance(value, dict) else ((name.replace("_", " "), value),)
        lines += [f"{key:<12} {'not installed' if part is None else part}" for key, part in inner]
    session.console.result("\n".join(lines) + "\n")
    return Exit.DONE


def print_schema(
    session: Session,
    project_skills: Annotated[
        bool, typer.Option("--project-skills", help="With the skills of this project and their parameters.")
    ] = False,
    json: Json = False,
) -> int:
    """Print the JSON Schema of blueprints, for editors and other tools.

    Draft 2020-12. `flujo init` writes it to flujo.schema.json, with the project's skills; blueprints name that file in
    their first line, and `flujo skills lock` keeps it up to date.
    """
    from flujo.app import open_app

    with open_app(session.project, session.env) as app:
        session.console.document(app.schema(project_skills=project_skills))
    return Exit.DONE


def visualize(
    session: Session,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="Default: the project's pipeline.yaml.", autocompletion=blueprints),
    ] = None,
    format: Annotated[
        Literal["mermaid", "svg"] | None,
        typer.Option("--format", help="Default: svg for an output that ends in .svg, else mermaid."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it; default: stdout.")
    ] = None,
    json: Json = False,
) -> int:
    """Draw a blueprint: its steps from top to bottom, with what is inside of what.

    Mermaid is text that GitHub, GitLab and many editors draw. The SVG needs nothing but a browser, and follows its
    light or dark colours. Steps that read, write or destroy, agents and questions to people each have a colour of
    their own. Nothing is run; `--json` makes errors JSON too.
    """
    from flujo.app import open_app

    form = format or ("svg" if output is not None and output.endswith(".svg") else "mermaid")
    with open_app(session.project, session.env) as app:
        drawn_from = Path(file or app.root / "pipeline.yaml")
        drawn = app.picture(app.graph(str(drawn_from)), form)
    if output is None:
        session.console.result(drawn)
        return Exit.DONE
    if Path(output).exists() and drawn_from.samefile(output):
        raise UsageError("FLJ0005", f"`{output}` is the blueprint itself", help="write the drawing to another file")
    try:
        Path(output).write_text(drawn, "utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError("FLJ0001", f"`{output}` cannot be written: {reason}") from error
    session.console.note(f"wrote {output}")
    return Exit.DONE


VERBS = (
    Verb(
        "compile-yaml",
        compile_yaml,
        (
            ("flujo dev compile-yaml", "the project's pipeline.yaml"),
            ("flujo dev compile-yaml a.yaml", ""),
        ),
    ),
    Verb("explain", explain, (("flujo dev explain FLJ0301", "the same as `flujo explain`"),)),
    Verb(
        "schema",
        print_schema,
        (
            ("flujo dev schema", ""),
            ("flujo dev schema --project-skills", "into flujo.schema.json, for a project that has none yet"),
        ),
    ),
    EDIT,
    Verb("show-config", show_config, (("flujo dev show-config", ""), ("flujo dev show-config --json", "for programs"))),
    Verb("validate", validate, (("flujo dev validate a.yaml", "the same as `flujo validate`"),)),
    Verb(
        "visualize",
        visualize,
        (
            ("flujo dev visualize", "the project's pipeline.yaml as Mermaid"),
            ("flujo dev visualize a.yaml -o a.svg", "a picture"),
        ),
    ),
    Verb("version", show_version, (("flujo dev version", ""), ("flujo dev version --json", "for programs"))),
)
