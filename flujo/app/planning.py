"""What `run --dry-run` says of a step."""

from __future__ import annotations

from flujo.core.graph import Call, Node
from flujo.core.ids import Address
from flujo.core.values import JsonObject


def planned(address: Address, node: Node) -> JsonObject:
    """Return a step as a line of the plan: where it is, what it calls, what that changes."""
    meta = node.meta
    line: JsonObject = {"address": address, "name": meta.name, "kind": meta.kind, "uses": None, "effect": None}
    if isinstance(node, Call):
        line["uses"] = f"agents.{node.target}" if node.runner == "agent" else node.target
        line["effect"] = node.effect
    if meta.when is not None:
        line["when"] = meta.when.source
    return line
