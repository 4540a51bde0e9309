"""A template's names are those of the language, and each only where it has a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flujo.blueprints.program import Program
from flujo.blueprints.scope import Use
from flujo.core.diagnostics import Diagnostic
from flujo.core.suggest import did_you_mean
from flujo.expressions import Read

_EVERYWHERE: Final = ("input", "previous", "steps", "context", "run")
_GIVEN: Final = {
    "item": "`item` has a value inside a `map` only",
    "index": "`index` has a value inside a `map` only",
    "loop": "`loop` has a value inside a `loop` or a `{% for %}` only",
    "error": "`error` has a value in the `on_error` steps of a step only",
    "value": "`value` has a value in `verify` only: it is the step's output",
    "results": "`results` has a value in `reduce` only",
    "history": "`history` has a value in `history_template` only",
    "event": "`event` has a value in the `match` of a `wait` only",
    "output": "`output` has a value in the `undo` of a step only",
}
_BOOLEANS: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_OWN_INPUT: Final = ("with", "idempotency_key", "cache", "verify")
_PARTS: Final = {"run": ("id", "name", "started_at"), "loop": ("index", "first", "previous")}


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every name that leads nowhere: FLJ0302, FLJ0309 for `answer`; `secrets` have a check of their own."""
    for use, read in program.reads():
        found = _problem(use, read)
        if found is not None:
            code, message, help = found
            place = program.place_of(use, read, None if read.ref[0] in _PARTS else read.ref[0])
            yield Diagnostic(code, message, place, help, path=(*use.path, *read.at))


def _problem(use: Use, read: Read) -> tuple[str, str, str | None] | None:
    root = read.ref[0]
    if root in _GIVEN and not use.position.gives(root):
        return "FLJ0302", _GIVEN[root], "name the value in full: `input`, `steps.NAME.output` or `context.PATH`"
    if root in _PARTS and read.ref[1] not in _PARTS[root]:
        known = [f"{root}.{part}" for part in _PARTS[root]]
        near = did_you_mean(str(read.ref[1]), _PARTS[root])
        help = f"did you mean `{root}.{near}`?" if near else f"there are {', '.join(f'`{name}`' for name in known)}"
        return "FLJ0302", f"unknown name `{root}.{read.ref[1]}`", help
    if root in _EVERYWHERE or root in _GIVEN or root == "secrets":
        return None
    if root == "answer":
        if use.position.answered() or read.guarded:
            return None
        return "FLJ0309", "no person has been asked before this step", "put a `hitl` step before it"
    if root == "this":
        if use.field[0] in _OWN_INPUT or use.position.gives("this"):
            return None
        listed = ", ".join(f"`{word}`" for word in (*_OWN_INPUT, "undo"))
        return "FLJ0302", f"`this` has a value in {listed} only", "it is the step's own input"
    return "FLJ0302", f"unknown name `{root}`", _help(root, use)


def _help(root: str, use: Use) -> str:
    if use.position.find(root):
        return f"write `steps.{root}.output`"
    if root.lower() in _BOOLEANS:
        return f"write `{_BOOLEANS[root.lower()]}`"
    given = (name for name in _GIVEN if use.position.gives(name))
    near = did_you_mean(root, (*given, *_EVERYWHERE, "secrets", "answer", "this"))
    if near:
        return f"did you mean `{near}`?"
    here = "".join(f"`{name}`, " for name in _GIVEN if use.position.gives(name))
    always = "`input`, `previous`, `steps.NAME.output`, `context.PATH`, `answer`, `run.id`"
    return f"names here are {here}{always}; texts need quotes"
