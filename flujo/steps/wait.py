"""A pause for a while, or until a time."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from flujo.core.graph import Node, Timer, Wait
from flujo.core.ports import Lowering
from flujo.steps import CONFIG, Kind


class Config(BaseModel):
    """How long; `for` is given in seconds."""

    model_config = CONFIG
    LATER: ClassVar = frozenset({"event", "match"})
    DURATIONS: ClassVar = frozenset({"for"})

    for_: float | None = Field(None, alias="for", description="how long: a duration")
    until: Any = Field(None, description="until when: a template that yields an ISO 8601 time, or seconds since 1970")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Wait."""
    given = config.model_fields_set
    if len(given) > 1:
        low.report("FLJ0204", "`for` and `until` exclude each other", "until", on_key=True)
    elif not given:
        low.report("FLJ0202", "a `wait` needs `for` or `until`", help="add `for: 5m`, or `until:` with a time")
    until = low.template(config.until, "until") if "until" in given else None
    return Wait(low.meta, Timer(config.for_, until))


KIND = Kind("wait", "A pause for a while, or until a time.", Config, lower)
