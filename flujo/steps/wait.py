"""A pause for a while, until a time, or for an event from outside."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from flujo.core.graph import Awaited, Node, Timer, Wait
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.core.values import a_type
from flujo.steps import Kind

MAX_EVENT: Final = 64
"""Characters of an event's name."""

_EVENT: Final = {"type": "string", "pattern": "\\S", "maxLength": MAX_EVENT, "not": {"pattern": "\\{\\{|\\{%"}}


class Config(Shape):
    """How long, or for what; `for` is given in seconds."""

    GIVES: ClassVar = {"match": frozenset({"event"})}
    DURATIONS: ClassVar = frozenset({"for"})
    SCHEMA: ClassVar = {
        "oneOf": [{"required": ["for"]}, {"required": ["until"]}, {"required": ["event"]}],
        "dependentRequired": {"match": ["event"]},
    }

    for_: float | None = Field(None, alias="for", form="duration", description="how long: a duration")
    until: Any = Field(
        None,
        form={"type": ["string", "number"]},
        description="until when: a template that yields an ISO 8601 time, or seconds since 1970",
    )
    event: str | None = Field(
        None, form=_EVENT, description="the name of an event, which `flujo event send NAME` sends"
    )
    match: Any = Field(
        None, form="condition", description="which event of that name counts: a condition over `event`, its payload"
    )


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Wait."""
    given = config.given
    ways = [field for field in ("for_", "until", "event") if getattr(config, field) is not None]
    if len(ways) > 1:
        words = [field.removesuffix("_") for field in ways[:2]]
        low.report(
            "FLJ0204",
            f"`{words[0]}` and `{words[1]}` exclude each other",
            words[1],
            help="remove one of them",
            on_key=True,
        )
    elif not ways:
        help = "add `for: 5m`, `until:` with a time, or `event: NAME`"
        empty = [field.removesuffix("_") for field in ("for_", "until", "event") if field in given]
        low.report("FLJ0202", "a `wait` needs `for`, `until` or `event`", *empty[:1], help=help)
    if "match" in given and "event" not in given:
        low.report("FLJ0204", "`match` belongs to `event`", "match", help="add `event: NAME`", on_key=True)
    if config.event is not None:
        return Wait(low.meta, _awaited(config.event, config, low))
    if isinstance(config.until, bool | list | dict):
        help = 'write `until: "{{ ... }}"`, or a time such as "2030-01-31T09:00:00Z"'
        low.report("FLJ0203", f"`until` must be a time, not {a_type(config.until)}", "until", help=help)
    until = low.template(config.until, "until") if "until" in given else None
    return Wait(low.meta, Timer(config.for_, until))


def _awaited(name: str, config: Config, low: Lowering) -> Awaited:
    if "{{" in name or "{%" in name:
        help = "write a fixed name, and tell events apart by `match`, such as `{{ event.id == input.id }}`"
        low.report("FLJ0204", "the name of an event is no template", "event", help=help)
    elif not name.strip() or len(name) > MAX_EVENT or not name.isprintable():
        message = f"the name of an event has from 1 to {MAX_EVENT} printable characters"
        low.report("FLJ0204", message, "event")
    has_match = "match" in config.given
    return Awaited(name, low.condition(config.match, "match") if has_match else None)


KIND = Kind("wait", "A pause for a while, until a time, or for an event.", Config, lower)
