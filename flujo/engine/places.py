"""Addresses and the nodes they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flujo.core.graph import Branch, Call, Flow, Import, Loop, Map, Node, Question, Reduce, Undo, Wait
from flujo.core.ids import ROOT, Address, child, quoted

_INDEX = re.compile(r"\[\d+\]")
_LAST_INDEX = re.compile(r"\[\d+\]$")


def plain(address: Address) -> Address:
    """Return an address without the indices of items and iterations: the place in the blueprint."""
    return Address(_INDEX.sub("", address)) if "[" in address else address


def regions_around(address: Address) -> Iterator[Address]:
    """Yield the addresses of the regions around an address, outermost first."""
    for place, sign in enumerate(address):
        if sign == "/":
            yield Address(_LAST_INDEX.sub("", address[:place]))


def nodes_by_address(root: Flow) -> dict[Address, Node]:
    """Return the nodes of a graph by their addresses, without indices, in the order of the blueprint."""
    found: dict[Address, Node] = {}

    def steps(flow: Flow, region: Address) -> None:
        for node in flow.children:
            visit(node, child(region, node.meta.name))

    def visit(node: Node, address: Address) -> None:
        found[address] = node
        for flow, region in lists_in(node, address):
            steps(flow, region)
        if node.meta.undo is not None:
            steps(node.meta.undo.body, undo_region(address, node.meta.undo))
        for at, call in _own_calls(node, address):
            visit(call, at)

    steps(root, ROOT)
    return found


def lists_in(node: Node, address: Address, index: str = "") -> Iterator[tuple[Flow, Address]]:
    """Yield the lists of steps in a node with their addresses; `index` is that of an item or iteration, as `[2]`."""
    match node:
        case Branch():
            yield from ((flow, child(address, quoted(key))) for key, flow in node.branches)
        case Flow(imported=Import(graph=graph)):
            yield graph.root, address
        case Flow():
            branches = (branch for branch in node.children if isinstance(branch, Flow))
            yield from ((branch, child(address, quoted(branch.meta.name))) for branch in branches)
        case Map() | Loop():
            yield node.body, Address(address + index)
        case Wait(on=Question(on_timeout=Flow() as instead)):
            yield instead, child(address, "@timeout")
    if isinstance(node.meta.on_error, Flow):
        yield node.meta.on_error, child(address, "@catch")


def _own_calls(node: Node, address: Address) -> Iterator[tuple[Address, Call]]:
    """Yield the calls that a node makes besides its steps: to choose, to make one value of results, to verify."""
    if isinstance(node, Flow) and node.join is not None and node.join.choice is not None:
        yield child(address, node.join.choice.meta.name), node.join.choice
    reduce = _reduce_of(node)
    if reduce is not None and reduce.call is not None:
        yield child(address, "@reduce"), reduce.call
    for rule in node.meta.verify:
        if rule.call is not None:
            yield child(child(address, "@verify"), rule.call.meta.name), rule.call


def undo_region(address: Address, undo: Undo) -> Address:
    """Return the address of the list that undoes the step at `address`; one unnamed step is called `@undo` itself."""
    return address if undo.body.children[0].meta.name == "@undo" else child(address, "@undo")


def _reduce_of(node: Node) -> Reduce | None:
    match node:
        case Map():
            return node.reduce
        case Flow() if node.join is not None:
            return node.join.reduce
    return None
