"""A list of steps for each item of a list or mapping, some at a time; results in the order of the input."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from flujo.core.graph import Map, Merge, Node
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.steps import RESULTS, Kind, lower_reduce

MAX_CONCURRENCY: Final = 1000
MAX_ITEMS: Final = 1_000_000
_PERCENT: Final = re.compile(r"([0-9]{1,3})\s*%\Z")
_OVER: Final = {"type": ["string", "array", "object"], "pattern": "\\{\\{|\\{%"}
_TOLERATE: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": MAX_ITEMS},
        {"type": "string", "pattern": "^(0?[0-9]{1,2}|100)\\s*%$"},
    ]
}


class Config(Shape):
    """The items, the steps for each, and what becomes of failures and results."""

    GIVES: ClassVar = {"steps": frozenset({"item", "index"}), "reduce": RESULTS}
    CALLS: ClassVar = frozenset({"reduce"})

    over: Any = Field(form=_OVER, description="the items: a template that yields a list or a mapping, or a list")
    steps: Any = Field(form="steps", description="the steps for each item, which see `item` and `index`")
    max_concurrency: int = Field(8, ge=1, le=MAX_CONCURRENCY, description="items at a time")
    batch: int | None = Field(None, ge=1, le=MAX_ITEMS, description="items that are given together, as a list")
    tolerate: Any = Field(0, form=_TOLERATE, description="items that may fail: a number, or `N%`")
    merge: Merge = Field("strict", description="what becomes of writes to `context`: two different values fail, the "
                         "last item wins, or none is kept")  # fmt: skip
    reduce: Any = Field(None, form="reduce", description="how the results become one value")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Map."""
    over = config.over
    if not isinstance(over, list | dict) and not (isinstance(over, str) and ("{{" in over or "{%" in over)):
        help = 'write `over: "{{ steps.NAME.output }}"`, or the items themselves'
        low.report("FLJ0203", "`over` must be a template that yields a list or a mapping, or a list", "over", help=help)
    tolerate, percent = _tolerate(config.tolerate, low)
    return Map(
        meta=low.meta,
        over=low.template(over, "over"),
        body=low.body(config.steps, "steps"),
        max_concurrency=config.max_concurrency,
        batch=config.batch,
        tolerate=tolerate,
        percent=percent,
        merge=config.merge,
        reduce=lower_reduce(config.reduce, low),
    )


def _tolerate(value: object, low: Lowering) -> tuple[int, bool]:
    """Return how many items may fail, and whether that is in a hundred."""
    percent = _PERCENT.match(value) if isinstance(value, str) else None
    if percent and int(percent[1]) <= 100:
        return int(percent[1]), True
    if type(value) is int and 0 <= value <= MAX_ITEMS:
        return value, False
    low.report("FLJ0204", "`tolerate` must be a number of items, or from `0%` to `100%`", "tolerate")
    return 0, False


KIND = Kind("map", "A list of steps for each item of a list or mapping.", Config, lower)
