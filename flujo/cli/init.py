"""`flujo init`: a project from the gallery, written only where nothing is lost."""

from __future__ import annotations

import json
import os
import tempfile
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from flujo.cli.render.screen import visible
from flujo.cli.verb import Json, Session, Verb
from flujo.core.errors import Exit, UsageError
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Template:
    """An entry of the gallery: folders of `blueprints/templates`, later ones replace files of earlier ones."""

    summary: str
    layers: tuple[str, ...]
    go: str


GALLERY = {
    "default": Template("200 tickets, a skill of your own, a table", ("project", "default"), "flujo run"),
    "minimal": Template("two steps, text in and text out", ("project", "minimal"), 'echo "some text" | flujo run'),
    "approval": Template("a report that a person approves first", ("project", "default", "approval"), "flujo run"),
}

_RENAMED = {"gitignore": ".gitignore"}  # under its real name it would act on this repository


def init(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The folder to make, or `.` for this one.")],
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help=f"What to start from: {', '.join(GALLERY)}.")
    ] = "default",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there, after a question.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: with --force, replace.")] = False,
    json: Json = False,
) -> int:
    """Start a project that validates and runs at once.

    Files that are there are never overwritten without --force. Templates: default (200 tickets, a skill of your own,
    a table), minimal (two steps, text in and text out), approval (a report that a person approves first).
    """
    root = session.project / name if session.project else Path(name)
    files = scaffold(template, root.resolve().name)
    there = [path for path in files if os.path.lexists(root / path)]
    if there:
        _permit(session, root, there, force, yes)
    for path, data in files.items():
        _write(root / path, data)
    if json:
        session.console.document({"project": str(root), "template": template, "files": sorted(files)})
        return Exit.DONE
    lines = [f"made {visible(str(root))} from the template {template}:", *(f"  {path}" for path in sorted(files))]
    first = f"cd {visible(str(root))} && " if root.resolve() != Path.cwd() else ""
    lines += ["", f"next: {first}{GALLERY[template].go}"]
    session.console.result("\n".join(lines) + "\n")
    return Exit.DONE


def scaffold(template: str, name: str) -> dict[str, bytes]:
    """Return the files of a template by their path, for a project of that name; raise UsageError FLJ0008."""
    if template not in GALLERY:
        near = did_you_mean(template, GALLERY)
        hint = f"did you mean `{near}`? " if near else ""
        raise UsageError("FLJ0008", f"unknown template `{template}`", help=f"{hint}there are: {', '.join(GALLERY)}")
    files: dict[str, bytes] = {}
    for layer in GALLERY[template].layers:
        files |= _read(resources.files("flujo.blueprints") / "templates" / layer, "")
    quoted = json.dumps(visible(name, keep=""), ensure_ascii=False).encode()
    files["flujo.toml"] = files["flujo.toml"].replace(b'"@NAME@"', quoted)
    return files


def _read(folder: Traversable, prefix: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                files |= _read(entry, f"{prefix}{entry.name}/")
        else:
            files[prefix + _RENAMED.get(entry.name, entry.name)] = entry.read_bytes()
    return files


def _permit(session: Session, root: Path, there: list[str], force: bool, yes: bool) -> None:
    names = ", ".join(f"`{path}`" for path in sorted(there))
    message = f"already in `{root}`: {names}"
    if not force:
        raise UsageError("FLJ0003", message, help="choose another folder, or add `--force` to replace these files")
    if yes:
        return
    if session.console.json or not session.console.interactive:
        raise UsageError("FLJ0003", message, help="there is no terminal to ask on: add `--yes` to replace these files")
    if not session.console.confirm(f"Replace {visible(names)} in {visible(str(root))}?"):
        raise UsageError("FLJ0003", message, help="nothing was changed")


def _write(path: Path, data: bytes) -> None:
    """Write a file in one move, so that a half-written one is never seen; a link is replaced, not followed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(draft).chmod(0o666 & ~umask)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


VERBS = (
    Verb(
        "init",
        init,
        (
            ("flujo init demo", "make the folder demo"),
            ("flujo init . --template minimal", "start in this folder"),
            ("flujo init demo --force --yes", "start again, replacing the files"),
        ),
    ),
)
