"""How far the maps and loops of a run have come: a fold over its rows, and the one line that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Final

from flujo.cli.render.region import Nodes
from flujo.cli.render.times import span
from flujo.core.events import RegionEntered, RegionFinished, RunResumed, StepFailed, event_of
from flujo.core.graph import Flow, Loop, Map, Node
from flujo.core.ids import Address
from flujo.core.record import dataclass
from flujo.core.rows import Row
from flujo.engine.places import plain, regions_around

_STEP_ENDS: Final = frozenset({"step_completed", "step_skipped", "step_continued", "region_finished"})
REGION_ENDS: Final = frozenset({"region_finished", "step_failed", "step_continued", "step_cancelled"})
_SHOWN: Final = 3


@dataclass(slots=True)
class Meter:
    """One map or loop that is open: items that ended, those of them that failed, and since when it is watched.

    `total` is the number of items, where known; a loop's bound is not what it will need.
    """

    address: Address
    node: Map | Loop
    began: int
    total: int | None = None
    done: int = 0
    failed: set[int] = field(default_factory=set)
    before: int = 0
    since: int | None = None
    ended_steps: dict[int, int] = field(default_factory=dict)
    named: int = 0
    """Failures inside that were shown by name."""

    @property
    def ended(self) -> int:
        """Items or iterations that ended, in whatever way."""
        return self.done + len(self.failed)

    def words(self, now: int) -> str:
        """Return how far it has come, how fast it goes, and how long it may yet take."""
        parts = [self._count()]
        elapsed = 0.0 if self.since is None else (now - self.since) / 1_000_000
        made = self.ended - self.before
        if elapsed >= 1 and made > 0:
            rate = made / elapsed
            parts.append(_rate_words(rate))
            parts += [f"{len(self.failed):,} failed"] if self.failed else []
            if self.total is not None:
                parts.append(f"{span(max(0, self.total - self.ended) / rate)} left")
        elif self.failed:
            parts.append(f"{len(self.failed):,} failed")
        return "  ".join([str(self.address), *parts])

    def _count(self) -> str:
        if isinstance(self.node, Loop):
            bounded = self.node.until is None and self.node.while_ is None
            return f"iteration {self.ended + 1:,} of {'' if bounded else 'at most '}{self.node.max:,}"
        if self.total is None:
            return f"{self.ended:,} done"
        return f"{self.ended:,}/{self.total:,}  {self.ended * 100 // max(1, self.total)}%"


@dataclass(slots=True)
class Meters:
    """The outermost maps and loops that are open, by address."""

    nodes: Nodes
    open: dict[Address, Meter] = field(default_factory=dict)
    now: int = 0

    def take(self, row: Row, *, live: bool = True) -> Meter | None:
        """Take a row in; return the meter it belongs to, if it is of a map or loop or inside one.

        With `live` off the row was recorded earlier: it counts, but not for the rate.
        """
        self.now = row.at
        if not row.address:
            self._take_run(row)
            return None
        outer = Address(row.address.partition("[")[0])
        node = self.nodes.get(outer)
        inside = len(row.address) > len(outer)
        if not isinstance(node, Map | Loop):
            if row.type in REGION_ENDS:
                self._close_inside(outer)
            return None
        meter = self.open.get(outer)
        if meter is None:
            began = getattr(event_of(row), "started", 0) or row.at
            meter = self.open[outer] = Meter(outer, node, began)
        if live and meter.since is None:
            meter.since, meter.before = row.at, meter.ended
        if inside:
            self._take_inside(meter, row)
        else:
            self._take_own(meter, row)
        return meter

    def line(self) -> str:
        """Return where the open ones stand; nothing when none is open."""
        words = [meter.words(self.now) for meter in list(self.open.values())[:_SHOWN]]
        if len(self.open) > _SHOWN:
            words.append(f"and {len(self.open) - _SHOWN} more")
        return " | ".join(words)

    def _take_run(self, row: Row) -> None:
        if row.type in ("run_finished", "run_suspended"):
            self.open.clear()
        elif row.type == "run_resumed":
            event = event_of(row)
            if isinstance(event, RunResumed) and event.reason == "redrive":
                for meter in self.open.values():
                    meter.failed.clear()

    def _close_inside(self, address: Address) -> None:
        """Close what is inside a region that ended."""
        for inner in [inner for inner in self.open if inner.startswith(f"{address}/")]:
            del self.open[inner]

    def _take_own(self, meter: Meter, row: Row) -> None:
        if row.type == "region_entered":
            event = event_of(row)
            size = getattr(event, "size", None) if isinstance(event, RegionEntered) else None
            meter.total = size if isinstance(size, int) else None
        elif row.type == "region_reopened":
            meter.failed.clear()
        elif row.type in REGION_ENDS:
            del self.open[meter.address]

    def _take_inside(self, meter: Meter, row: Row) -> None:
        number, _, rest = row.address[len(meter.address) + 1 :].partition("]")
        index = int(number)
        if isinstance(meter.node, Loop):
            if row.type == "iteration_finished" and not rest:
                meter.done = index + 1
        elif row.type in _STEP_ENDS and rest.count("/") == 1 and "[" not in rest:
            count = meter.ended_steps.pop(index, 0) + 1
            if count < len(meter.node.body.children):
                meter.ended_steps[index] = count
            else:
                meter.failed.discard(index)
                meter.done += 1
        elif row.type == "step_failed" and _ends_item(row, meter, self.nodes):
            meter.failed.add(index)


def _ends_item(row: Row, meter: Meter, nodes: Nodes) -> bool:
    """Say whether a failure is the end of its item: no attempt is planned, nothing around deals with it."""
    event = event_of(row)
    if not isinstance(event, StepFailed) or event.retry_at is not None:
        return False
    node = nodes.get(plain(row.address))
    if node is None or node.meta.on_error != "fail":
        return False
    around = [region for region in regions_around(row.address) if len(region) > len(meter.address)]
    return all(_lets_through(nodes.get(plain(region)), row.address[len(region) :]) for region in around)


def _lets_through(node: Node | None, rest: str) -> bool:
    if node is None:  # a branch
        return True
    if node.meta.retry is not None or (node.meta.on_error != "fail" and not rest.startswith("/@catch")):
        return False
    match node:
        case Map():
            return not node.tolerate
        case Flow(join=join) if join is not None:
            return join.needed is None and not join.ignores_failures
    return True


def _rate_words(rate: float) -> str:
    if rate >= 10:
        return f"{rate:,.0f}/s"
    return f"{rate:.1f}/s" if rate >= 0.1 else f"{rate * 60:.1f}/min"


def closing_words(row: Row, meter: Meter) -> Sequence[str]:
    """Return the words for a map or loop that ended: what came of it, and how long it took."""
    event = event_of(row)
    parts: list[str] = []
    if isinstance(event, RegionFinished) and isinstance(event.decision, dict):
        count = event.decision.get("items", event.decision.get("iterations", 0))
        word = "item" if "items" in event.decision else "iteration"
        parts.append(f"{count:,} {word}{'s' * (count != 1)}")
        failed = len(event.decision.get("failed", ()))
        parts += [f"{failed:,} failed"] if failed else []
    elif isinstance(event, StepFailed):
        parts.append(str(event.error.get("message", "")))
    elif meter.failed:
        parts.append(f"{len(meter.failed):,} failed")
    return [", ".join(parts), span((row.at - meter.began) / 1_000_000)]
