"""A blueprint as Mermaid text, which many sites and editors draw."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Final

from flujo.blueprints.picture.parts import Lane, Part, parts_of
from flujo.core.graph import Graph

_SHAPES: Final = {"person": ("{{", "}}"), "wait": ("([", "])"), "agent": ("[[", "]]")}
_SYNTAX: Final = frozenset('&<>"#;`')
_TONES: Final = {
    "read": "stroke:#0969da,stroke-width:2px",
    "write": "stroke:#bc4c00,stroke-width:2px",
    "destructive": "stroke:#cf222e,stroke-width:3px",
    "agent": "stroke:#8250df,stroke-width:2px",
    "person": "stroke:#9a6700,stroke-width:2px",
}


def mermaid(graph: Graph) -> str:
    """Return a flow chart."""
    drawing = _Drawing()
    lines = list(drawing.lane(parts_of(graph), 1))
    styles = [f"  classDef {tone} {style}" for tone, style in _TONES.items() if tone in drawing.tones]
    return "\n".join(["---", f"title: {graph.name}", "---", "flowchart TB", *lines, *styles]) + "\n"


class _Drawing:
    """Lines of a chart; the parts are numbered in the order of the blueprint."""

    def __init__(self) -> None:
        self._number = count(1)
        self.tones: set[str] = set()

    def lane(self, lane: Lane, depth: int) -> Iterator[str]:
        """Yield the parts of a list, then the arrows between them."""
        names = []
        for part in lane.parts:
            name = f"s{next(self._number)}"
            names.append(name)
            yield from self._part(part, name, depth)
        indent = "  " * depth
        if lane.needs is None:
            yield from (f"{indent}{one} --> {next_}" for one, next_ in pairwise(names))
        else:
            for name, needs in zip(names, lane.needs, strict=True):
                yield from (f"{indent}{names[need]} --> {name}" for need in needs)

    def _part(self, part: Part, name: str, depth: int) -> Iterator[str]:
        indent = "  " * depth
        inner = [lane for lane in part.lanes if not lane.aside]
        if inner:
            yield f'{indent}subgraph {name}["{_label(part)}"]'
            yield f"{indent}  direction TB"
            for at, lane in enumerate(inner):
                yield from self._inner(lane, f"{name}_{at + 1}", depth + 1)
            yield f"{indent}end"
        else:
            begin, end = _SHAPES.get(part.tone, ("[", "]"))
            tone = f":::{part.tone}" if part.tone in _TONES else ""
            self.tones.add(part.tone)
            yield f'{indent}{name}{begin}"{_label(part)}"{end}{tone}'
        for at, lane in enumerate(lane for lane in part.lanes if lane.aside):
            yield from self._inner(lane, f"{name}_x{at + 1}", depth)
            yield f"{indent}{name} -. {_quoted(lane.label)} .-> {name}_x{at + 1}"

    def _inner(self, lane: Lane, name: str, depth: int) -> Iterator[str]:
        """Yield a list inside a part; one without a name needs no box of its own."""
        if not lane.label:
            yield from self.lane(lane, depth)
            return
        indent = "  " * depth
        yield f'{indent}subgraph {name}["{_escaped(" · ".join((lane.label, *lane.notes)))}"]'
        yield f"{indent}  direction TB"
        yield from self.lane(lane, depth + 1)
        yield f"{indent}end"


def _label(part: Part) -> str:
    head = f"<b>{_escaped(part.name)}</b>" + (f" ({part.word})" if part.word else "")
    return "<br/>".join([head, *(_escaped(line) for line in (*part.lines, *part.tags))])


def _quoted(label: str) -> str:
    return f'"{_escaped(label)}"'


def _escaped(text: str) -> str:
    """Return a text in which Mermaid finds no syntax: it takes the numbers of characters, as `#35;`."""
    return "".join(f"#{ord(char)};" if char in _SYNTAX else char for char in text)
