"""Checks on what a filter is given: each returns the value, or raises a Fault that names the filter."""

from __future__ import annotations

from typing import Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget
from flujo.expressions.faults import bad_argument, type_error
from flujo.expressions.operators import a, is_number

LARGEST: Final = 1 << 53
"""No count, width or index is larger."""


def text(value: JsonValue, name: str) -> str:
    """Return the text a filter works on."""
    if type(value) is not str:
        raise type_error(f"`{name}` needs text, not {a(value)}", "`string` makes text of any value")
    return value


def text_argument(value: JsonValue, name: str, parameter: str) -> str:
    """Return an argument that must be text."""
    if type(value) is not str:
        raise bad_argument(f"`{parameter}` of `{name}` is text, not {a(value)}")
    return value


def flag(value: JsonValue, name: str, parameter: str) -> bool:
    """Return an argument that must be a boolean."""
    if type(value) is not bool:
        raise bad_argument(f"`{parameter}` of `{name}` is true or false, not {a(value)}")
    return value


def integer(value: JsonValue, name: str, parameter: str, least: int | None = None) -> int:
    """Return an argument that must be an integer, not below `least`."""
    if type(value) is not int:
        raise bad_argument(f"`{parameter}` of `{name}` is an integer, not {a(value)}")
    if abs(value) > LARGEST:
        raise bad_argument(f"`{parameter}` of `{name}` is too large")
    if least is not None and value < least:
        raise bad_argument(f"`{parameter}` of `{name}` must be at least {least}")
    return value


def number(value: JsonValue, name: str) -> int | float:
    """Return the number a filter works on."""
    if not is_number(value):
        raise type_error(f"`{name}` needs a number, not {a(value)}", "`int` and `float` make a number of a text")
    return value  # type: ignore[no-any-return]


def sequence(budget: Budget, value: JsonValue, name: str) -> list[JsonValue]:
    """Return what a filter goes through: a list's elements, a mapping's keys, a text's characters."""
    if type(value) is list:
        return value
    if type(value) is dict or type(value) is str:
        budget.make_list(len(value))
        return list(value)
    raise type_error(f"`{name}` needs a list, not {a(value)}")
