"""One of several lists of steps, chosen by a condition."""

from __future__ import annotations

from typing import Any

from flujo.core.graph import Branch, Node
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.core.suggest import did_you_mean, listed
from flujo.steps import Kind, check_branches


def _as_key(value: object) -> object:
    """Read `default_branch: true` as the branch key it names, as the reader does for the keys themselves."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


class Config(Shape):
    """The condition and the lists it chooses from."""

    condition: Any = Field(form="condition", description="an expression that yields a boolean or a branch key")
    branches: dict[str, Any] = Field(
        form="branches", description="steps by branch key; `true` and `false` for a boolean"
    )
    default_branch: str | None = Field(
        None,
        before=_as_key,
        form={"type": ["string", "boolean", "number", "null"]},
        description="the branch for a key that fits none; without it the output is null",
    )


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Branch."""
    check_branches(config.branches, low)
    branches = [(key, low.body(steps, "branches", key)) for key, steps in config.branches.items()]
    default = config.default_branch
    if default is not None and default not in config.branches:
        near = did_you_mean(default, config.branches)
        help = f"did you mean `{near}`?" if near else f"the branches are {listed(config.branches)}"
        low.report("FLJ0502", f"there is no branch `{default}`", "default_branch", help=help)
    return Branch(
        meta=low.meta,
        condition=low.condition(config.condition, "condition"),
        branches=tuple(branches),
        default=default,
    )


KIND = Kind("conditional", "One of several lists of steps, chosen by a condition.", Config, lower)
