"""Conditions on a row, and the expression over `row` that each becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from flujo.architect.render import text_literal
from flujo.core.record import dataclass

Operator = Literal["in", "==", ">", "<", ">=", "<=", "empty", "contains", "starts", "ends"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null", "True", "False", "None"}


@dataclass(frozen=True, slots=True)
class Test:
    """One column compared with fixed values; an empty column name stands for the column of counts."""

    column: str
    operator: Operator
    values: tuple[str | int | float, ...] = ()

    @property
    def needs_numbers(self) -> bool:
        """Whether the comparison only makes sense with cells read as numbers."""
        return self.operator in ("==", ">", "<", ">=", "<=") and not isinstance(self.values[0], str)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions of which all, or any, must hold."""

    word: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Test | Not | Joined


def tests_of(condition: Condition) -> Iterator[Test]:
    """Yield the tests inside a condition."""
    match condition:
        case Test():
            yield condition
        case Not(inner=inner):
            yield from tests_of(inner)
        case Joined(parts=parts):
            for part in parts:
                yield from tests_of(part)


def joined(word: Literal["and", "or"], parts: list[Condition]) -> Condition:
    """Return one condition made of several."""
    flat: list[Condition] = []
    for part in parts:
        flat += part.parts if isinstance(part, Joined) and part.word == word else (part,)
    return flat[0] if len(flat) == 1 else Joined(word, tuple(flat))


def negated(condition: Condition) -> Condition:
    """Return the opposite, with `not` pushed inwards so that people can read it."""
    match condition:
        case Not(inner=inner):
            return inner
        case Joined(word=word, parts=parts):
            return joined("or" if word == "and" else "and", [negated(part) for part in parts])
        case _:
            return Not(condition)


Literals = Callable[[str, str | int | float], str]
"""Return the literal a value of a column is compared with."""


def expression(condition: Condition, literal: Literals) -> str:
    """Return the text of the expression over `row`."""
    match condition:
        case Test():
            return _test(condition, literal)
        case Not(inner=Test(operator="in") as inner):
            return _membership(inner, literal, equal="!=", member="not in")
        case Not(inner=Test(operator="empty", column=column)):
            return f"{row(column)} is not none and {row(column)} != ''"
        case Not(inner=inner):
            return f"not ({expression(inner, literal)})"
        case Joined(word=word, parts=parts):
            return f" {word} ".join(_inside(part, literal) for part in parts)


def _inside(part: Condition, literal: Literals) -> str:
    text = expression(part, literal)
    simple = isinstance(part, Test) and part.operator in ("in", "contains")
    return text if simple or (isinstance(part, Not) and " and " not in text) else f"({text})"


def _test(test: Test, literal: Literals) -> str:
    cell = row(test.column)
    match test.operator:
        case "in":
            return _membership(test, literal, equal="==", member="in")
        case "empty":
            return f"{cell} is none or {cell} == ''"
        case "contains":
            return f"{literal(test.column, test.values[0])} in {cell}"
        case "starts" | "ends":
            return f"{cell}.{test.operator}with({literal(test.column, test.values[0])})"
        case operator:
            value = literal(test.column, test.values[0])
            comparison = f"{cell} {operator} {value}"
            if test.needs_numbers:
                return f"{cell} is number and {comparison}"
            return f"{cell} != '' and {comparison}" if operator.startswith("<") else comparison


def _membership(test: Test, literal: Literals, *, equal: str, member: str) -> str:
    values = [literal(test.column, value) for value in test.values]
    return (
        f"{row(test.column)} {equal} {values[0]}"
        if len(values) == 1
        else f"{row(test.column)} {member} [{', '.join(values)}]"
    )


def row(column: str) -> str:
    """Return the expression that reads a column of `row`."""
    if _NAME.fullmatch(column) and column not in _WORDS and not column.startswith("__"):
        return f"row.{column}"
    return f"row[{text_literal(column)}]"
