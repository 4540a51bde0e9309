"""What `run --dry-run` says of a step, and what `dev compile-yaml` says of all of them."""

from __future__ import annotations

from flujo.blueprints.amounts import Bound
from flujo.blueprints.bound import Price, worst_case
from flujo.core.graph import Call, Flow, Graph, Node, describe
from flujo.core.ids import Address
from flujo.core.values import JsonObject, digest
from flujo.engine.places import nodes_by_address
from flujo.models.settings import ModelSettings


def bounded(graph: Graph, models: ModelSettings) -> Bound:
    """Return what a run of a graph can use at most, with the prices that the project gives its models."""

    def price(model: str) -> Price:
        _, alias = models.resolve(model)
        return Price(alias.price_in, alias.price_out, alias.context_tokens)

    return worst_case(graph, price)


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


def compiled_json(graph: Graph) -> JsonObject:
    """Return a graph as JSON: what its digest is made of, and every step by its address."""
    return {
        "name": graph.name,
        "file": graph.source.name,
        "digest": graph.digest,
        "inputs": graph.inputs,
        "context": graph.context,
        "output": None if graph.output is None else graph.output.source,
        "secrets": list(graph.secrets),
        "files": sorted(graph.pinned["files"]),
        "skills": {id: entry["version"] for id, entry in graph.pinned["skills"].items()},
        "graph": describe(graph.root),
        "addresses": _addresses(graph),
    }


def _addresses(graph: Graph) -> JsonObject:
    """Return every step by address: its line in its own file, and the digest of what it does."""
    found: JsonObject = {}
    graphs = {"": graph}
    for address, node in nodes_by_address(graph.root).items():
        owner = graphs[max((at for at in graphs if address.startswith(at)), key=len)]
        if isinstance(node, Flow) and node.imported is not None:
            graphs[f"{address}/"] = node.imported.graph
        found[address] = {
            "node": type(node).__name__,
            "kind": node.meta.kind,
            "file": owner.source.name,
            "line": owner.places.start_of(node.meta.path)[0] if owner.places else None,
            "digest": digest(describe(node)),
        }
    return found
