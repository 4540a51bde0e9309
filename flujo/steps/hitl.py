"""A pause for a person: a question whose answer is the step's output."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from flujo.core.graph import Flow, Node, Preset, Question, Wait
from flujo.core.json_schema import problems, schema_faults
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.core.suggest import hint
from flujo.core.values import JsonValue, a_type
from flujo.steps import Kind

MAX_QUORUM: Final = 100

_ONE: Final = "remove one of them: `choices` are texts, a `schema` says anything"
_ON_TIMEOUT: Final = {
    "anyOf": [
        {"const": "fail"},
        {"type": "object", "properties": {"answer": {}}, "required": ["answer"], "additionalProperties": False},
        {
            "type": "object",
            "properties": {"steps": {"$ref": "#/$defs/steps"}},
            "required": ["steps"],
            "additionalProperties": False,
        },
    ]
}


class Config(Shape):
    """The question, what is shown with it, and what an answer may be."""

    SCHEMA: ClassVar = {
        "not": {"required": ["choices", "schema"]},
        "if": {"properties": {"on_timeout": {"type": "object"}}, "required": ["on_timeout"]},
        "then": {"required": ["timeout"]},
    }

    message: str = Field(description="the question; templates are allowed")
    show: Any = Field(None, description="what the person is shown with it: a mapping of templates")
    choices: list[str] | None = Field(None, form="choices", description="the answers that are allowed")
    schema_: dict[str, Any] | None = Field(None, alias="schema", form="schema", description="JSON Schema of the answer")
    sink_to: str | None = Field(
        None, form="context_path", description="the path under `context` that receives the answer"
    )
    to: str | None = Field(None, description="whom the question is for: a person or a role; templates are allowed")
    quorum: int = Field(1, ge=1, le=MAX_QUORUM, description="how many different people must give the same answer")
    on_timeout: Any = Field(
        "fail",
        form=_ON_TIMEOUT,
        description="what happens when `timeout` is over: `fail`, `{answer: VALUE}` or `{steps: [...]}`",
    )


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Wait."""
    if config.choices is not None:
        _check_choices(config.choices, config.schema_ is not None, low)
    for at, problem, help in schema_faults(config.schema_) if config.schema_ is not None else ():
        said = problem if at else f"`schema` is not a JSON Schema for blueprints: {problem}"
        low.report("FLJ0209", said, "schema", *at, help=help)
    question = Question(
        message=low.template(config.message, "message"),
        show=None if config.show is None else low.template(config.show, "show"),
        choices=tuple(config.choices or ()),
        schema=config.schema_,
        sink=None if config.sink_to is None else _context_path(config.sink_to, low),
        to=None if config.to is None else low.template(config.to, "to"),
        quorum=config.quorum,
        on_timeout=_on_timeout(config, low),
    )
    return Wait(low.meta, question)


def _check_choices(choices: list[str], has_schema: bool, low: Lowering) -> None:
    if has_schema:
        low.report("FLJ0204", "`choices` and `schema` exclude each other", "choices", help=_ONE, on_key=True)
    if not choices:
        low.report("FLJ0204", "`choices` needs at least one answer", "choices")
    for index, choice in enumerate(choices):
        if choice in choices[:index]:
            low.report("FLJ0204", f"the choice `{choice}` stands twice", "choices", index)


def _on_timeout(config: Config, low: Lowering) -> Preset | Flow | None:
    """Return what stands for the answer when there is none in time."""
    given = config.on_timeout
    if given == "fail":
        return None
    if not isinstance(given, dict) or len(given) != 1 or not given.keys() <= {"answer", "steps"}:
        word = next(iter(given), None) if isinstance(given, dict) else given
        words = ("answer", "steps") if isinstance(given, dict) else ("fail",)
        help = hint(word, words, "write `on_timeout: {answer: VALUE}` or `on_timeout: {steps: [...]}`")
        message = "`on_timeout` must be `fail`, or a mapping with either `answer` or `steps`"
        low.report("FLJ0204", message, "on_timeout", help=help)
        return None
    if low.meta.timeout is None:
        low.report("FLJ0202", "`on_timeout` needs a `timeout`", "on_timeout", help="add `timeout: 1d`", on_key=True)
    if "steps" in given:
        return low.body(given["steps"], "on_timeout", "steps")
    _check_preset(given["answer"], config, low)
    return Preset(given["answer"])


def _check_preset(answer: JsonValue, config: Config, low: Lowering) -> None:
    at = ("on_timeout", "answer")
    if config.choices is not None:
        if answer not in config.choices:
            listed = ", ".join(f"`{choice}`" for choice in config.choices)
            low.report("FLJ0204", f"`answer` must be one of the choices {listed}", *at)
    elif config.schema_ is None and not isinstance(answer, str):
        low.report("FLJ0203", f"`answer` must be text, not {a_type(answer)}", *at)
    elif isinstance(answer, str) and ("{{" in answer or "{%" in answer):
        help = "use `on_timeout: {steps: {name: NAME, input: TEMPLATE}}`"
        low.report("FLJ0204", "`answer` holds a plain value; a template is not rendered here", *at, help=help)
    elif config.schema_ is not None and not schema_faults(config.schema_):
        for problem in problems(answer, config.schema_):
            low.report("FLJ0204", f"`answer` does not fit `schema`: {problem}", *at)


def _context_path(text: str, low: Lowering) -> tuple[str, ...] | None:
    path = tuple(text.removeprefix("context.").split("."))
    if all(path):
        return path
    low.report("FLJ0204", f"`{text}` is not a path under `context`", "sink_to", help="write `context.NAME`")
    return None


KIND = Kind("hitl", "A pause for a person.", Config, lower)
