"""Filters on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget
from flujo.expressions.faults import bad_argument, no_result, type_error
from flujo.expressions.filters.arguments import integer, number
from flujo.expressions.operators import a, calculate, exact

MAX_NUMERAL: Final = 5_000
"""Characters of a text that may be a number: 4,300 digits and some white space."""


def absolute(budget: Budget, value: JsonValue) -> JsonValue:
    """Return a number without its sign."""
    return abs(number(value, "abs"))


def to_int(budget: Budget, value: JsonValue, default: JsonValue = 0, base: JsonValue = 10) -> JsonValue:
    """Return a value as an integer, or `default` where it is none."""
    base = integer(base, "int", "base", 2)
    if base > 36:
        raise bad_argument("`base` of `int` must be at most 36")
    if type(value) is float:
        return math.trunc(value)
    if type(value) is int or type(value) is bool:
        return int(value)
    if type(value) is str:
        if len(value) > MAX_NUMERAL:
            raise no_result("the text is too long for a number")
        try:
            return exact(int(value, base))
        except ValueError:
            return _truncated(value, default) if base == 10 else default
    if value is None:
        return default
    raise type_error(f"`int` cannot make a number of {a(value)}")


def _truncated(text: str, default: JsonValue) -> JsonValue:
    try:
        return math.trunc(exact(float(text)))
    except ValueError:
        return default


def to_float(budget: Budget, value: JsonValue, default: JsonValue = 0.0) -> JsonValue:
    """Return a value as a float, or `default` where it is none."""
    if type(value) is str:
        if len(value) > MAX_NUMERAL:
            raise no_result("the text is too long for a number")
        try:
            return exact(float(value))
        except ValueError:
            return default
    if value is None:
        return default
    if type(value) in (int, float, bool):
        return calculate(lambda x, _: float(x), value, None)
    raise type_error(f"`float` cannot make a number of {a(value)}")


def rounded(budget: Budget, value: JsonValue, precision: JsonValue = 0, method: JsonValue = "common") -> JsonValue:
    """Return a number rounded to `precision` places: `common` (half to even), `ceil` or `floor`."""
    value = number(value, "round")
    places = integer(precision, "round", "precision")
    if abs(places) > 400:
        raise bad_argument("`precision` of `round` must be between -400 and 400")
    ways: dict[JsonValue, Callable[[Any], Any]] = {"ceil": math.ceil, "floor": math.floor}
    if method == "common":
        return calculate(round, value, places)
    if type(method) is not str or method not in ways:
        raise bad_argument("`method` of `round` is `common`, `ceil` or `floor`")
    return calculate(lambda x, scale: ways[method](x * scale) / scale, value, 10**places)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "abs": absolute,
    "int": to_int,
    "float": to_float,
    "round": rounded,
}
"""Filters by name."""
