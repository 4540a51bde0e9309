"""A question that is open, as people and programs are shown it."""

from __future__ import annotations

from dataclasses import field

from flujo.core.events import TaskAnswered, TaskOpened
from flujo.core.ids import Address, TaskId
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, JsonValue
from flujo.engine.answers import refusal, settled
from flujo.engine.scope import iso


@dataclass(slots=True)
class TaskView:
    """A question that is open."""

    id: TaskId
    kind: str
    step: Address
    message: JsonValue
    show: JsonValue
    choices: list[str] | None
    schema: JsonObject | None
    expires: str | None = None
    to: str | None = None
    by: list[str] | None = None
    quorum: int = 1
    answers: list[TaskAnswered] = field(default_factory=list)

    def take(self, answer: TaskAnswered) -> bool:
        """Note an answer; say whether it settles the question."""
        self.answers.append(answer)
        return settled(self.kind, self.quorum, self.answers) is not None

    def may_answer(self, person: str) -> bool:
        """Say whether a person's answer would be taken."""
        return refusal(self.by, self.answers, person) is None

    def to_json(self) -> JsonObject:
        """Return the public JSON form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "step": self.step,
            "message": self.message,
            "show": self.show,
            "choices": self.choices,
            "schema": self.schema,
            "expires": self.expires,
        }


def task_view(task: TaskId, step: Address, asked: TaskOpened) -> TaskView:
    """Return the view of a question that was asked."""
    expires = None if asked.expires is None else iso(asked.expires)
    return TaskView(
        task, asked.kind, step, asked.message, asked.show, asked.choices, asked.schema,
        expires, asked.to, asked.by, asked.quorum,
    )  # fmt: skip
