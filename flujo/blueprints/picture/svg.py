"""A blueprint as an SVG: boxes in boxes, from top to bottom; readable on light and dark, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from flujo.blueprints.picture.layout import (
    LABEL,
    LINE,
    LINE_SIZE,
    NAME_SIZE,
    PAD,
    RING,
    TAG,
    TAG_SIZE,
    Box,
    Strip,
    laid_out,
)
from flujo.blueprints.picture.parts import parts_of, text
from flujo.blueprints.picture.widths import text_width
from flujo.core.graph import Graph

_EDGE: Final = 24
_TOP: Final = 64
_TIP: Final = 5

_LIGHT: Final = {
    "back": "#ffffff", "odd": "#f3f5f8", "even": "#ffffff", "leaf": "#ffffff", "edge": "#c4ccd6", "ink": "#1b2129",
    "soft": "#57606a", "line": "#7b8694", "pure": "#8c959f", "read": "#0969da", "write": "#bc4c00", "agent": "#8250df",
    "destructive": "#cf222e", "person": "#9a6700", "wait": "#57606a", "region": "#57606a", "tag": "#e4e8ee",
}  # fmt: skip
_DARK: Final = {
    "back": "#0d1117", "odd": "#161c24", "even": "#0f141b", "leaf": "#1c232c", "edge": "#3a434f", "ink": "#e6edf3",
    "soft": "#9aa4b0", "line": "#7d8793", "pure": "#7d8590", "read": "#58a6ff", "write": "#f0883e", "agent": "#bc8cff",
    "destructive": "#ff7b72", "person": "#d9a520", "wait": "#9aa4b0", "region": "#9aa4b0", "tag": "#2b333d",
}  # fmt: skip
_TONES: Final = ("pure", "read", "write", "destructive", "agent", "person", "wait", "region")


def svg(graph: Graph) -> str:
    """Return the picture of a graph."""
    strip = laid_out(parts_of(graph))
    inputs = _inputs(graph)
    heading = max(text_width(graph.name, 17, bold=True), text_width(inputs, LINE_SIZE))
    width, height = max(strip.width, heading) + 2 * _EDGE, strip.height + _TOP + _EDGE
    left = (width - strip.width) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="img" aria-label="{escape(graph.name)}" '
        "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">",
        f"<style>{_style()}</style>",
        f'<rect class="back" width="{_n(width)}" height="{_n(height)}" rx="8"/>',
        _text(_EDGE, 32, graph.name, "ink name", 17),
        _text(_EDGE, 50, inputs, "soft", LINE_SIZE),
        f'<g transform="translate({_n(left)} {_TOP})">',
        *_strip(strip, 0),
        "</g>",
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _inputs(graph: Graph) -> str:
    if graph.inputs is None:
        return ""
    names = list(graph.inputs.get("properties", {}))
    return text("input: " + ", ".join(names)) if names else ""


def _style() -> str:
    return _rules(_LIGHT) + f"@media (prefers-color-scheme: dark){{{_rules(_DARK)}}}"


def _rules(colour: dict[str, str]) -> str:
    rules = [f".{name}{{fill:{colour[name]}}}" for name in ("back", "odd", "even", "leaf", "tag", "ink", "soft")]
    rules += [f".t-{tone}{{fill:{colour[tone]}}}" for tone in _TONES]
    rules += [
        f".box{{stroke:{colour['edge']}}}",
        f".lane{{fill:none;stroke:{colour['edge']}}}",
        ".aside{stroke-dasharray:4 3}",
        f".way{{fill:none;stroke:{colour['line']};stroke-width:1.4}}",
        f".tip{{fill:{colour['line']}}}",
        ".name{font-weight:bold}",
    ]
    return "".join(rules)


# --- boxes ---


def _strip(strip: Strip, depth: int) -> Iterator[str]:
    """Yield a list: its frame and name, its boxes, the arrows between them, the notes below."""
    lane = strip.lane
    if strip.framed:
        aside = " aside" * lane.aside
        yield _rect(strip.x, strip.y, strip.width, strip.height, f"lane{aside}", 6)
        yield _text(strip.x + PAD, strip.y + 17, lane.label, "soft name", LINE_SIZE)
    for points in strip.lines:
        yield from _arrow(points)
    for box in strip.boxes:
        yield from _box(box, depth)
    if strip.repeats and strip.boxes:
        yield from _ring(strip)
    foot = max((box.y + box.height for box in strip.boxes), default=strip.y + LABEL)
    for at, note in enumerate(lane.notes):
        yield _text(strip.x + PAD, foot + 18 + LINE * at, note, "soft", LINE_SIZE)


def _box(box: Box, depth: int) -> Iterator[str]:
    part = box.part
    fill = "leaf" if not box.rows else "even" if depth % 2 else "odd"
    yield _rect(box.x, box.y, box.width, box.height, f"box {fill}", 7)
    yield _rect(box.x, box.y + 7, 3.5, box.height - 14, f"t-{part.tone}", 1.5)
    y = box.y + PAD + 10
    yield _text(box.x + PAD, y, part.name, "ink name", NAME_SIZE)
    if part.word:
        yield _text(box.x + box.width - PAD, y, part.word, f"t-{part.tone}", TAG_SIZE, "end")
    for line in part.lines:
        y += LINE
        yield _text(box.x + PAD, y, line, "soft", LINE_SIZE)
    for row in box.tags:
        y += TAG
        left = box.x + PAD
        for tag, size in row:
            yield _rect(left, y - 12.5, size, 17, "tag", 8.5)
            yield _text(left + 6, y, tag, "ink", TAG_SIZE)
            left += size + 5
    for strips in box.rows:
        for strip in strips:
            yield from _strip(strip, depth + 1)


# --- arrows ---


def _arrow(points: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Yield a line through points that ends in a tip; between rows it bends, beside them it is straight."""
    (x, y), *rest = points
    way = f"M{_n(x)} {_n(y)}"
    end = rest[-1]
    for at, (next_x, next_y) in enumerate(rest):
        last = next_y - _TIP if at == len(rest) - 1 else next_y
        if next_x == x:
            way += f"V{_n(last)}"
        else:
            bend = (y + last) / 2
            way += f"C{_n(x)} {_n(bend)} {_n(next_x)} {_n(bend)} {_n(next_x)} {_n(last)}"
        x, y = next_x, last
    yield f'<path class="way" d="{way}"/>'
    yield _tip(*end)


def _ring(strip: Strip) -> Iterator[str]:
    """Yield the arrow that leads from the end of a loop's steps back to their beginning."""
    first, last = strip.boxes[0], strip.boxes[-1]
    top, foot = first.y - RING + 6, max(box.y + box.height for box in strip.boxes) + RING - 6
    side, bend = strip.x + min(box.x for box in strip.boxes) - strip.x - RING + 4, 7
    way = (
        f"M{_n(last.middle)} {_n(last.y + last.height)}V{_n(foot - bend)}q0 {bend} -{bend} {bend}H{_n(side + bend)}"
        f"q-{bend} 0 -{bend} -{bend}V{_n(top + bend)}q0 -{bend} {bend} -{bend}H{_n(first.middle - bend)}"
        f"q{bend} 0 {bend} {bend}V{_n(first.y - _TIP)}"
    )
    yield f'<path class="way" d="{way}"/>'
    yield _tip(first.middle, first.y)


def _tip(x: float, y: float) -> str:
    return f'<path class="tip" d="M{_n(x)} {_n(y)}l-4 -{_TIP + 2}h8z"/>'


# --- text and numbers ---


def _rect(x: float, y: float, width: float, height: float, style: str, round_: float) -> str:
    return (
        f'<rect class="{style}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(round_)}"/>'
    )


def _text(x: float, y: float, said: str, style: str, size: float, anchor: str = "start") -> str:
    at = f' text-anchor="{anchor}"' * (anchor != "start")
    shown = escape(said, quote=False)
    return f'<text class="{style}" x="{_n(x)}" y="{_n(y)}" font-size="{size:g}"{at}>{shown}</text>' if said else ""


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
