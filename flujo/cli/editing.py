"""`flujo dev edit`: one change of a blueprint by the address of a part, every other byte as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flujo.cli.complete import blueprints
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import BlueprintInvalid, Exit, UsageError

REFUSED = ("FLJ0011", "FLJ0012", "FLJ0013", "FLJ0205")
"""Codes of edits that make no sense; all others are of a blueprint that cannot be read."""

Op = Literal["set", "append", "remove", "insert-after", "rename", "add-branch", "wrap-in-map"]


def edit(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", autocompletion=blueprints)],
    op: Annotated[Op, typer.Argument(metavar="OP", help=", ".join(f"`{word}`" for word in Op.__args__))],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Keys and names of steps: `steps.load.with.path`.")],
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="JSON, or a text; not for `remove`.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; write nothing.")] = False,
    json: Json = False,
) -> int:
    """Change one part of a blueprint and keep every other byte.

    Comments, quotes and order stay as they are. A value is written in the style of the one it replaces, a step in that
    of its neighbours. `rename` changes also all that names the step, agent or import. The new text is read again, and
    nothing is written unless it says exactly what the edit says. `flujo validate` says whether it makes sense.
    """
    from flujo.app import open_app
    from flujo.app.editing import edit_file
    from flujo.app.project import read_file
    from flujo.app.writing import replace_file
    from flujo.cli.render.diagnostics import diff_text

    with open_app(session.project, session.env) as app:
        path = Path(file)
        data = read_file(path, file)
        edited = edit_file(data, app.name_of(path), op, address, value)
    for problem in edited.diagnostics:
        if problem.code not in REFUSED:
            raise BlueprintInvalid(edited.diagnostics)
        raise UsageError(problem.code, problem.message, help=problem.help, place=problem.place)
    if not diff and edited.text != edited.before:
        replace_file(path, data, edited.text.encode())
    console = session.console
    if json:
        console.document({"file": edited.name, "changed": edited.text != edited.before, "diff": edited.diff})
    else:
        console.result(diff_text(edited.diff.splitlines(), console.paint().on))
    return Exit.DONE


EDIT = Verb(
    "edit",
    edit,
    (
        ("flujo dev edit flow.yaml set steps.load.with.path new.csv", ""),
        ("flujo dev edit flow.yaml set steps.load.retry '{\"attempts\": 5}' --diff", "show it only"),
        ("flujo dev edit flow.yaml rename steps.load fetch", "and all that names it"),
        ('flujo dev edit flow.yaml insert-after steps.load \'{"name": "trim", "uses": "text.trim"}\'', ""),
        ('flujo dev edit flow.yaml wrap-in-map steps.trim \'{"name": "each", "over": "{{ previous }}"}\'', ""),
    ),
)
