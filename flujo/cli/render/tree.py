"""A run's steps as a tree of addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from urllib.parse import unquote

from flujo.core.record import dataclass
from flujo.engine.fold import StepView


@dataclass(slots=True)
class Twig:
    """A place in the tree: an address, its step if it has one, and what is inside."""

    address: str
    step: StepView | None = None
    inner: list[Twig] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The last part of the address."""
        if self.address.endswith("]"):
            return self.address[self.address.rindex("[") :]
        return unquote(self.address.rpartition("/")[2])

    @property
    def index(self) -> int | None:
        """The number of an item or iteration; None for everything else."""
        return int(self.label[1:-1]) if self.address.endswith("]") else None

    @property
    def numbered(self) -> bool:
        """Whether this is a map or loop that has begun: what is inside are items or iterations."""
        return bool(self.inner) and self.inner[0].address.endswith("]")


def grown(steps: Iterable[StepView]) -> list[Twig]:
    """Return the tree of addresses; places that have no step of their own (items, branches) stand for themselves.

    Items and iterations stand in their order, whatever ended first.
    """
    top: list[Twig] = []
    known: dict[str, Twig] = {}

    def twig(address: str) -> Twig:
        found = known.get(address)
        if found is None:
            found = known[address] = Twig(address)
            parent = parent_of(address)
            (twig(parent).inner if parent else top).append(found)
        return found

    for step in steps:
        twig(step.address).step = step
    for region in known.values():
        if region.numbered:
            region.inner.sort(key=_place)
    return top


def parent_of(address: str) -> str:
    """Return the address around another; the empty one at the top."""
    if address.endswith("]"):
        return address[: address.rindex("[")]
    return address.rpartition("/")[0]


def within(address: str, region: str) -> bool:
    """Say whether an address is that of a region or lies inside it."""
    return address.startswith(region) and (len(address) == len(region) or address[len(region)] in "/[")


def _place(twig: Twig) -> tuple[bool, int]:
    """Return where an item stands: in its order, before a step that makes one value of all."""
    index = twig.index
    return (index is None, index or 0)
