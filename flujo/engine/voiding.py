"""What no longer holds: recorded results that a redrive makes again because what they were built on was undone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from flujo.core.graph import Flow, Node
from flujo.core.ids import ROOT, Address, child, inside
from flujo.engine.places import lists_in

_ITEM = re.compile(r"(.*)\[(\d+)\]$")
_INDEX = re.compile(r"\[\d+\]")


class Void:
    """Addresses that no longer hold, as a RunResumed names them: all inside them, and the regions around them.

    Of a loop that goes on from an earlier iteration those after it are void too; `is_loop` tells loops from maps.
    """

    def __init__(self, void: Iterable[str], kept: Iterable[str], is_loop: Callable[[Address], bool]) -> None:
        self.prefixes = frozenset(void)
        self.kept = frozenset(kept)
        self._around = {region for address in self.prefixes for region in around(Address(address))}
        self.iterations: dict[Address, int] = {}
        """The iteration that each loop goes on with."""
        for region in self._around:
            found = _ITEM.match(region)
            if found and is_loop(Address(found[1])):
                loop, index = Address(found[1]), int(found[2])
                self.iterations[loop] = min(index, self.iterations.get(loop, index))

    def __call__(self, address: Address) -> bool:
        """Say whether what is recorded at an address no longer holds."""
        return address not in self.kept and (address in self._around or self.covers(address))

    def covers(self, address: Address) -> bool:
        """Say whether an address is one of those named, or inside one, or in an iteration that will come again."""
        return any(region in self.prefixes or self._later(region) for region in around(address))

    def _later(self, region: Address) -> bool:
        found = _ITEM.match(region) if self.iterations else None
        return found is not None and int(found[2]) > self.iterations.get(Address(found[1]), int(found[2]))


def around(address: Address) -> Iterator[Address]:
    """Yield an address and those of the regions, items and iterations around it, outwards."""
    yield address
    for place in range(len(address) - 1, 0, -1):
        if address[place] in "/[":
            yield Address(address[:place])


def dependents(root: Flow, wanted: Collection[Address]) -> list[Address]:
    """Return what depends on the results at some addresses, by order in their lists and in those around; and these."""
    found: dict[Address, None] = {}
    for address in wanted:
        found |= dict.fromkeys(_in_list(root, ROOT, address))
    return [address for address in found if not any(part in found for part in list(around(address))[1:])]


def _in_list(flow: Flow, region: Address, wanted: Address) -> Iterator[Address]:
    """Yield the dependents in a list of steps, and inside the step of it that is around the one that is meant."""
    for step in flow.children:
        here = child(region, step.meta.name)
        if not inside(wanted, here):
            continue
        if here == wanted:
            yield here
        index = _INDEX.match(wanted, len(here))
        for inner, place in lists_in(step, here, index[0] if index else ""):
            if inside(wanted, place):
                yield from _in_list(inner, place, wanted)
        for name in _after(flow, step):
            yield child(region, name)


def _after(flow: Flow, step: Node) -> list[str]:
    """Return the names of the steps of a list that come after one of them: in a chain all, else those that need it."""
    names = [other.meta.name for other in flow.children]
    if flow.is_chain:
        return names[names.index(step.meta.name) + 1 :]
    found = {step.meta.name}
    while True:
        more = {other.meta.name for other in flow.children if not found.isdisjoint(other.meta.needs)} - found
        if not more:
            return [name for name in names if name in found and name != step.meta.name]
        found |= more
