"""What a region came to, in a few words: items and their ends, iterations and the exit, the branches that counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field

from flujo.cli.render.times import span
from flujo.cli.render.tree import Twig
from flujo.core.graph import Flow, Loop, Map, Node
from flujo.core.ids import Address
from flujo.core.record import dataclass
from flujo.core.values import JsonValue
from flujo.engine.fold import StepView
from flujo.engine.places import plain

Nodes = Mapping[Address, Node]
"""The nodes of a run's graph by their addresses, without indices."""

_EXITS = {"until": "`until` was true", "while": "`while` was false", "max": "`max` was reached"}
_ENDED = frozenset({"completed", "skipped", "continued"})
_WORDS = ("done", "failed", "skipped", "cancelled", "waiting", "under way")


@dataclass(slots=True)
class Summary:
    """The items or iterations of a map or loop: how many ended how, the slowest, and what went wrong inside.

    `troubles` are the steps that failed (also those passed over) or wait, by item; `total` is None while unknown.
    """

    counts: Counter[str] = field(default_factory=Counter)
    total: int | None = None
    begin: int | None = None
    end: int | None = None
    slowest: tuple[str, float] | None = None
    troubles: list[StepView] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """Seconds from the first thing that happened inside to the last."""
        return None if self.begin is None or self.end is None else (self.end - self.begin) / 1_000_000


def summary(twig: Twig, nodes: Nodes) -> Summary:
    """Return what the items or iterations of a region came to, in one pass over its steps."""
    node = nodes.get(plain(Address(twig.address)))
    size = len(node.body.children) if isinstance(node, Map | Loop) else 0
    found = Summary(total=_total(twig.step))
    for item in twig.inner:
        if item.index is None:
            continue
        found.counts[_end(item, size)] += 1
        _note_times(found, item)
        found.troubles += _troubles(item)
    return found


_MARKS = {"@caught": "", "@timeout": "nobody answered in time"}
"""What decisions that are no branch are called; that of a catch has its own words."""


def region_words(twig: Twig, nodes: Nodes, inside: Summary | None) -> list[str]:
    """Return notes on a region: what it decided and, for a map or loop, what is `inside`."""
    step, node = twig.step, nodes.get(plain(Address(twig.address)))
    decision = step.decision if step is not None else None
    caught = decision == "@caught" and any(part.label == "@catch" for part in twig.inner)
    return _decided(twig, node, decision, inside) + (["its failure was caught"] if caught else [])


def _decided(twig: Twig, node: Node | None, decision: JsonValue, inside: Summary | None) -> list[str]:
    step = twig.step
    if isinstance(node, Loop) or (isinstance(decision, dict) and "iterations" in decision):
        return _loop_words(decision, inside, step.status if step is not None else "running")
    if inside is not None:
        notes = [_item_words(inside)]
        if inside.slowest is not None and sum(inside.counts.values()) > 1:
            notes.append(f"slowest {inside.slowest[0]} {span(inside.slowest[1])}")
        return notes
    if isinstance(decision, dict) and "items" in decision:
        return [_plural(decision["items"], "item")]
    if isinstance(decision, str):
        words = _MARKS.get(decision, f"branch {decision}")
        return [words] if words else []
    if isinstance(decision, list) and isinstance(node, Flow) and len(decision) < len(node.children):
        names = [node.children[number].meta.name for number in decision]
        return [f"{len(names)} of {len(node.children)} branches counted: {', '.join(names) or 'none'}"]
    return []


def _item_words(inside: Summary) -> str:
    counts, total = inside.counts, inside.total
    if total is not None and counts["done"] == total:
        return _plural(total, "item")
    done = f"{counts['done']:,}" if total is None else f"{counts['done']:,}/{total:,}"
    others = [f"{counts[word]:,} {word}" for word in _WORDS[1:] if counts[word]]
    return ", ".join([f"{done} done", *others])


def _loop_words(decision: JsonValue, inside: Summary | None, status: str) -> list[str]:
    if isinstance(decision, dict):
        return [f"{_plural(decision['iterations'], 'iteration')}, {_EXITS.get(decision['exit'], 'ended')}"]
    if inside is None:
        return []
    words = {"failed": "failed in", "suspended": "waits in", "cancelled": "cancelled in", "continued": "failed in"}
    return [f"{words.get(status, 'in')} iteration {sum(inside.counts.values())}"]


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"


def _total(step: StepView | None) -> int | None:
    """Return how many items a map has: its end says it, before that its entry."""
    decision = step.decision if step is not None else None
    total = decision.get("items") if isinstance(decision, dict) else getattr(step, "size", None)
    return total if isinstance(total, int) else None


def _end(item: Twig, size: int) -> str:
    """Return how an item or iteration stands; `size` is how many steps it has, 0 when unknown."""
    statuses = [twig.step.status for twig in item.inner if twig.step is not None]
    for status, word in (("failed", "failed"), ("suspended", "waiting"), ("cancelled", "cancelled")):
        if status in statuses:
            return word
    if len(statuses) < size or not _ENDED.issuperset(statuses):
        return "under way"
    return "skipped" if set(statuses) == {"skipped"} else "done"


def _note_times(found: Summary, item: Twig) -> None:
    steps = [twig.step for twig in item.inner if twig.step is not None]
    starts = [step.started for step in steps if step.started is not None]
    ends = [step.ended for step in steps if step.ended is not None]
    if not starts:
        return
    begin, end = min(starts), max(ends, default=max(starts))
    found.begin = begin if found.begin is None else min(begin, found.begin)
    found.end = end if found.end is None else max(end, found.end)
    seconds = (end - begin) / 1_000_000
    if found.slowest is None or seconds > found.slowest[1]:
        found.slowest = (item.label, seconds)


def _troubles(twig: Twig) -> Iterator[StepView]:
    """Yield the steps inside that failed or wait; what a region inside has dealt with is its own business."""
    for part in twig.inner:
        step = part.step
        if step is None:
            yield from _troubles(part)
        elif step.status in ("failed", "suspended", "continued"):
            deeper = list(_troubles(part))
            yield from deeper or [step]
