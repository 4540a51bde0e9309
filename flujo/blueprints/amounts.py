"""How much a part of a blueprint can use at most: figures, and what has no bound with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from flujo.core.ids import Address
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonObject

Quantity = Literal["steps", "calls", "tokens_in", "tokens_out", "usd", "seconds", "undoing"]


class Amounts(NamedTuple):
    """Figures of one run: `steps` are attempts at skills and agents, `calls` those that are no pure skill.

    `undoing` are the seconds of what is undone when the run fails: one after the other, whatever ran side by side.
    """

    steps: float = 0
    calls: float = 0
    tokens_in: float = 0
    tokens_out: float = 0
    usd: float = 0.0
    seconds: float = 0.0
    undoing: float = 0.0


NONE: Final = Amounts()


@dataclass(frozen=True, slots=True)
class Open:
    """A part that has no bound: the step, the quantities of which it has none, and why.

    The path is empty for a step of an import, which stands in another file.
    `each` is what one item uses, where the number of items is what is not known.
    """

    step: Address
    path: Path
    of: frozenset[str]
    why: str
    each: Amounts | None = None

    def to_json(self) -> JsonObject:
        """Return the public JSON form."""
        each = None if self.each is None else _shown(self.each)
        return {"step": self.step, "of": [name for name in _NAMES if name in self.of], "why": self.why, "each": each}


_NAMES: Final = Amounts._fields[:-1]


@dataclass(frozen=True, slots=True)
class Bound:
    """At most so much, apart from what is `open`."""

    known: Amounts = NONE
    open: tuple[Open, ...] = ()

    def most(self, quantity: Quantity) -> float | None:
        """Return the bound of a quantity; None when a part has none."""
        if any(quantity in part.of for part in self.open):
            return None
        value: float = getattr(self.known, quantity)
        return value

    def to_json(self) -> JsonObject:
        """Return the public JSON form: null is no bound; `known` are the parts that have one."""
        most: JsonObject = {name: self.most(name) for name in _NAMES}  # type: ignore[arg-type]
        return {**most, "known": _shown(self.known), "open": [part.to_json() for part in self.open]}

    def times(self, count: int) -> Bound:
        """Return the bound of doing it so often, one time after the other."""
        return Bound(Amounts(*(value * count for value in self.known)), self.open if count else ())

    def with_seconds(self, seconds: float) -> Bound:
        """Return it with another time."""
        return replace(self, known=self.known._replace(seconds=seconds))

    def lasting_at_most(self, seconds: float | None) -> Bound:
        """Return it with a deadline, if there is one: then its time has a bound whatever it had before."""
        if seconds is None:
            return self
        if self.most("seconds") is not None:
            return self.with_seconds(min(seconds, self.known.seconds))
        parts = (replace(part, of=part.of - {"seconds"}) for part in self.open)
        return Bound(self.known._replace(seconds=seconds), tuple(part for part in parts if part.of))

    def undone(self) -> Bound:
        """Return it as the bound of an undo, whose time passes at the end of the run."""
        return self._renamed("seconds", "undoing", Amounts(seconds=0.0, undoing=self.known.seconds))

    def whole(self) -> Bound:
        """Return it as the bound of a run that may fail: its time is that of the work and of all that is undone."""
        return self._renamed("undoing", "seconds", Amounts(seconds=self.known.seconds + self.known.undoing))

    def _renamed(self, old: str, new: str, times: Amounts) -> Bound:
        parts = (
            replace(part, of=frozenset(new if name == old else name for name in part.of)) if old in part.of else part
            for part in self.open
        )
        return Bound(self.known._replace(seconds=times.seconds, undoing=times.undoing), tuple(parts))


NOTHING: Final = Bound()


def summed(bounds: Iterable[Bound]) -> Bound:
    """Return the bound of doing one after the other."""
    return _joined(bounds, sum)


def largest(bounds: Iterable[Bound]) -> Bound:
    """Return the bound of doing one of them."""
    return _joined(bounds, max)


def _joined(bounds: Iterable[Bound], one: Callable[[Iterable[float]], float]) -> Bound:
    bounds = (NOTHING, *bounds)
    columns = zip(*(bound.known for bound in bounds), strict=True)
    return Bound(Amounts(*map(one, columns)), tuple(part for bound in bounds for part in bound.open))


def together(bounds: Iterable[Bound], lanes: int) -> Bound:
    """Return the bound of doing them side by side, so many at a time.

    Whatever the order, the last to begin starts when the others have filled all lanes (Graham 1966): the time is at
    most the sum shared among the lanes, and what the longest is longer than its share.
    """
    bounds = list(bounds)
    times = [bound.known.seconds for bound in bounds]
    longest = max(times, default=0.0)
    seconds = longest if len(bounds) <= lanes else longest + (sum(times) - longest) / lanes
    return summed(bounds).with_seconds(seconds)


def used(amounts: Amounts) -> frozenset[str]:
    """Return the quantities of which there is any."""
    return frozenset(name for name, value in zip(Amounts._fields, amounts, strict=True) if value)


def _shown(amounts: Amounts) -> JsonObject:
    return {name: getattr(amounts, name) for name in _NAMES}
