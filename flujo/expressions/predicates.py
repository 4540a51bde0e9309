"""The tests of `x is NAME`: each says something about a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import no_result, type_error
from flujo.expressions.operators import COMPARISON, a, contains, is_number


def _of_type(*kinds: type) -> Callable[[Budget, JsonValue], bool]:
    return lambda budget, value: type(value) in kinds


def _whole(name: str, work: Callable[[int], bool]) -> Callable[[Budget, JsonValue], bool]:
    def test(budget: Budget, value: JsonValue) -> bool:
        if not is_number(value):
            raise type_error(f"`is {name}` needs a number, not {a(value)}")
        return work(value)

    return test


def _letters(name: str, work: Callable[[str], bool]) -> Callable[[Budget, JsonValue], bool]:
    def test(budget: Budget, value: JsonValue) -> bool:
        if type(value) is not str:
            raise type_error(f"`is {name}` needs text, not {a(value)}")
        budget.work(text_size(value))
        return work(value)

    return test


def _compared(sign: str) -> Callable[[Budget, JsonValue, JsonValue], JsonValue]:
    compare = COMPARISON[sign]

    def test(budget: Budget, value: JsonValue, other: JsonValue) -> JsonValue:
        return compare(budget, value, other)

    return test


def divisibleby(budget: Budget, value: JsonValue, num: JsonValue) -> bool:
    """Say whether a number can be divided without remainder."""
    if not (is_number(value) and is_number(num)):
        raise type_error(f"`is divisibleby` needs numbers, not {a(value)} and {a(num)}")
    if num == 0:
        raise no_result("division by zero")
    return bool(value % num == 0)


def is_in(budget: Budget, value: JsonValue, seq: JsonValue) -> bool:
    """Say whether a value is in a list, mapping or text."""
    return contains(budget, value, seq)


TESTS: Final[dict[str, Callable[..., Any]]] = {
    "boolean": _of_type(bool),
    "true": lambda budget, value: value is True,
    "false": lambda budget, value: value is False,
    "none": lambda budget, value: value is None,
    "null": lambda budget, value: value is None,
    "integer": _of_type(int),
    "float": _of_type(float),
    "number": _of_type(int, float),
    "string": _of_type(str),
    "text": _of_type(str),
    "mapping": _of_type(dict),
    "list": _of_type(list),
    "sequence": _of_type(list, str),
    "iterable": _of_type(list, dict, str),
    "even": _whole("even", lambda value: value % 2 == 0),
    "odd": _whole("odd", lambda value: value % 2 == 1),
    "lower": _letters("lower", str.islower),
    "upper": _letters("upper", str.isupper),
    "divisibleby": divisibleby,
    "in": is_in,
    "eq": _compared("eq"),
    "equalto": _compared("eq"),
    "ne": _compared("ne"),
    "lt": _compared("lt"),
    "lessthan": _compared("lt"),
    "le": _compared("lteq"),
    "gt": _compared("gt"),
    "greaterthan": _compared("gt"),
    "ge": _compared("gteq"),
}
"""Tests by name; `defined` and `undefined` are part of the evaluator, since they look at values that are not there."""
