"""The turns of a conversation: what was said in the finished iterations of a loop, read from the record.

A turn is a chat message, `{role, content}`. Nothing is recorded twice: the turns are the recorded outputs of the steps
that the loop names as people and agents, in the order in which they ended.
"""

from __future__ import annotations

import json

from flujo.core.graph import Conversation
from flujo.core.ids import Address, indexed
from flujo.core.values import EMPTY, JsonObject, JsonValue, Value
from flujo.engine.journal import Record
from flujo.engine.scope import Frame, StepResult

HISTORY = "@history"
"""The name under which the agents of a loop find what was said: turns, or a text that `history_template` made."""

_BYTES_A_TOKEN = 4


class Talk:
    """A conversation on its way; what is given to the loop first is the first thing that a person says."""

    def __init__(self, said: Conversation, record: Record, loop: Frame, first: StepResult) -> None:
        self._said = said
        self._record = record
        self._loop = loop
        self._turns: list[JsonObject] = []
        self._labels = EMPTY
        self._known = 0
        self._first = first

    def before(self, number: int) -> Value:
        """Return what was said before an iteration; nothing before the first."""
        if number and not self._known:
            self._add("user", self._first.output, self._first.labels)
        for iteration in range(self._known, number):
            self._listen(indexed(self._loop.address, iteration))
        self._known = number
        turns: JsonValue = shortened(self._turns, self._said)
        if self._said.template is not None and turns:
            scope = self._loop.scope.inner(self._loop.scope.previous, {"history": Value(turns, self._labels)})
            frame = Frame(scope, Address(f"{indexed(self._loop.address, number)}/@history"), self._loop.entered_at)
            turns = self._said.template.render(frame)
        return Value(turns, self._labels)

    def _listen(self, iteration: Address) -> None:
        """Take in the turns of a finished iteration."""
        found = []
        for role, places in (("user", self._said.people), ("assistant", self._said.agents)):
            for place in places:
                ended = self._record.output(Address(f"{iteration}/{place}"))
                if ended is not None:
                    found.append((ended.seq, role, ended.value))
        found.sort(key=lambda turn: turn[0])
        last = max((seq for seq, role, _ in found if role == "assistant"), default=0)
        for seq, role, value in found:
            if role == "user" or seq == last or not self._said.last_only:
                self._add(role, value.data, value.labels)

    def _add(self, role: str, value: JsonValue, labels: frozenset[str]) -> None:
        if value is None or value == "":
            return
        content = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._turns.append({"role": role, "content": content})
        self._labels |= labels


def shortened(turns: list[JsonObject], said: Conversation) -> list[JsonObject]:
    """Return the latest turns that a conversation keeps: so many, or of so many tokens."""
    kept = turns if said.max_turns is None else turns[-said.max_turns :]
    if said.max_tokens is None:
        return list(kept)
    room = said.max_tokens
    for number in range(len(kept) - 1, -1, -1):
        room -= tokens(kept[number]["content"])
        if room < 0:
            return list(kept[number + 1 :])
    return list(kept)


def tokens(text: str) -> int:
    """Return an estimate of a text's tokens that is the same for every model: a quarter of its UTF-8 bytes, up."""
    return -(-len(text.encode()) // _BYTES_A_TOKEN)
