"""What `run --dry-run` says of a step."""

from __future__ import annotations

from flujo.core.graph import Call, Flow, Graph, Node
from flujo.core.ids import Address
from flujo.core.values import JsonObject
from flujo.engine.places import nodes_by_address


def planned(graph: Graph) -> list[JsonObject]:
    """Return the steps of a graph, those of its imports included, in the order of the blueprint."""
    return [_line(address, node) for address, node in nodes_by_address(graph.root).items()]


def _line(address: Address, node: Node) -> JsonObject:
    """Return a step as a line of the plan: where it is, what it calls, what that changes."""
    meta = node.meta
    line: JsonObject = {"address": address, "name": meta.name, "kind": meta.kind, "uses": None, "effect": None}
    if isinstance(node, Call):
        line["uses"] = f"agents.{node.target}" if node.runner == "agent" else node.target
        line["effect"] = node.effect
    if isinstance(node, Flow) and node.imported is not None:
        line["uses"] = f"imports.{node.imported.alias}"
    if meta.when is not None:
        line["when"] = meta.when.source
    return line
