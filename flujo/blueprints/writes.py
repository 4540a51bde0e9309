"""Writes to the context that a blueprint makes: by `set` and `sink_to`, with their places."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.fields import context_path
from flujo.blueprints.program import Program, constant
from flujo.core.graph import Branch, Flow, Loop, Map, Node, Question, Template, Wait, children
from flujo.core.record import dataclass
from flujo.core.spans import Path

Target = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """A write to a path under `context`; `path` leads to the text that says so, `value` is what `set` gives.

    It is `certain` when it happens whenever the steps around it succeed.
    """

    target: Target
    path: Path
    value: Template | None = None
    certain: bool = True

    @property
    def name(self) -> str:
        """The target as it is written in templates."""
        return ".".join(("context", *self.target))

    def agrees(self, other: Write) -> bool:
        """Say whether both always write the same value to the same place."""
        mine = constant(self.value)
        return mine is not None and self.target == other.target and _same(mine, constant(other.value))


def _same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # unlike `==` it tells 1 from 1.0 and true


def writes_of(node: Node, program: Program, *, certain: bool = True) -> Iterator[Write]:
    """Yield the writes of a node itself."""
    at = (*node.meta.path, "set")
    values = dict(node.meta.sets)
    for key in program.report.document.find(at)[0].value if node.meta.sets else ():
        target = context_path(key)
        if target is not None:
            yield Write(target, (*at, key), values.get(target), certain)
    if isinstance(node, Wait) and isinstance(node.on, Question) and node.on.sink:
        yield Write(node.on.sink, (*node.meta.path, "sink_to"), None, certain)


def writes_inside(node: Node, program: Program, *, certain: bool = True) -> Iterator[Write]:
    """Yield the writes of a node and of all inside it that reach the list it stands in."""
    caught = node.meta.on_error
    certain = certain and node.meta.when is None and caught == "fail"
    yield from writes_of(node, program, certain=certain)
    if isinstance(caught, Flow):
        yield from writes_inside(caught, program, certain=False)
    if _drops_writes(node):
        return
    sure = certain and not isinstance(node, Branch | Map) and not _may_do_nothing(node)
    for part in children(node):
        if part is not caught:
            yield from writes_inside(part, program, certain=sure)


def _drops_writes(node: Node) -> bool:
    if isinstance(node, Map):
        return node.merge == "none"
    return isinstance(node, Flow) and node.join is not None and node.join.merge == "none"


def _may_do_nothing(node: Node) -> bool:
    if isinstance(node, Loop):
        return node.while_ is not None
    join = node.join if isinstance(node, Flow) else None
    return join is not None and (join.needed is not None or join.choice is not None)
