"""`flujo skills`: list, show, lock."""

from __future__ import annotations

from typing import Annotated

import typer

from flujo.cli.complete import skill_ids
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit


def list_skills(session: Session, json: Json = False) -> int:
    """List the skills that blueprints of this project can use.

    Builtin skills, and those of the project as `skills.lock` describes them. Nothing of the project is imported.
    """
    from flujo.app import open_app
    from flujo.cli.render.table import table

    console = session.console
    with open_app(session.project, session.env) as app:
        specs = app.skills()
    if json:
        console.document({"skills": [spec.to_json() for spec in specs]})
    else:
        rows = [(spec.id, spec.effect, spec.origin, spec.summary) for spec in specs]
        console.result(table(("skill", "effect", "from", "what it does"), rows, console.columns, console.paint()))
    return Exit.DONE


def show_skill(
    session: Session,
    id: Annotated[str, typer.Argument(metavar="ID", help="Such as table.filter.", autocompletion=skill_ids)],
    json: Json = False,
) -> int:
    """Show what a skill does, takes and gives."""
    from flujo.app import open_app
    from flujo.cli.render.skill import skill_text

    with open_app(session.project, session.env) as app:
        spec = app.skill(id)
    if json:
        session.console.document(spec.to_json())
    else:
        session.console.result(skill_text(spec, session.console.paint()))
    return Exit.DONE


def lock_skills(session: Session, json: Json = False) -> int:
    """Write skills.lock: what the project's own skills look like.

    Imports the files in `skills/`, which is why no other checking command does it. Review and commit the result.
    """
    from flujo.app import open_app

    with open_app(session.project, session.env) as app:
        result = app.lock_skills()
    changes = {"added": result.added, "changed": result.changed, "removed": result.removed}
    if json:
        listed = {word: list(ids) for word, ids in changes.items()}
        session.console.document({"skills": [spec.id for spec in result.specs], **listed})
        return Exit.DONE
    lines = [f"{word}: {', '.join(ids)}" for word, ids in changes.items() if ids] or ["nothing changed"]
    count = len(result.specs)
    session.console.result("\n".join([*lines, f"skills.lock: {count} skill{'s' * (count != 1)}"]) + "\n")
    return Exit.DONE


VERBS = (
    Verb("list", list_skills, (("flujo skills list", ""), ("flujo skills list --json", "for programs"))),
    Verb("show", show_skill, (("flujo skills show table.filter", ""),)),
    Verb("lock", lock_skills, (("flujo skills lock", "after a change in skills/"),)),
)
