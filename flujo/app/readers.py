"""Who uses what a step gives, and what a step takes: read off a compiled blueprint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from flujo.core.graph import Branch, Call, Flow, Graph, Loop, Map, Node, Template
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a step stands: in which program, in which list, and in which step around that list (none at the top)."""

    graph: Graph
    flow: Flow
    around: Node | None
    node: Node


def templates(part: object) -> Iterator[Template]:
    """Yield every template in a part of a program; those of other programs that it imports are not its own."""
    if hasattr(part, "refs"):
        yield part  # type: ignore[misc]
    elif isinstance(part, tuple):
        for item in part:
            yield from templates(item)
    elif is_dataclass(part) and not isinstance(part, Graph):
        for item in fields(part):
            yield from templates(getattr(part, item.name))


def reads_input(graph: Graph) -> bool:
    """Say whether a blueprint does anything with its input."""
    named = reads((graph.root, graph.output), ("input",))
    return named or any(takes_input(node) for node in graph.root.children[:1])


def reads(part: object, *names: tuple[str, ...]) -> bool:
    """Say whether any template in a part reads one of these names, or something in it."""
    return any(ref[: len(name)] == name for template in templates(part) for ref in template.refs for name in names)


def takes_input(node: Node) -> bool:
    """Say whether a step without an `input` of its own does something with what the step before gives."""
    own = (node.meta.when, node.meta.input, node.meta.sets, node.meta.key)
    if reads(own, ("previous",)):
        return True
    if node.meta.input is not None:
        return False
    match node:
        case Call():
            named = node.arguments.source if node.arguments is not None else {}
            open_main = node.main is not None and not (isinstance(named, dict) and node.main in named)
            return open_main or (node.runner == "agent" and node.arguments is None) or reads(node, ("previous",))
        case Flow(imported=imported) if imported is not None:
            return imported.arguments is None or reads(imported.arguments, ("previous",))
        case Flow() | Branch():
            lists = node.children if isinstance(node, Flow) else tuple(flow for _, flow in node.branches)
            condition = node.condition if isinstance(node, Branch) else node.join
            return reads(condition, ("previous",)) or any(_first_takes(flow) for flow in lists)
        case Map():
            return reads(node.over, ("previous",))
        case Loop():
            return reads(node.init, ("previous",)) if node.init is not None else _first_takes(node.body)
        case _:
            return reads(node, ("previous",))


def _first_takes(flow: Node) -> bool:
    return isinstance(flow, Flow) and bool(flow.children) and takes_input(flow.children[0])


def source_of_input(place: Standing) -> str:
    """Return in words where a step's default input comes from."""
    names = [child.meta.name for child in place.flow.children]
    if place.node.meta.needs:
        return ", ".join(f"the output of `{name}`" for name in place.node.meta.needs)
    at = names.index(place.node.meta.name)
    if at and place.flow.is_chain:
        return f"the output of `{names[at - 1]}`"
    match place.around:
        case None:
            return "the blueprint's input"
        case Map(batch=batch):
            return "a batch of items" if batch else "the item"
        case Loop(meta=meta):
            return f"what `{meta.name}` begins with, later the output of the iteration before"
    return f"the input of `{place.around.meta.name}`"


def used_by(place: Standing) -> list[str]:
    """Return in words who uses what a step gives: other steps of its list, and what is around the list."""
    node, children = place.node, place.flow.children
    name = ("steps", node.meta.name)
    found = [f"`{child.meta.name}` names it" for child in children if child is not node and reads(child, name)]
    at = children.index(node)
    if place.flow.is_chain:
        after = children[at + 1 : at + 2]
    else:
        after = tuple(child for child in children if node.meta.name in child.meta.needs)
    found += [f"`{child.meta.name}` takes it as its input" for child in after if takes_input(child)]
    is_last = at == len(children) - 1 if place.flow.is_chain else not after
    output = place.graph.output if place.around is None else None
    if output is not None and reads(output, name):
        found.append("the blueprint's `output` names it")
    elif output is not None and is_last and reads(output, ("previous",)):
        found.append("the blueprint's `output` is made of it")
    if place.around is None and output is None and is_last:
        found.append("it is the output of the blueprint")
    elif place.around is not None:
        if is_last:
            found.append(f"it is the output of `{place.around.meta.name}`" + _many(place.around))
        elif isinstance(place.around, Loop) and reads(_closing(place.around), name):
            found.append(f"`{place.around.meta.name}` names it")
    return found


def _closing(loop: Loop) -> tuple[Template | None, ...]:
    return (loop.until, loop.while_, loop.next_input, loop.output)


def _many(region: Node) -> str:
    return " for this item" if isinstance(region, Map) else ""
