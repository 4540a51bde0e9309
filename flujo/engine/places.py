"""Addresses and the nodes they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flujo.core.graph import Branch, Flow, Loop, Map, Node, Reduce
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
        match node:
            case Branch():
                for key, flow in node.branches:
                    steps(flow, child(address, quoted(key)))
            case Flow():
                for branch in node.children:
                    if isinstance(branch, Flow):
                        steps(branch, child(address, quoted(branch.meta.name)))
            case Map() | Loop():
                steps(node.body, address)
        if isinstance(node.meta.on_error, Flow):
            steps(node.meta.on_error, child(address, "@catch"))
        reduce = _reduce_of(node)
        if reduce is not None and reduce.call is not None:
            visit(reduce.call, child(address, "@reduce"))

    steps(root, ROOT)
    return found


def _reduce_of(node: Node) -> Reduce | None:
    match node:
        case Map():
            return node.reduce
        case Flow() if node.join is not None:
            return node.join.reduce
    return None
