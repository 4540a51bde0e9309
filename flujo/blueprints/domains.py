"""The values that a condition can yield, where what it reads has few: choices of a question, words of an agent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flujo.blueprints.program import Program
from flujo.blueprints.scope import Use
from flujo.blueprints.sizes import property_schema
from flujo.core.errors import FlujoError
from flujo.core.graph import Call, Loop, Node, Question, Ref, Wait
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonValue
from flujo.expressions import Read

MAX_VALUES: Final = 100


@dataclass(frozen=True, slots=True)
class _Names:
    """A template's names, where there is one with a value."""

    ref: Ref
    value: JsonValue

    def get(self, ref: Ref) -> JsonValue:
        if ref != self.ref:
            raise LookupError(ref)
        return self.value

    def call(self, function: str) -> JsonValue:
        raise LookupError(function)


class Domains:
    """What the conditions of a program can yield."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._nodes: dict[Path, Node] = {node.meta.path: node for node in program.nodes()}
        self._uses: dict[Path, Use] = {use.path: use for use in program.uses}

    def of(self, path: Path) -> list[JsonValue] | None:
        """Return all values that the template at `path` can yield; None when they are not few, or not known."""
        use = self._uses.get(path)
        if use is None or use.template.functions:
            return None
        names = {(read.ref, read.tail) for read in use.template.reads}
        if len(names) != 1:
            return None
        read = use.template.reads[0]
        values = self._values(read, use)
        if values is None:
            return None
        try:
            return [use.template.render(_Names(read.ref, _around(value, read.tail))) for value in values]
        except FlujoError:
            return None  # some of them cannot be: the run says so when they come

    def _values(self, read: Read, use: Use) -> Sequence[JsonValue] | None:
        """Return the values of a name."""
        if not all(isinstance(key, str) for key in read.tail):
            return None
        keys = [str(key) for key in read.tail]
        if read.ref == ("input",):
            return _few(property_schema(self._program.inputs, keys))
        if read.ref == ("loop", "index"):
            loops = [node for node in self._around(use) if isinstance(node, Loop)]
            if not loops or loops[0].max > MAX_VALUES or keys:
                return None
            return range(1, loops[0].max + (2 if use.field[0] == "while" else 1))  # it is asked once more
        if read.ref[0] != "steps" or read.ref[2] != "output":
            return None
        found = use.position.find(read.ref[1])
        node = self._nodes.get(found) if found is not None else None
        if node is None or node.meta.when is not None or node.meta.on_error != "fail":
            return None
        if isinstance(node, Wait) and isinstance(node.on, Question) and not node.on.on_timeout:
            return list(node.on.choices) or None if not keys else None
        if isinstance(node, Call) and node.runner == "agent":
            return _few(property_schema(node.config.get("output_schema"), keys))
        return None

    def _around(self, use: Use) -> Iterator[Node]:
        """Yield the nodes that a template belongs to, or stands inside of, nearest first."""
        for length in range(len(use.path), 0, -1):
            node = self._nodes.get(use.path[:length])
            if node is not None:
                yield node


def _few(schema: Any) -> Sequence[JsonValue] | None:
    """Return the values that a schema allows, if they are few."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    if isinstance(values, list) and 0 < len(values) <= MAX_VALUES:
        return values
    return [True, False] if schema.get("type") == "boolean" else None


def _around(value: JsonValue, tail: Sequence[str | int]) -> JsonValue:
    """Return a value that has `value` at the end of a tail."""
    for key in reversed(tail):
        value = {key: value}
    return value
