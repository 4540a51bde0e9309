"""An agent chooses which of several lists of steps run, side by side; the output maps their names to theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

from flujo.core.graph import Flow, Join, Merge, Meta, Node
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.core.values import JsonObject
from flujo.steps import AGENT_RETRY, MAX_CONCURRENCY, RESULTS, Kind, lower_agent, lower_branches, lower_reduce


class Config(Shape):
    """The agent, what it may choose from, and how the branches come together."""

    GIVES: ClassVar = {"reduce": RESULTS}
    CALLS: ClassVar = frozenset({"reduce"})

    uses: str = Field(
        form="agent_name", description="`agents.NAME`: the agent that answers one or several names of branches"
    )
    with_: dict[str, Any] | None = Field(None, alias="with", description="parameters of the agent by name")
    branches: dict[str, Any] = Field(form="branches", description="steps by the name of the branch")
    on_branch_failure: Literal["fail", "ignore"] = Field(
        "fail", description="with `ignore` the output of a branch that failed is null"
    )
    max_concurrency: int = Field(MAX_CONCURRENCY, ge=1, le=MAX_CONCURRENCY, description="branches at a time")
    merge: Merge = Field("strict", description="what becomes of writes to `context`: two different values fail, the "
                         "last branch wins, or none is kept")  # fmt: skip
    reduce: Any = Field(None, form="reduce", description="how the outputs of the branches that ran become one value")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Flow whose branches are chosen by a call of the agent, `@choice`."""
    room, _, name = config.uses.partition(".")
    is_agent = room == "agents" and bool(name)
    if not is_agent:
        help = "write `uses: agents.NAME`; to choose by a condition use `kind: conditional`"
        low.report("FLJ0204", f"a router asks an agent, and `{config.uses}` is none", "uses", help=help)
    branches = lower_branches(config.branches, low)
    arguments = None if config.with_ is None else low.template(config.with_, "with")
    choice = lower_agent(name, arguments, low, _one_or_several(list(config.branches))) if is_agent else None
    join = Join(
        ignores_failures=config.on_branch_failure == "ignore",
        max_concurrency=config.max_concurrency,
        merge=config.merge,
        reduce=lower_reduce(config.reduce, low),
        choice=choice and replace(choice, meta=Meta("@choice", "step", low.meta.path, retry=AGENT_RETRY)),
    )
    return Flow(low.meta, branches, join)


def _one_or_several(names: list[str]) -> JsonObject:
    """Return the JSON Schema of a choice."""
    one: JsonObject = {"enum": names}
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


KIND = Kind("router", "An agent chooses which of several lists of steps run, side by side.", Config, lower)
