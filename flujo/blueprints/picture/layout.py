"""Where the parts of a picture stand: every list from top to bottom, the lists of a part side by side.

Sizes are found from the inside out, then places from the outside in. A list with `needs` is drawn in rows, each step
one row below the last of those it needs; a line that passes a row gets a place of its own there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from flujo.blueprints.picture.parts import Lane, Part
from flujo.blueprints.picture.widths import text_width
from flujo.core.record import dataclass

PAD: Final = 12
"""Between the border of a box and what is in it."""

GAP: Final = 28
"""Between a step and the next one: room for an arrow."""

SIDE: Final = 14
"""Between boxes side by side."""

TITLE, LINE, TAG = 18, 16, 21
"""Heights of a name, of a line about a step, of a row of tags."""

NAME_SIZE, LINE_SIZE, TAG_SIZE = 13.0, 11.5, 10.5
LABEL: Final = 24
RING: Final = 20
"""Room round the steps of a loop for the arrow that leads back."""

_LEAST: Final = 96
_ROW: Final = 1_200
"""Lists side by side go to the next row when they would be wider than this."""

_TAG_ROW: Final = 250


@dataclass(slots=True)
class Box:
    """A part with its size and place; `head` is the height of the words at its top."""

    part: Part
    width: float
    height: float
    head: float
    tags: list[list[tuple[str, float]]]
    rows: list[list[Strip]] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        """The x of its middle, where arrows come in and go out."""
        return self.x + self.width / 2


@dataclass(slots=True)
class Strip:
    """A list with its size and place; `top` is where its first step begins, `lines` lead from step to step."""

    lane: Lane
    boxes: list[Box]
    width: float
    height: float
    framed: bool
    repeats: bool
    ranks: list[list[int]]
    chains: list[tuple[int, ...]]
    spots: list[float]
    x: float = 0.0
    y: float = 0.0
    top: float = 0.0
    lines: list[tuple[tuple[float, float], ...]] = field(default_factory=list)


def laid_out(lane: Lane) -> Strip:
    """Return the whole picture's list with everything in its place; it begins at 0, 0."""
    strip = _measured(lane, framed=False, repeats=False)
    _place(strip, 0.0, 0.0, strip.width)
    return strip


# --- sizes, from the inside out ---


def _box(part: Part) -> Box:
    word = text_width(part.word, TAG_SIZE) + 14 if part.word else 0.0
    widest = text_width(part.name, NAME_SIZE, bold=True) + word
    widest = max([widest, _LEAST, *(text_width(line, LINE_SIZE) for line in part.lines)])
    tags = _tag_rows(part.tags)
    widest = max([widest, *(sum(size for _, size in row) + 5 * (len(row) - 1) for row in tags)])
    head = PAD + TITLE + LINE * len(part.lines) + TAG * len(tags) + PAD - 4
    box = Box(part, widest + 2 * PAD, head, head, tags)
    if not part.lanes:
        return box
    framed = len(part.lanes) > 1
    strips = [_measured(lane, framed=framed or bool(lane.label), repeats=part.repeats) for lane in part.lanes]
    box.rows = _in_rows(strips)
    inner = max(_row_width(row) for row in box.rows)
    box.width = max(box.width, inner + 2 * PAD)
    box.height += sum(max(strip.height for strip in row) + SIDE for row in box.rows) - SIDE + PAD
    return box


def _tag_rows(tags: Sequence[str]) -> list[list[tuple[str, float]]]:
    """Return the tags with their widths, in rows."""
    rows: list[list[tuple[str, float]]] = []
    room = 0.0
    for tag in tags:
        size = text_width(tag, TAG_SIZE) + 12
        if not rows or size > room:
            rows.append([])
            room = _TAG_ROW
        rows[-1].append((tag, size))
        room -= size + 5
    return rows


def _in_rows(strips: list[Strip]) -> list[list[Strip]]:
    rows: list[list[Strip]] = [[]]
    for strip in strips:
        if rows[-1] and _row_width([*rows[-1], strip]) > _ROW:
            rows.append([])
        rows[-1].append(strip)
    return rows


def _row_width(row: Sequence[Strip]) -> float:
    return sum(strip.width for strip in row) + SIDE * (len(row) - 1)


def _measured(lane: Lane, *, framed: bool, repeats: bool) -> Strip:
    boxes = [_box(part) for part in lane.parts]
    ranks, chains = _ranks(lane) if lane.needs is not None else ([[at] for at in range(len(boxes))], [])
    strip = Strip(lane, boxes, 0.0, 0.0, framed, repeats and not lane.aside, ranks, chains, [])
    if lane.needs is not None:
        strip.spots = [0.0] * (1 + max((at for rank in ranks for at in rank), default=-1))
    inner = max((_rank_width(strip, rank) for rank in ranks), default=60.0)
    high = sum(_rank_height(strip, rank) for rank in ranks) + GAP * max(0, len(ranks) - 1)
    notes = [text_width(note, LINE_SIZE) for note in lane.notes]
    label = text_width(lane.label, LINE_SIZE, bold=True)
    strip.width = max([inner, label, *notes]) + (2 * PAD if framed else 0) + (2 * RING if strip.repeats else 0)
    strip.height = high + LINE * len(notes) + (6 if notes else 0)
    strip.height += (2 * RING if strip.repeats else 0) + (LABEL + PAD + 2 if framed else 0)
    return strip


def _rank_width(strip: Strip, rank: Sequence[int]) -> float:
    return sum(_width(strip, at) for at in rank) + SIDE * (len(rank) - 1)


def _width(strip: Strip, at: int) -> float:
    return strip.boxes[at].width if at < len(strip.boxes) else 2.0  # a line that only passes


def _rank_height(strip: Strip, rank: Sequence[int]) -> float:
    return max(strip.boxes[at].height if at < len(strip.boxes) else 0.0 for at in rank)


def _ranks(lane: Lane) -> tuple[list[list[int]], list[tuple[int, ...]]]:
    """Return the rows of a list with `needs`, and its lines as the numbers they lead through.

    Numbers after the last step stand for lines on their way through a row.
    """
    needs = lane.needs or ()
    depth: dict[int, int] = {}

    def row(at: int) -> int:
        stack = [at]
        while stack:
            now = stack[-1]
            open_ = [need for need in needs[now] if need not in depth]
            stack.extend(open_)
            if not open_:
                depth[now] = 1 + max((depth[need] for need in needs[now]), default=-1)
                stack.pop()
        return depth[at]

    ranks: list[list[int]] = [[] for _ in range(1 + max(map(row, range(len(needs))), default=-1))]
    for at in range(len(needs)):
        ranks[depth[at]].append(at)
    chains, free = [], len(needs)
    for at, before in enumerate(needs):
        for need in before:
            way = [need]
            for rank in range(depth[need] + 1, depth[at]):
                ranks[rank].append(free)
                way.append(free)
                free += 1
            chains.append((*way, at))
    _uncross(ranks, chains)
    return ranks, chains


def _uncross(ranks: list[list[int]], chains: Sequence[tuple[int, ...]]) -> None:
    """Order each row by the middle of what it hangs on in the row above (the barycentre method)."""
    above: dict[int, list[int]] = {}
    for chain in chains:
        for one, other in itertools.pairwise(chain):
            above.setdefault(other, []).append(one)
    for upper, rank in itertools.pairwise(ranks):
        place = {at: index for index, at in enumerate(upper)}

        def middle(at: int, place: dict[int, int] = place) -> float:
            found = [place[one] for one in above.get(at, ()) if one in place]
            return sum(found) / len(found) if found else 0.0

        rank.sort(key=middle)


# --- places, from the outside in ---


def _place(strip: Strip, x: float, y: float, width: float) -> None:
    """Put a list with its boxes into a place of a given width."""
    strip.x, strip.y = x, y
    strip.width = width
    top = y + (LABEL + 2 if strip.framed else 0) + (RING if strip.repeats else 0)
    strip.top = top
    middles: dict[int, tuple[float, float, float]] = {}
    for rank in strip.ranks:
        left = x + (width - _rank_width(strip, rank)) / 2
        height = _rank_height(strip, rank)
        for at in rank:
            own = _width(strip, at)
            high = 0.0
            if at < len(strip.boxes):
                _place_box(strip.boxes[at], left, top)
                high = strip.boxes[at].height
            else:
                high = height
            middles[at] = (left + own / 2, top, top + high)
            left += own + SIDE
        top += height + GAP
    strip.lines = list(_lines(strip, middles))


def _place_box(box: Box, x: float, y: float) -> None:
    box.x, box.y = x, y
    top = y + box.head
    for row in box.rows:
        height = max(strip.height for strip in row)
        spare = (box.width - 2 * PAD - _row_width(row)) / len(row) if len(box.rows) == 1 else 0.0
        left = x + PAD
        for strip in row:
            width = strip.width + spare
            _place(strip, left, top, width)
            strip.height = height
            left += width + SIDE
        top += height + SIDE


def _lines(strip: Strip, middles: dict[int, tuple[float, float, float]]) -> Iterator[tuple[tuple[float, float], ...]]:
    """Yield the arrows of a list, as points from the foot of a step to the head of another."""
    chains = strip.chains
    if strip.lane.needs is None:
        chains = [(at, at + 1) for at in range(len(strip.boxes) - 1)]
    for chain in chains:
        points = [(middles[chain[0]][0], middles[chain[0]][2])]
        for at in chain[1:-1]:
            points += [(middles[at][0], middles[at][1]), (middles[at][0], middles[at][2])]
        yield (*points, (middles[chain[-1]][0], middles[chain[-1]][1]))
