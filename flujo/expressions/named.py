"""Where a text names steps, written out: what a new name must change in it."""

from __future__ import annotations

from flujo.core.record import dataclass
from flujo.expressions.scan import scan


@dataclass(frozen=True, slots=True)
class StepName:
    """A name after `steps`: [start, end) is `.name`, or what is between the quotes of `['name']`."""

    name: str
    start: int
    end: int
    in_brackets: bool = False

    def renamed(self, name: str, quote: str = "'") -> str:
        """Return what stands there for another name."""
        return name if self.in_brackets else f".{name}" if name.isidentifier() else f"[{quote}{name}{quote}]"


def step_names(text: str, *, bare: bool = False) -> list[StepName]:
    """Return the names of steps in a template, or in a `bare` expression; raise Fault for a text that is neither."""
    scanned = scan(text, bare)
    tokens, spans = scanned.tokens, scanned.spans
    found = []
    for index, token in enumerate(tokens[:-2]):
        if token.type != "name" or token.value != "steps" or (index and tokens[index - 1].type in ("dot", "pipe")):
            continue
        after, name = tokens[index + 1], tokens[index + 2]
        if after.type == "dot" and name.type == "name":
            found.append(StepName(name.value, spans[index + 1][0], spans[index + 2][1]))
        elif after.type == "lbracket" and name.type == "string" and scanned.closers.get(index + 1) == index + 3:
            start, end = spans[index + 2]
            found.append(StepName(name.value, start + 1, end - 1, in_brackets=True))
    return found
