"""`flujo explain`: what a code means, what a blueprint will do, why a step is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from flujo.cli.complete import explainable
from flujo.cli.render.page import page, page_text
from flujo.cli.verb import Json, Session, Verb
from flujo.core.codes import CODES
from flujo.core.codes.entry import Code
from flujo.core.diagnostics import docs_page
from flujo.core.errors import Exit, UsageError
from flujo.core.suggest import did_you_mean

_CODE = re.compile(r"(?:FLJ)?(\d{3,4})", re.IGNORECASE)


def explain(
    session: Session,
    what: Annotated[
        str, typer.Argument(metavar="CODE|FILE|FILE:STEP", help="What is to be explained.", autocompletion=explainable)
    ],
    json: Json = False,
) -> int:
    """Explain a code, a blueprint, or a step of a blueprint.

    Of a code: what it means, why flujo insists, what to do, an example. Of a blueprint: its steps in words, what they
    read and change, whom they ask. Of a step: why it is there, what it takes, who uses what it gives. STEP is a name
    or an address such as fan/critique. Nothing is started.
    """
    code = _code(what)
    if code is not None:
        _show_code(session, code, json)
        return Exit.DONE
    from flujo.app import open_app
    from flujo.cli.render.bound import bound_text
    from flujo.cli.render.explain import file_text, step_text

    console, paint = session.console, session.console.paint()
    file, step = _parts(what)
    with open_app(session.project, session.env) as app:
        graph = app.graph(file)
        found = app.explain(graph, step)
        bound = app.worst_case(graph) if step is None else None
    if json:
        console.document({**found, "worst_case": bound.to_json()} if bound is not None else found)
    elif bound is not None:
        console.result(f"{file_text(found, console.columns, paint)}\n{bound_text(bound, paint)}")
    else:
        console.result(step_text(found, console.columns, paint))
    return Exit.DONE


def _code(what: str) -> Code | None:
    """Return the code that is meant by its number or its name; None for what is no code. Raise UsageError FLJ0005."""
    named = next((code for code in CODES.values() if code.slug == what), None)
    number = _CODE.fullmatch(what)
    if named is not None and not Path(what).exists():
        return named
    if number is not None:
        id = f"FLJ{number[1].zfill(4)}"
        if id in CODES:
            return CODES[id]
        near = [other for other in CODES if other.startswith(id[:5])]
        help = f"of this range there are {near[0]} to {near[-1]}" if near else "codes begin with FLJ00 to FLJ09"
        raise UsageError("FLJ0005", f"there is no code `{id}`", help=help)
    return None


def _parts(what: str) -> tuple[str, str | None]:
    """Return the file and the step that are meant; raise UsageError FLJ0005 for what can be no file."""
    file, colon, step = what.rpartition(":")
    if colon and step and not Path(what).exists():
        return file, step
    if not Path(what).exists() and not what.endswith((".yaml", ".yml")):
        near = did_you_mean(what, [code.slug for code in CODES.values()])
        help = f"did you mean `{near}`?" if near else "name a code such as FLJ0301, a file, or FILE:STEP"
        raise UsageError("FLJ0005", f"`{what}` is no code and no file", help=help)
    return what, None


def _show_code(session: Session, code: Code, json: bool) -> None:
    console = session.console
    if json:
        about = {"kind": "code", "code": code.id, "slug": code.slug, "class": code.error_class}
        console.document(
            {**about, "meaning": code.what, "help": code.fix, "page": page(code), "url": docs_page(code.id)}
        )
    else:
        console.result(page_text(page(code), console.columns, console.paint()))


VERBS = (
    Verb(
        "explain",
        explain,
        (
            ("flujo explain FLJ0301", "what a code means"),
            ("flujo explain pipeline.yaml", "what a blueprint will do"),
            ("flujo explain pipeline.yaml:send", "why a step is there"),
        ),
    ),
)
