"""Names in templates that the original Flujo spelled otherwise: `previous_step`, `initial_prompt`, `resume_input`..."""

from __future__ import annotations

from functools import cache
from typing import Final

from flujo.blueprints.scope import Position
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.expressions import Aliases

_OWN_INPUT: Final = frozenset({"with", "verify", "undo"})
_EXITS: Final = frozenset({"condition", "until"})


@dataclass(frozen=True, slots=True)
class OldNames:
    """The other spellings of names in one document.

    `context.initial_prompt` is the run's input, unless the document has a value of its own there.
    """

    has_initial_prompt: bool = False

    def at(self, field: Path, position: Position) -> Aliases:
        """Return the spellings that count in a field of a step at a place."""
        own_input = field[0] in _OWN_INPUT or position.gives("error")
        in_map = position.gives("item") and not own_input
        return _aliases(self.has_initial_prompt, in_map, "results" in position.steps.gives, field[0] in _EXITS)


@cache
def _aliases(has_initial_prompt: bool, in_map: bool, in_reduce: bool, in_exit: bool) -> Aliases:
    previous = "results" if in_reduce else "previous"
    names = {
        ("previous_step",): previous,
        ("previous_step", "output"): previous,
        ("initial_prompt",): "input",
        ("resume_input",): "answer",
    }
    if not has_initial_prompt:
        names["context", "initial_prompt"] = "input"
    if in_map:
        names["this",] = "item"
    if in_exit:
        names["output",] = "previous"
    return Aliases(names)
