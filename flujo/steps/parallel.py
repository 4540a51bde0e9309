"""Several lists of steps side by side; the output maps their names to theirs."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal

from flujo.core.graph import Flow, Join, Merge, Node
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.core.suggest import hint
from flujo.steps import MAX_CONCURRENCY, RESULTS, Kind, lower_branches, lower_reduce

_JOIN: Final = {"anyOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": 1}]}


class Config(Shape):
    """The branches, and how they come together."""

    GIVES: ClassVar = {"reduce": RESULTS}
    CALLS: ClassVar = frozenset({"reduce"})

    branches: dict[str, Any] = Field(form="branches", description="steps by the name of the branch")
    join: Any = Field("all", form=_JOIN, description="how many branches must succeed: `all`, `any` (one) or a number")
    on_branch_failure: Literal["fail", "ignore"] = Field(
        "fail", description="with `ignore` the output of a branch that failed is null"
    )
    max_concurrency: int = Field(MAX_CONCURRENCY, ge=1, le=MAX_CONCURRENCY, description="branches at a time")
    merge: Merge = Field("strict", description="what becomes of writes to `context`: two different values fail, the "
                         "last branch wins, or none is kept")  # fmt: skip
    reduce: Any = Field(None, form="reduce", description="how the outputs become one value")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Flow whose children are the branches."""
    branches = lower_branches(config.branches, low)
    join = Join(
        needed=_needed(config, low),
        ignores_failures=config.on_branch_failure == "ignore",
        max_concurrency=config.max_concurrency,
        merge=config.merge,
        reduce=lower_reduce(config.reduce, low),
    )
    return Flow(low.meta, branches, join)


def _needed(config: Config, low: Lowering) -> int | None:
    """Return how many branches must succeed; None for all."""
    join, count = config.join, len(config.branches)
    if join == "any":
        return 1
    if join == "all":
        return None
    if type(join) is not int:
        help = hint(join, ("all", "any"))
        low.report("FLJ0204", "`join` must be `all`, `any` or a number of branches", "join", help=help)
    elif not 1 <= join <= count:
        low.report("FLJ0204", f"`join` is {join}, and must be from 1 to the number of branches, {count}", "join")
    else:
        return join
    return None


KIND = Kind("parallel", "Several lists of steps side by side.", Config, lower)
