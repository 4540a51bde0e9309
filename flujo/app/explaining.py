"""What a blueprint will do, and why each step is there: the answers of `flujo explain`. Nothing is started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flujo.app.readers import Standing, reads_input, source_of_input, takes_input, used_by
from flujo.app.wording import does, given, terms, value_words
from flujo.blueprints.document import Document
from flujo.core.errors import UsageError
from flujo.core.graph import Branch, Call, Flow, Graph, Loop, Node, Question, Wait
from flujo.core.ids import ROOT, Address, child
from flujo.core.ports import Catalogue
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject
from flujo.engine.places import lists_in, plain, undo_region

_HEADER: Final = re.compile(r"^# (Goal|Planned by): ", re.MULTILINE)
_EFFECTS: Final = {"read": "reads", "write": "changes", "destructive": "destroys"}


def explain_file(graph: Graph, catalogue: Catalogue) -> JsonObject:
    """Return what a blueprint does: its header, and its steps as a tree."""
    places = dict(standings(graph))
    found: JsonObject = {
        "kind": "file",
        "file": graph.source.name,
        "name": graph.name,
        "description": _described(graph, ()),
        **_origin(graph),
        "digest": graph.digest,
        "inputs": graph.inputs,
        "reads_input": reads_input(graph),
        "secrets": list(graph.secrets),
        "steps": _list(graph.root, ROOT, catalogue),
        "output": None if graph.output is None else value_words(graph.output.source),
    }
    for word in ("reads", "changes", "destroys", "asks a model", "asks a person"):
        found[word.replace(" ", "_")] = [at for at, place in places.items() if word in effects(place.node)]
    return found


def explain_step(graph: Graph, name: str, catalogue: Catalogue) -> JsonObject:
    """Return why a step is there and what it does; raise UsageError when there is none of that address or name."""
    places = dict(standings(graph))
    address = _address(name, list(places))
    place = places[address]
    node, owner = place.node, place.graph
    spec = catalogue.skill(node.target) if isinstance(node, Call) and node.runner == "step" else None
    inside = list(standings_in(node, address, owner))
    done = dict.fromkeys(word for part in (node, *(within.node for _, within in inside)) for word in effects(part))
    takes = node.meta.input is not None or takes_input(node)
    source = value_words(node.meta.input.source) if node.meta.input is not None else source_of_input(place)
    return {
        "kind": "step",
        "address": address,
        "file": owner.source.name,
        "line": owner.places.start_of(node.meta.path)[0] if owner.places else None,
        "step_kind": node.meta.kind,
        "description": _described(owner, node.meta.path),
        "goal": _origin(owner)["goal"],
        "because": _because(owner, node),
        "does": does(node, catalogue),
        "effects": list(done),
        "uses": _uses(node),
        "prompt": node.config.get("system_prompt") if isinstance(node, Call) else None,
        "version": spec.version if spec is not None else None,
        "repeats_safely": spec.idempotent if spec is not None and effects(node) else None,
        "input": source if takes else None,
        "fills": spec.main if spec is not None and takes and spec.main not in given(node) else None,
        "with": given(node),
        "used_by": used_by(place),
        "terms": list(terms(node)),
        "inside": [within for within, _ in inside],
    }


def effects(node: Node) -> list[str]:
    """Return what a step does to the world outside: reads, changes, destroys, asks a model, asks a person."""
    found = []
    calls = [node] if isinstance(node, Call) else []
    if isinstance(node, Flow) and node.join is not None and node.join.choice is not None:
        calls.append(node.join.choice)
    for call in (*calls, *(rule.call for rule in node.meta.verify if rule.call is not None)):
        found.append("asks a model" if call.runner == "agent" else _EFFECTS.get(call.effect, ""))
    if node.meta.approval is not None or (isinstance(node, Wait) and isinstance(node.on, Question)):
        found.append("asks a person")
    return list(dict.fromkeys(word for word in found if word))


# --- where steps stand ---


def standings(graph: Graph) -> Iterator[tuple[Address, Standing]]:
    """Yield every step by its address with where it stands, those of imported blueprints included."""
    yield from _in_list(graph.root, ROOT, graph, None)


def standings_in(node: Node, address: Address, graph: Graph) -> Iterator[tuple[Address, Standing]]:
    """Yield the steps inside a step."""
    for flow, region in lists_in(node, address):
        imported = isinstance(node, Flow) and node.imported is not None and flow is node.imported.graph.root
        if imported and isinstance(node, Flow) and node.imported is not None:
            yield from _in_list(flow, region, node.imported.graph, None)
        else:
            yield from _in_list(flow, region, graph, node)
    if node.meta.undo is not None:
        yield from _in_list(node.meta.undo.body, undo_region(address, node.meta.undo), graph, node)


def _in_list(flow: Flow, region: Address, graph: Graph, around: Node | None) -> Iterator[tuple[Address, Standing]]:
    for node in flow.children:
        address = child(region, node.meta.name)
        yield address, Standing(graph, flow, around, node)
        yield from standings_in(node, address, graph)


def _list(flow: Flow, region: Address, catalogue: Catalogue) -> list[JsonObject]:
    return [_step(node, child(region, node.meta.name), catalogue) for node in flow.children if not _ours(node)]


def _ours(node: Node) -> bool:
    """Say whether a step is not the author's: what a state machine ends each state with."""
    return node.meta.name.startswith("@") and node.meta.name != "@undo"


def _step(node: Node, address: Address, catalogue: Catalogue) -> JsonObject:
    inner = [
        {"when": _label(node, region, address), "steps": _list(flow, region, catalogue)}
        for owner, at in _insides(node, address)
        for flow, region in lists_in(owner, at)
    ]
    if node.meta.undo is not None:
        region = undo_region(address, node.meta.undo)
        inner.append({"when": "undo", "steps": _list(node.meta.undo.body, region, catalogue)})
    return {
        "address": address,
        "name": node.meta.name,
        "kind": node.meta.kind,
        "needs": list(node.meta.needs),
        "does": does(node, catalogue),
        "uses": _uses(node),
        "with": given(node),
        "effects": effects(node),
        "terms": list(terms(node)),
        "inside": inner,
    }


def _insides(node: Node, address: Address) -> Iterator[tuple[Node, Address]]:
    """Yield what holds the lists of a step: itself, or of a state machine the choice of the next state."""
    if isinstance(node, Loop) and node.meta.kind == "state_machine":
        for part in node.body.children:
            if isinstance(part, Branch):
                yield part, child(address, part.meta.name)
    else:
        yield node, address


def _label(node: Node, region: Address, address: Address) -> str | None:
    """Return what a list in a step is for: the branch or state it belongs to, or what it answers; None for a body."""
    last = region[len(address) :].rpartition("/")[2]
    return {"": None, "@catch": "on failure", "@timeout": "without an answer"}.get(last, last)


# --- what the text says ---


def _uses(node: Node) -> str | None:
    if isinstance(node, Call):
        return f"agents.{node.target}" if node.runner == "agent" else node.target
    return f"imports.{node.imported.alias}" if isinstance(node, Flow) and node.imported is not None else None


def _described(graph: Graph, path: tuple[str | int, ...]) -> str | None:
    """Return the `description` at a place of the text."""
    part = graph.places.find(path)[0].value if isinstance(graph.places, Document) else None
    text = part.get("description") if isinstance(part, dict) else None
    return text if isinstance(text, str) else None


def _origin(graph: Graph) -> JsonObject:
    """Return the goal and the planner that the header of a created blueprint names."""
    head = _comments(graph.source.text.splitlines())
    parts = _HEADER.split("\n".join(head))
    said = dict(zip(parts[1::2], parts[2::2], strict=False))
    goal = " ".join(line.removeprefix("#").strip() for line in said.get("Goal", "").splitlines())
    planner = said.get("Planned by", "").partition("\n")[0]
    return {"goal": goal.strip() or None, "planner": planner.strip() or None}


def _because(graph: Graph, node: Node) -> str | None:
    """Return the comment right above a step."""
    if graph.places is None:
        return None
    above = graph.source.text.splitlines()[: graph.places.start_of(node.meta.path)[0] - 1]
    lines = _comments([line.strip() for line in reversed(above)])
    return " ".join(line.removeprefix("#").strip() for line in reversed(lines)) or None


def _comments(lines: list[str]) -> list[str]:
    """Return the comments that a list of lines begins with."""
    end = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:end]


def _address(name: str, addresses: list[Address]) -> Address:
    """Return the address that is meant by an address or by a name that only one step has."""
    wanted = plain(Address(name))
    if wanted in addresses:
        return wanted
    named = [address for address in addresses if address.rpartition("/")[2] == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(f"`{address}`" for address in named)
        raise UsageError("FLJ0005", f"`{name}` fits several steps: {listed}", help="give the whole address")
    addresses = [address for address in addresses if "/@next" not in address]
    near = did_you_mean(name, [*addresses, *(address.rpartition("/")[2] for address in addresses)])
    help = f"did you mean `{near}`?" if near else f"the steps are {', '.join(f'`{at}`' for at in addresses[:20])}"
    raise UsageError("FLJ0005", f"there is no step `{name}`", help=help)
