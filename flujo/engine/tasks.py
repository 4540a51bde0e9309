"""Questions to people: how one is asked, what an answer must look like, and what it becomes."""

from __future__ import annotations

from flujo.core.errors import UsageError
from flujo.core.events import Draft, TaskOpened
from flujo.core.ids import TaskId, task_id
from flujo.core.json_schema import problems
from flujo.core.outcomes import Suspended
from flujo.core.storing import Projection, TaskHeader
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonValue, ValueProblem, load
from flujo.engine.journal import Record
from flujo.engine.scope import Frame


def open_task(record: Record, frame: Frame, question: TaskOpened, instead_of: tuple[TaskId, ...] = ()) -> Suspended:
    """Record a question to a person, which may take the place of others; return the suspension that waits for it."""
    facts = frame.scope.facts
    task = task_id(facts.run, record.next_seq)
    header = TaskHeader(task, facts.run, facts.name, frame.address, frame.moment())
    record.append(Draft(question, frame.address), change=Projection(opened=(header,), closed=instead_of))
    return Suspended((task,), question.expires)


def parse_answer(question: TaskOpened, text: str, output: str | None = None) -> JsonValue:
    """Return the answer that `text` stands for; raise UsageError FLJ0702 when it does not fit the question.

    It is text where there are choices, no schema, or a schema of text; JSON otherwise. A question whether a call took
    effect is answered with `done` (and the call's `output` as JSON), `retry` or `fail`.
    """
    if question.choices is not None:
        _check_choice(question.choices, text)
        if question.kind == "in_doubt":
            return {"choice": text, "output": None if output is None else _json(output)}
        return text
    if question.schema is None:
        return text
    value = text if question.schema.get("type") == "string" else _json(text)
    found = problems(value, question.schema)
    if found:
        raise UsageError("FLJ0702", f"the answer does not fit the question: {found[0]}", help=schema_help(question))
    return value


def _check_choice(choices: list[str], text: str) -> None:
    if text in choices:
        return
    near = did_you_mean(text, choices)
    listed = ", ".join(f"`{choice}`" for choice in choices)
    hint = f"did you mean `{near}`?" if near else f"answer one of {listed}"
    raise UsageError("FLJ0702", f"`{text}` is not among the choices {listed}", help=hint)


def _json(text: str) -> JsonValue:
    try:
        return load(text)
    except ValueProblem as error:
        raise UsageError("FLJ0702", f"the answer is not JSON: {error}", help="quote text: `'\"text\"'`") from error


def schema_help(question: TaskOpened) -> str:
    """Return what kind of answer a question asks for, in words."""
    kind = (question.schema or {}).get("type", "any JSON value")
    return f"the question asks for {kind}, written as JSON"
