"""A run as a tree: every step with its state, time, attempts, cost, and the way it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from flujo.cli.render.run import usage_text
from flujo.cli.render.screen import Paint, fit, pad, visible, width
from flujo.cli.render.times import moment, span
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
    {"completed": "✓", "failed": "✗", "skipped": "·", "suspended": "?", "running": "…", "continued": "!"},
)
PLAIN = Glyphs(
    "|- ",
    "`- ",
    "|  ",
    "#",
    {"completed": "+", "failed": "x", "skipped": "-", "suspended": "?", "running": ">", "continued": "!"},
)
_STYLES = {"completed": "green", "failed": "red", "skipped": "dim", "suspended": "yellow", "continued": "yellow"}
_BAR = 20
_LABEL = 40


@dataclass(slots=True)
class Twig:
    """A place in the tree: an address, its step if it has one, and what is inside."""

    address: str
    step: StepView | None = None
    inner: list[Twig] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The last part of the address."""
        if self.address.endswith("]"):
            return self.address[self.address.rindex("[") :]
        return unquote(self.address.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is aligned."""

    tree: str
    step: StepView | None
    label: str


def trace_text(view: RunView, paint: Paint, columns: int, glyphs: Glyphs = FANCY) -> str:
    """Return the tree of a run, no line of it wider than `columns`."""
    spent = usage_text(view.usage)
    facts = [visible(view.name), view.status, span(view.duration_s), spent, moment(view.created)]
    told = fit("  ".join(fact for fact in facts if fact), max(0, columns - len(view.run_id) - 2))
    head = f"{paint('bold', str(view.run_id))}  {told}"
    lines = _lines(grown(view.steps.values()), "", glyphs)
    if not lines:
        return f"{head}\n(no steps yet)\n"
    label = min(_LABEL, max(width(line.tree) + 2 + width(line.label) for line in lines))
    uses = min(24, max((width(_uses(line.step)) for line in lines), default=0))
    bar = _BAR if columns >= label + uses + _BAR + 32 else 0
    begin, whole = _extent(view)
    drawn = []
    for line in lines:
        left = _left(line, label, paint, glyphs)
        right = f"{pad(fit(visible(_uses(line.step)), uses), uses)}  {_time(line.step):>9}"
        if bar:
            right += f"  {_bar(line.step, begin, whole, bar, glyphs)}"
        notes = "; ".join(_notes(line.step))
        room = columns - label - width(right) - 4
        drawn.append(f"{left}  {right}  {fit(notes, room) if room > 6 else ''}".rstrip())
    return "\n".join([head, *drawn]) + "\n"


def grown(steps: Iterable[StepView]) -> list[Twig]:
    """Return the tree of addresses; places that have no step of their own (items, branches) stand for themselves."""
    top: list[Twig] = []
    known: dict[str, Twig] = {}

    def twig(address: str) -> Twig:
        if address not in known:
            known[address] = Twig(address)
            parent = parent_of(address)
            (twig(parent).inner if parent else top).append(known[address])
        return known[address]

    for step in steps:
        twig(step.address).step = step
    return top


def parent_of(address: str) -> str:
    """Return the address around another; the empty one at the top."""
    if address.endswith("]"):
        return address[: address.rindex("[")]
    return address.rpartition("/")[0]


def _lines(twigs: Sequence[Twig], tree: str, glyphs: Glyphs) -> list[Line]:
    lines = []
    for twig in twigs:
        last = twig is twigs[-1]
        lines.append(Line(tree + (glyphs.end if last else glyphs.tee), twig.step, visible(twig.label, keep="")))
        lines += _lines(twig.inner, tree + ("   " if last else glyphs.bar), glyphs)
    return lines


def _left(line: Line, size: int, paint: Paint, glyphs: Glyphs) -> str:
    status = line.step.status if line.step else ""
    mark = glyphs.marks.get(status, " ") + " " if line.step else ""
    label = fit(line.label, max(4, size - width(line.tree) - len(mark)))
    fill = " " * (size - width(line.tree) - len(mark) - width(label))
    return f"{paint('dim', line.tree)}{paint(_STYLES.get(status, 'bold'), mark)}{label}{fill}"


def _uses(step: StepView | None) -> str:
    return "" if step is None else step.uses or step.kind


def _time(step: StepView | None) -> str:
    return span(step.duration_s) if step is not None and step.status != "skipped" else ""


def _extent(view: RunView) -> tuple[int, int]:
    """Return when the first step began and how long all took, in microseconds."""
    timed = [(step.started, step.ended or step.started) for step in view.steps.values() if step.started is not None]
    if not timed:
        return 0, 1
    begin = min(start for start, _ in timed)
    return begin, max(1, max(end for _, end in timed) - begin)


def _bar(step: StepView | None, begin: int, whole: int, size: int, glyphs: Glyphs) -> str:
    if step is None or step.started is None or step.ended is None or step.status == "skipped":
        return " " * size
    first = min(size - 1, (step.started - begin) * size // whole)
    long = max(1, round((step.ended - step.started) * size / whole))
    return (" " * first + glyphs.full * min(long, size - first)).ljust(size)


def _notes(step: StepView | None) -> list[str]:
    if step is None:
        return []
    detail = step.detail or {}
    notes = [f"{step.attempt} attempts"] if step.attempt > 1 else []
    notes += [f"branch {step.decision}"] if isinstance(step.decision, str) else []
    notes += [str(detail["model"])] if detail.get("model") else []
    notes += [usage_text(step.usage)] if step.usage.calls else []
    notes += [f"answered by {detail['answered_by']}"] if detail.get("answered_by") else []
    if step.status == "suspended":
        notes.append("waits for a person")
    elif step.error:
        notes.append(str(step.error.get("message", "")))
    return [visible(note, keep="") for note in notes]
