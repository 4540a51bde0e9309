"""A run as a tree: every step with its state, time, attempts, cost, and the way it took.

Maps and loops are folded to one line each, with what went wrong inside them below it, unless they are unfolded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from flujo.cli.render.region import Nodes, Summary, region_words, summary
from flujo.cli.render.run import usage_text
from flujo.cli.render.screen import Paint, fit, pad, visible, width
from flujo.cli.render.times import moment, span
from flujo.cli.render.tree import Twig, grown, within
from flujo.core.ids import Address
from flujo.core.record import dataclass
from flujo.engine.fold import RunView, StepView


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters a tree is drawn with."""

    tee: str
    end: str
    bar: str
    full: str
    marks: dict[str, str]


FANCY = Glyphs(
    "├─ ",
    "└─ ",
    "│  ",
    "█",
    {
        "completed": "✓",
        "failed": "✗",
        "skipped": "·",
        "suspended": "?",
        "running": "…",
        "continued": "!",
        "cancelled": "⊘",
    },
)
PLAIN = Glyphs(
    "|- ",
    "`- ",
    "|  ",
    "#",
    {
        "completed": "+",
        "failed": "x",
        "skipped": "-",
        "suspended": "?",
        "running": ">",
        "continued": "!",
        "cancelled": "o",
    },
)
_STYLES: Final = {
    "completed": "green",
    "failed": "red",
    "skipped": "dim",
    "cancelled": "dim",
    "suspended": "yellow",
    "continued": "yellow",
}
_BAR = 20
_LABEL = 40
_COUNTS = 80
_TROUBLES = 3
"""How many steps that failed or wait are named below a folded map or loop."""

EVERYTHING: Final = "*"
"""Unfolds all maps and loops; any other text is the address of one, or of an item of one."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a tree is drawn: `expand` is what to unfold, None for nothing."""

    paint: Paint = field(default_factory=Paint)
    columns: int = 100
    glyphs: Glyphs = FANCY
    expand: str | None = None
    nodes: Nodes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is aligned; without a step it is a branch, an item or a remark.

    `counts` says that its notes count items or iterations: room is made for them.
    """

    tree: str
    label: str
    step: StepView | None = None
    seconds: float | None = None
    notes: tuple[str, ...] = ()
    counts: bool = False


def trace_text(view: RunView, drawing: Drawing) -> str:
    """Return the tree of a run, no line of it wider than the drawing."""
    paint, columns = drawing.paint, drawing.columns
    spent = usage_text(view.usage)
    facts = [visible(view.name), view.status, span(view.duration_s), spent, moment(view.created)]
    told = fit("  ".join(fact for fact in facts if fact), max(0, columns - len(view.run_id) - 2))
    head = f"{paint('bold', str(view.run_id))}  {told}"
    lines = list(_lines(grown(view.steps.values()), "", drawing))
    if not lines:
        return f"{head}\n(no steps yet)\n"
    label = min(_LABEL, max(width(line.tree) + 2 + width(line.label) for line in lines))
    uses = min(24, max((width(_uses(line.step)) for line in lines), default=0))
    counts = max((width("; ".join(line.notes)) for line in lines if line.counts), default=0)
    bar = _BAR if columns >= label + uses + _BAR + max(32, min(counts, _COUNTS) + 15) else 0
    begin, whole = _extent(view.steps)
    drawn = []
    for line in lines:
        left = _left(line, label, paint, drawing.glyphs)
        right = f"{pad(fit(visible(_uses(line.step)), uses), uses)}  {span(line.seconds):>9}"
        if bar:
            right += f"  {_bar(line, begin, whole, bar, drawing.glyphs)}"
        room = columns - label - width(right) - 4
        drawn.append(f"{left}  {right}  {fit('; '.join(line.notes), room) if room > 6 else ''}".rstrip())
    return "\n".join([head, *drawn]) + "\n"


def _lines(twigs: Sequence[Twig], tree: str, drawing: Drawing) -> Iterator[Line]:
    for twig in twigs:
        last = twig is twigs[-1]
        here = tree + (drawing.glyphs.end if last else drawing.glyphs.tee)
        below = tree + ("   " if last else drawing.glyphs.bar)
        inside = summary(twig, drawing.nodes) if twig.numbered else None
        notes = (*_shown(region_words(twig, drawing.nodes, inside)), *_notes(twig.step))
        yield Line(
            here, visible(twig.label, keep=""), twig.step, _seconds(twig.step, inside), notes, inside is not None
        )
        if inside is None:
            yield from _lines(twig.inner, below, drawing)
        else:
            yield from _inside(twig, inside, below, drawing)


def _inside(twig: Twig, inside: Summary, tree: str, drawing: Drawing) -> Iterator[Line]:
    """Yield what is drawn below a map or loop: the items to be unfolded, else the first troubles; then other steps."""
    kept = _unfolded(twig, drawing.expand)
    rest = [*kept, *(part for part in twig.inner if part.index is None)]
    named = [] if kept else inside.troubles[:_TROUBLES]
    lines = [
        Line("", visible(step.address[len(twig.address) :], keep=""), step, _seconds(step), tuple(_notes(step)))
        for step in named
    ]
    if not kept and len(inside.troubles) > len(named):
        lines.append(Line("", f"and {len(inside.troubles) - len(named):,} more"))
    for line in lines:
        ends = line is lines[-1] and not rest
        yield replace(line, tree=tree + (drawing.glyphs.end if ends else drawing.glyphs.tee))
    yield from _lines(rest, tree, drawing)


def _unfolded(twig: Twig, expand: str | None) -> list[Twig]:
    """Return the items or iterations of a map or loop that are to be drawn."""
    if expand is None:
        return []
    if expand == EVERYTHING or within(twig.address, expand):
        return [part for part in twig.inner if part.index is not None]
    return [part for part in twig.inner if part.index is not None and within(expand, part.address)]


def _left(line: Line, size: int, paint: Paint, glyphs: Glyphs) -> str:
    status = line.step.status if line.step else ""
    mark = glyphs.marks.get(status, " ") + " " if line.step else ""
    label = fit(line.label, max(4, size - width(line.tree) - len(mark)))
    fill = " " * (size - width(line.tree) - len(mark) - width(label))
    return f"{paint('dim', line.tree)}{paint(_STYLES.get(status, 'bold'), mark)}{label}{fill}"


def _uses(step: StepView | None) -> str:
    return "" if step is None else step.uses or step.kind


def _seconds(step: StepView | None, inside: Summary | None = None) -> float | None:
    """Return how long a step took; a region that has no end yet took as long as what is inside."""
    own = step.duration_s if step is not None and step.status != "skipped" else None
    known = [seconds for seconds in (own, inside.seconds if inside is not None else None) if seconds is not None]
    return max(known, default=None)


def _extent(steps: Mapping[Address, StepView]) -> tuple[int, int]:
    """Return when the first step began and how long all took, in microseconds."""
    timed = [(step.started, step.ended or step.started) for step in steps.values() if step.started is not None]
    if not timed:
        return 0, 1
    begin = min(start for start, _ in timed)
    return begin, max(1, max(end for _, end in timed) - begin)


def _bar(line: Line, begin: int, whole: int, size: int, glyphs: Glyphs) -> str:
    step, seconds = line.step, line.seconds
    if step is None or step.started is None or seconds is None:
        return " " * size
    first = min(size - 1, (step.started - begin) * size // whole)
    long = max(1, round(seconds * 1_000_000 * size / whole))
    return (" " * first + glyphs.full * min(long, size - first)).ljust(size)


def _shown(words: Sequence[str]) -> list[str]:
    return [visible(word, keep="") for word in words]


def _notes(step: StepView | None) -> list[str]:
    if step is None:
        return []
    detail = step.detail or {}
    notes = [f"{step.attempt} attempts"] if step.attempt > 1 else []
    notes += [str(detail["model"])] if detail.get("model") else []
    notes += [f"cached, from run {detail['cached']['run']}"] if "cached" in detail else []
    notes += [usage_text(step.usage)] if step.usage.calls else []
    notes += ["undone"] if step.undone else []
    notes += [f"answered by {detail['answered_by']}"] if detail.get("answered_by") else []
    notes += ["nobody answered in time"] if detail.get("expired") else []
    notes += [f"sent by {detail['sent_by']}"] if detail.get("sent_by") else []
    if step.status == "suspended" and detail.get("event"):
        notes.append(f"waits for the event {detail['event']}")
    elif step.status == "suspended" and step.kind in ("hitl", "step"):
        notes.append("waits for a person")
    elif step.error:
        notes.append(str(step.error.get("message", "")))
    return _shown(notes)
