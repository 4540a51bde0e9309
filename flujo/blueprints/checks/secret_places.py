"""A secret stands under `with` of a skill's call only, in a parameter that is no path, URL, command or recipient.

Everything else is kept or shown: prompts, inputs, outputs, messages, names; or it decides what the run does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flujo.blueprints.program import Program
from flujo.blueprints.scope import Use
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Call, Node
from flujo.core.sinks import is_sink
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.expressions import Read

_CODE: Final = "FLJ0522"
_DECIDING: Final = frozenset({"when", "condition", "until", "while", "over"})
_HELP: Final = "pass it to a skill under `with`: only the skill gets the value, everything else sees `***`"


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield secrets that are not declared (FLJ0312), and those at places where they would be exposed (FLJ0522)."""
    reads = [(use, read) for use, read in program.reads() if read.ref[0] == "secrets"]
    calls = _calls(program) if reads else {}
    for use, read in reads:
        found = _unknown(read.ref[1], program) or _exposed(program, calls.get(use.path), use, read)
        if found is not None:
            code, message, help = found
            yield Diagnostic(code, message, program.place_of(use, read), help, path=(*use.path, *read.at))


def _calls(program: Program) -> dict[Path, Call]:
    """Return all calls by the path of their arguments."""
    nodes: Iterator[Node] = program.nodes()
    return {(*node.meta.path, "with"): node for node in nodes if isinstance(node, Call)}


def _unknown(name: str, program: Program) -> tuple[str, str, str] | None:
    if name in program.secrets:
        return None
    near = did_you_mean(name, program.secrets)
    help = f"did you mean `{near}`?" if near else f"declare it at the top level: `secrets: [{name}]`"
    return "FLJ0312", f"unknown secret `{name}`", help


def _exposed(program: Program, call: Call | None, use: Use, read: Read) -> tuple[str, str, str] | None:
    if call is None:
        word = use.field[0]
        if word == "with":
            help = "the imported blueprint declares it itself, under `secrets`"
            return _CODE, "a secret may not be given to an imported blueprint: its input is kept and shown", help
        does = "decide what the run does" if word in _DECIDING else f"stand in `{word}`, which is kept and shown"
        return _CODE, f"a secret may not {does}", _HELP
    if call.runner != "step":
        return _CODE, f"a secret may not be given to `{call.target}`: a model would read it", _HELP
    spec, name = program.catalogue.skill(call.target), str(read.at[0])
    if spec is None:
        return None
    if name in spec.sinks or is_sink(name, spec.parameters.get("properties", {}).get(name)):
        help = "use a parameter that is no path, URL, command or recipient, such as a header"
        return _CODE, f"a secret may not stand in `{name}` of `{call.target}`, which others log", help
    return None
