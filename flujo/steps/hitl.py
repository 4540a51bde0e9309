"""A pause for a person: a question whose answer is the step's output."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from flujo.core.graph import Node, Question, Wait
from flujo.core.json_schema import schema_problems
from flujo.core.ports import Lowering
from flujo.steps import CONFIG, Kind


class Config(BaseModel):
    """The question, what is shown with it, and what an answer may be."""

    model_config = CONFIG
    LATER: ClassVar = frozenset({"input_schema", "on_timeout", "quorum", "to"})

    message: str = Field(description="the question; templates are allowed")
    show: Any = Field(None, description="what the person is shown with it: a mapping of templates")
    choices: list[str] | None = Field(None, description="the answers that are allowed")
    schema_: dict[str, Any] | None = Field(None, alias="schema", description="JSON Schema of the answer")
    sink_to: str | None = Field(None, description="the path under `context` that receives the answer")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Wait."""
    if config.choices is not None:
        _check_choices(config.choices, config.schema_ is not None, low)
    for problem in schema_problems(config.schema_) if config.schema_ is not None else ():
        low.report("FLJ0209", f"`schema` is not a JSON Schema for blueprints: {problem}", "schema")
    question = Question(
        message=low.template(config.message, "message"),
        show=None if config.show is None else low.template(config.show, "show"),
        choices=tuple(config.choices or ()),
        schema=config.schema_,
        sink=None if config.sink_to is None else _context_path(config.sink_to, low),
    )
    return Wait(low.meta, question)


def _check_choices(choices: list[str], has_schema: bool, low: Lowering) -> None:
    if has_schema:
        low.report("FLJ0204", "`choices` and `schema` exclude each other", "choices", on_key=True)
    if not choices:
        low.report("FLJ0204", "`choices` needs at least one answer", "choices")
    for index, choice in enumerate(choices):
        if choice in choices[:index]:
            low.report("FLJ0204", f"the choice `{choice}` stands twice", "choices", index)


def _context_path(text: str, low: Lowering) -> tuple[str, ...] | None:
    path = tuple(text.removeprefix("context.").split("."))
    if all(path):
        return path
    low.report("FLJ0204", f"`{text}` is not a path under `context`", "sink_to", help="write `context.NAME`")
    return None


KIND = Kind("hitl", "A pause for a person.", Config, lower)
