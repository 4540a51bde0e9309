"""`flujo validate`: every problem of a blueprint, found without running or importing anything."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from flujo.cli.complete import blueprints
from flujo.cli.render.diagnostics import counts, diff_text, document, render
from flujo.cli.verb import Json, Session, Verb
from flujo.core.diagnostics import Diagnostic, Severity, has_errors
from flujo.core.errors import Exit, UsageError
from flujo.core.record import dataclass
from flujo.core.spans import Source

Format = Literal["text", "json", "sarif", "github"]

STDIN = "<stdin>"


@dataclass(frozen=True, slots=True)
class _File:
    """A blueprint to be checked: its name in diagnostics, its bytes, and where it is (a text from stdin is nowhere)."""

    name: str
    data: bytes
    path: Path | None


@dataclass(frozen=True, slots=True)
class _Fixing:
    """What is to be done about fixes."""

    format: Format
    suggested: bool
    write: bool
    strict: bool


def validate(
    session: Session,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|DIR|-", help="Default: the project's pipeline.yaml.", autocompletion=blueprints),
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", help="How diagnostics are printed; `--json` is `--format json`.")
    ] = "text",
    fix: Annotated[bool, typer.Option("--fix", help="Apply the fixes that keep the meaning, and show them.")] = False,
    fix_suggested: Annotated[
        bool, typer.Option("--fix-suggested", help="Apply also what was probably meant, such as a near name.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change; write nothing.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict/--no-strict", help="Whether errors that a run may never meet are errors.")
    ] = True,
    fail_on_warn: Annotated[bool, typer.Option("--fail-on-warn", help="Exit with 4 for warnings too.")] = False,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="FILE", help="Leave out what this file lists.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write what is found to the baseline.")
    ] = False,
    stdin_name: Annotated[
        str | None, typer.Option("--stdin-name", metavar="FILE", help="Which file the text on stdin is.")
    ] = None,
    json: Json = False,
) -> int:
    """Check blueprints without running anything.

    Of a folder all .yaml and .yml files are checked, hidden ones left out; `-` is stdin. Diagnostics go to stdout,
    the count to stderr. Exit code 4 when there is an error; warnings and notes do not change it. A comment
    `# flujo: ignore[CODE]` in the same line or the one before takes a diagnostic out.
    """
    from flujo.app import open_app
    from flujo.app.checking import together

    format = _format(session, format, json)
    if write_baseline and baseline is None:
        raise UsageError("FLJ0005", "`--write-baseline` needs a file", help="add `--baseline FILE`")
    with open_app(session.project, session.env) as app:
        given = [*_files(app, session, files or [str(app.root / "pipeline.yaml")], stdin_name)]
        if fix or fix_suggested or diff:
            fixing = _Fixing(format, fix_suggested, not diff, strict)
            given = [_fixed(app, session, file, fixing) for file in given]
        checked = together(app.check(file.data, file.name, strict=strict) for file in given)
        notes = [f"{len(checked.ignored)} ignored"] if checked.ignored else []
        found = _beyond(checked.diagnostics, baseline, write_baseline, notes)
        _show(session, format, found, app.root)
    if format in ("text", "github"):
        told = f"{len(given)} file{'s' * (len(given) != 1)} checked: {counts(found)}"
        notes += _fixable(found) if not (fix or fix_suggested) else []
        session.console.note(f"{told} ({', '.join(notes)})" if notes else told)
        if format == "text" and session.console.live and has_errors(found):
            first = next(item.code for item in found if item.severity is Severity.ERROR)
            session.console.note(f"`flujo explain {first}` says more")
    bad = has_errors(found) or (fail_on_warn and any(item.severity is Severity.WARNING for item in found))
    return Exit.INVALID if bad else Exit.DONE


def _format(session: Session, format: Format, json: bool) -> Format:
    """Return how to print; raise UsageError FLJ0005 for two ways at once."""
    if json and format not in ("text", "json"):
        raise UsageError("FLJ0005", f"`--json` and `--format {format}` exclude each other", help="give one of them")
    session.console.json = session.console.json or format == "json"
    return "json" if session.console.json else format


def _files(app: Any, session: Session, given: Iterable[str], stdin_name: str | None) -> Iterator[_File]:
    """Yield the blueprints that the arguments mean, each once."""
    from flujo.app.project import MAX_TEXT, read_file

    seen = set()
    for word in given:
        if word == "-":
            name = app.name_of(Path(stdin_name)) if stdin_name else STDIN
            yield _File(name, session.console.source.buffer.read(MAX_TEXT + 1), None)
            continue
        for path in _blueprints(word):
            name = app.name_of(Path(path))
            if name not in seen:
                seen.add(name)
                yield _File(name, read_file(Path(path), path), Path(path))


def is_blueprint(name: str) -> bool:
    """Say whether a file in a folder is taken for a blueprint."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def _blueprints(given: str) -> list[str]:
    """Return the blueprints that an argument means: itself, or all below a folder."""
    folder = Path(given)
    if not folder.is_dir():
        return [given]
    paths = []
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found = (Path(place, name) for name in sorted(names) if is_blueprint(name))
        paths += [str(path) for path in found if path.is_file()]  # a pipe would wait, a broken link is nothing
    if not paths:
        raise UsageError("FLJ0001", f"no blueprint in the folder `{given}`", help="blueprints end in .yaml or .yml")
    return paths


def _fixed(app: Any, session: Session, file: _File, fixing: _Fixing) -> _File:
    """Return a file with its fixes, after they were shown and written, or only shown."""
    from flujo.app.fixing import fix_file
    from flujo.app.writing import replace_file

    if file.path is None and fixing.write:
        raise UsageError("FLJ0005", "a text from stdin cannot be fixed", help="add `--diff` to see what would change")
    fixed = fix_file(
        file.data,
        file.name,
        lambda text: app.check(text, file.name, strict=fixing.strict),
        suggested=fixing.suggested,
    )
    if fixed.after == file.data:
        return file
    console = session.console
    if fixing.format == "text":
        console.result(diff_text(fixed.diff(), console.paint().on))
    if not fixing.write or file.path is None:
        return file
    replace_file(file.path, file.data, fixed.after)
    console.note(f"{file.name}: {fixed.count} fix{'es' * (fixed.count != 1)} applied")
    return _File(file.name, fixed.after, file.path)


def _beyond(found: Sequence[Diagnostic], baseline: str | None, write: bool, notes: list[str]) -> Sequence[Diagnostic]:
    """Return what a baseline does not list, and note how much it does; with `write` it lists all from now on."""
    from flujo.app.checking import fingerprints, read_baseline
    from flujo.app.checking import write_baseline as write_down

    if baseline is None:
        return found
    if write:
        write_down(Path(baseline), found)
        notes.append(f"{len(found)} written to the baseline")
        return ()
    known, names = read_baseline(Path(baseline)), fingerprints(found)
    gone = len(known.difference(names))
    notes += [f"{len(known) - gone} in the baseline"] + [f"{gone} of the baseline not found any more"] * (gone > 0)
    return [item for name, item in zip(names, found, strict=True) if name not in known]


def _fixable(found: Iterable[Diagnostic]) -> list[str]:
    count = sum(item.fix is not None and item.fix.applicability == "safe" for item in found)
    return [f"`--fix` mends {count}"] if count else []


def _show(session: Session, format: Format, found: Sequence[Diagnostic], root: Path) -> None:
    """Print what was found."""
    console = session.console

    def where(source: Source) -> str:
        """Return the path of a file from here, which in CI is the top of the repository."""
        path = os.path.relpath(root / source.name)
        return source.name if source.name == STDIN else str(root / source.name) if path.startswith("..") else path

    match format:
        case "json":
            console.document(document(found))
        case "sarif":
            from flujo.cli.render.sarif import sarif

            console.document(sarif(found, where))
        case "github":
            from flujo.cli.render.github import commands

            console.result(commands(found, where))
        case "text" if found:
            console.result(render(found, console.paint().on, console.columns))


VERBS = (
    Verb(
        "validate",
        validate,
        (
            ("flujo validate", "the project's pipeline.yaml"),
            ("flujo validate a.yaml b.yaml", ""),
            ("flujo validate . --format github", "every blueprint below this folder, as annotations"),
            ("flujo validate . --fix", "apply the fixes that keep the meaning, and show them"),
            ("flujo validate - --stdin-name a.yaml < draft", "a text that is not saved yet"),
            ("flujo validate . --baseline old.json", "only what is not listed there"),
        ),
    ),
)
