"""A list of steps again and again, until an exit is true or a bound is reached."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal

from flujo.core.graph import Loop, Node
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.steps import Kind

MAX_ITERATIONS: Final = 1_000_000


class Config(Shape):
    """The steps, when to stop, and what goes from one iteration to the next."""

    LATER: ClassVar = frozenset({"ai_turn_source", "conversation", "history", "history_template",
                                 "named_steps", "user_turn_sources"})  # fmt: skip
    GIVES: ClassVar = {"steps": frozenset({"loop"})}
    AFTER: ClassVar = {"until": "steps", "while": "steps", "next_input": "steps", "output": "steps"}

    steps: Any = Field(description="the steps of an iteration, which see `loop`")
    max: int = Field(ge=1, le=MAX_ITERATIONS, description="how many iterations there are at most")
    until: Any = Field(None, description="the loop ends when this is true after an iteration")
    while_: Any = Field(None, alias="while", description="the loop ends when this is false before an iteration")
    init: Any = Field(None, description="the input of the first iteration; the loop's input by default")
    next_input: Any = Field(None, description="the input of the next iteration; the last output by default")
    output: Any = Field(None, description="the loop's output; the last iteration's by default")
    on_max: Literal["fail", "continue"] = Field("fail", description="what happens at `max` without an exit being true")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Loop."""
    body = low.body(config.steps, "steps")
    given = config.given
    return Loop(
        meta=low.meta,
        body=body,
        max=config.max,
        until=low.condition(config.until, "until") if "until" in given else None,
        while_=low.condition(config.while_, "while") if "while_" in given else None,
        init=low.template(config.init, "init") if "init" in given else None,
        next_input=low.template(config.next_input, "next_input") if "next_input" in given else None,
        output=low.template(config.output, "output") if "output" in given else None,
        fails_at_max=config.on_max == "fail",
    )


KIND = Kind("loop", "A list of steps again and again, until an exit is true.", Config, lower)
