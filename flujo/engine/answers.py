"""Answers of people to one question: when they settle it, and who may give one."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.core.events import TaskAnswered
from flujo.core.ids import Digest
from flujo.core.values import digest


def settled(kind: str, quorum: int, answers: Sequence[TaskAnswered]) -> TaskAnswered | None:
    """Return the answer that closes a question: the one that `quorum` different people gave.

    One `no` is enough to refuse an approval.
    """
    people: dict[Digest, set[str]] = {}
    for answer in answers:
        same = people.setdefault(digest(answer.answer), set())
        same.add(answer.by)
        if len(same) >= quorum or (kind == "approval" and answer.answer == "no"):
            return answer
    return None


def refusal(by: Sequence[str] | None, answers: Sequence[TaskAnswered], person: str) -> str | None:
    """Return why a person may not answer a question: it is for others, or they have answered it already."""
    if by is not None and person not in by:
        return f"it is for {', '.join(f'`{name}`' for name in by)}, and you are `{person}`"
    if any(answer.by == person for answer in answers):
        return f"`{person}` has answered it already, and other people must agree"
    return None
