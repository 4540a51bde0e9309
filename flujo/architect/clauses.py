"""The clauses of a goal, in order: what is searched for, and what is named when it cannot be placed."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.architect.words import Token, Words, tokens_of
from flujo.core.record import dataclass

_OPENERS = {
    *("and", "then", "but", "finally", "next", "afterwards", "once", "after", "before", "if", "otherwise", "when"),
    *("und", "dann", "aber", "danach", "y", "luego", "pero", "despues", "et", "puis", "mais", "ensuite"),
}
_WORDS_OF_A_CLAUSE = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a goal that asks for one thing."""

    words: Words
    tokens: tuple[Token, ...]


def clauses_of(goal: str) -> tuple[Clause, ...]:
    """Split a goal into its clauses; together they hold all its tokens but the marks between them."""
    return tuple(_clause(goal, part) for part in _parts(tokens_of(goal)) if part)


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        if token.ends_sentence or (token.text == "," and _stands_alone(tokens, index)):
            parts.append([])
        elif token.plain in _OPENERS and len(parts[-1]) >= _WORDS_OF_A_CLAUSE and _stands_alone(tokens, index):
            parts.append([token])
        else:
            parts[-1].append(token)
    return parts


def _stands_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether enough follows for a clause of its own: `name, city and country` is one list, not three clauses."""
    length = 0
    for token in tokens[at + 1 :]:
        if token.kind == "mark" and token.text in ",.;!?:":
            break
        if token.plain not in _OPENERS:
            length += 1
        elif length:
            break
    return length >= _WORDS_OF_A_CLAUSE - 1


def _clause(goal: str, tokens: list[Token]) -> Clause:
    start, end = tokens[0].start, tokens[-1].end
    return Clause(Words(goal[start:end], start, end), tuple(tokens))
