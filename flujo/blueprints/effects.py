"""The effect system as one table: what a call of each effect needs, by where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from flujo.core.graph import Call, Effect
from flujo.core.record import dataclass

Place = Literal["once", "again", "cached", "judging"]
"""`once`: in a list, a branch, a catch, an undo, an import; `again`: inside a `retry`, `loop` or `map`, also of an
import; `cached`: with `cache`; `judging`: in a `verify`."""

Need = Literal["nothing", "approval", "guard", "refused"]
"""`approval`: a person agrees; `guard`: an `idempotency_key`, an `approval` or an `undo`; `refused`: never."""

Repeat = Literal["no", "yes", "by_key"]


@dataclass(frozen=True, slots=True)
class Row:
    """What calls of an effect need at each place; `repeat` says whether a second call does no harm (None: any)."""

    effect: Effect
    repeat: Repeat | None
    once: Need
    again: Need
    cached: Need
    judging: Need


TABLE: Final = (
    Row("pure", None, "nothing", "nothing", "nothing", "nothing"),
    Row("read", None, "nothing", "nothing", "nothing", "nothing"),
    Row("write", "yes", "nothing", "nothing", "refused", "refused"),
    Row("write", "by_key", "nothing", "nothing", "refused", "refused"),
    Row("write", "no", "nothing", "guard", "refused", "refused"),
    Row("destructive", None, "approval", "approval", "refused", "refused"),
)
"""The first row that fits counts. A skill that honours keys is given one by default, so that it needs none here."""

_WORDS: Final = {
    "nothing": "allowed",
    "approval": "needs `approval`",
    "guard": "needs `idempotency_key`, `approval` or `undo`",
    "refused": "refused",
}
_REPEATS: Final = {None: "", "yes": "idempotent", "by_key": "honours keys", "no": "not idempotent"}


def needs(call: Call, place: Place) -> Need:
    """Return what a call needs at a place."""
    row = next(row for row in TABLE if row.effect == call.effect and row.repeat in (None, call.idempotent))
    need: Need = getattr(row, place)
    return need


def lacks(call: Call, place: Place) -> bool:
    """Say whether a call lacks what it needs at a place."""
    meta = call.meta
    match needs(call, place):
        case "nothing":
            return False
        case "approval":
            return meta.approval is None
        case "guard":
            return not (meta.approval or meta.key or meta.undo)
        case "refused":
            return True


def shown() -> Iterator[str]:
    """Yield the table as lines of Markdown."""
    yield "| effect | a second time | in a list, branch, catch, undo | inside `retry`, `loop`, `map` | with `cache` |"
    yield "|---|---|---|---|---|"
    for row in TABLE:
        cells = [_WORDS[need] for need in (row.once, row.again, row.cached)]
        yield f"| {row.effect} | {_REPEATS[row.repeat]} | {' | '.join(cells)} |"
