"""What a template may see, by its place in the text: the names of the steps around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flujo.core.spans import Path
from flujo.expressions import CompiledTemplate


@dataclass(slots=True)
class StepList:
    """The steps of one list in their order; `above` is the step whose list this is, None at the top.

    `first` holds the index of each name's first step, `asks` that of the first step that asks a person.
    """

    above: Position | None
    names: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)
    asks: int | None = None

    def add(self, name: str, path: Path, *, asks: bool) -> None:
        """Append a step; one without a name is there too, but no template can name it."""
        if name:
            self.first.setdefault(name, len(self.names))
        if asks and self.asks is None:
            self.asks = len(self.names)
        self.names.append(name)
        self.paths.append(path)


@dataclass(frozen=True, slots=True)
class Position:
    """A step's place: list and index. The index after the last stands for the list's end."""

    steps: StepList
    index: int

    def lists(self) -> Iterator[Position]:
        """Yield this place, then those of the steps around it, outwards."""
        here: Position | None = self
        while here is not None:
            yield here
            here = here.steps.above

    def find(self, name: str) -> Path | None:
        """Return the path of the nearest step of that name before this place, in its list or one around it."""
        for here in self.lists():
            index = here.steps.first.get(name, here.index)
            if index < here.index:
                return here.steps.paths[index]
        return None

    def visible(self) -> list[str]:
        """Return the names of all steps that `find` finds, nearest first."""
        return [name for here in self.lists() for name in reversed(here.steps.names[: here.index]) if name]

    def answered(self) -> bool:
        """Say whether a person has been asked before this place."""
        return any(here.steps.asks is not None and here.steps.asks < here.index for here in self.lists())


@dataclass(frozen=True, slots=True)
class Use:
    """A template with its place: the path of its value, the path inside its step, and what it may see."""

    template: CompiledTemplate
    path: Path
    field: Path
    position: Position

    @property
    def own_name(self) -> str | None:
        """The name of the step it belongs to; None for the blueprint's `output`."""
        names = self.position.steps.names
        return names[self.position.index] if self.position.index < len(names) else None
