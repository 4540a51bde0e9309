"""What a template may see, by its place in the text: the names of the steps around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import EMPTY
from flujo.expressions import CompiledTemplate


@dataclass(slots=True)
class StepList:
    """The steps of one list in their order; `above` is the step whose list this is, None at the top.

    `gives` are the names that have a value in this list besides the usual ones (`item` in a map). `first` holds the
    index of each name's first step, `asks` the indices of the steps that ask a person. In a list with `needs`,
    `upstream` holds for each step those it needs, directly or through others, one bit an index; None for a chain.
    """

    above: Position | None
    gives: frozenset[str] = EMPTY
    names: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)
    asks: list[int] = field(default_factory=list)
    upstream: list[int] | None = None

    def add(self, name: str, path: Path, *, asks: bool) -> None:
        """Append a step; one without a name is there too, but no template can name it."""
        if name:
            self.first.setdefault(name, len(self.names))
        if asks:
            self.asks.append(len(self.names))
        self.names.append(name)
        self.paths.append(path)

    @property
    def end(self) -> Position:
        """The place after the last step, where all of them can be seen."""
        return Position(self, len(self.names))


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

    def follows(self, index: int) -> bool:
        """Say whether the step of that index in the same list has ended when this place is reached."""
        upstream = self.steps.upstream
        if upstream is None or self.index >= len(upstream):
            return index < self.index
        return bool(upstream[self.index] >> index & 1)

    def find(self, name: str) -> Path | None:
        """Return the path of the nearest step of that name before this place, in its list or one around it."""
        for here in self.lists():
            index = here.steps.first.get(name)
            if index is not None and here.follows(index):
                return here.steps.paths[index]
        return None

    def visible(self) -> Iterator[str]:
        """Yield the names of all steps that `find` finds, nearest first."""
        for here in self.lists():
            names = here.steps.names
            last = min(here.index, len(names)) if here.steps.upstream is None else len(names)
            yield from (names[at] for at in reversed(range(last)) if names[at] and here.follows(at))

    def answered(self) -> bool:
        """Say whether a person has been asked before this place."""
        return any(here.follows(index) for here in self.lists() for index in here.steps.asks)

    def gives(self, name: str) -> bool:
        """Say whether a list around this place gives that name a value."""
        return any(name in here.steps.gives for here in self.lists())


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
