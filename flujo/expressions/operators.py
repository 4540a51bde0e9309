"""Arithmetic, comparison, membership and text form of JSON values, each priced before it runs.

Booleans are no numbers here: they never equal one and take part in no arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from flujo.core.values import JsonValue, type_name
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import Fault, bad_argument, no_result, type_error

Binary = Callable[[Budget, JsonValue, JsonValue], JsonValue]

MAX_BITS: Final = 14_285
"""10 ** 4300 has this many bits."""
_TOO_LARGE: Final = 10**4300


def is_number(value: JsonValue) -> bool:
    """Say whether a value is an integer or a float, and no boolean."""
    return type(value) is int or type(value) is float


def exact(value: JsonValue) -> JsonValue:
    """Return a number that has a JSON form; raise Fault for NaN, infinities and integers over 4,300 digits."""
    if type(value) is int:
        if value.bit_length() >= MAX_BITS and abs(value) >= _TOO_LARGE:
            raise no_result("the result has more than 4,300 digits")
    elif type(value) is float:
        if value - value != 0:
            raise no_result("the result is too large, or not a number")
    else:
        raise no_result("the result is not a real number")
    return value


def calculate(work: Callable[[Any, Any], JsonValue], left: JsonValue, right: JsonValue) -> JsonValue:
    """Return the exact result of an arithmetic function on two numbers."""
    try:
        return exact(work(left, right))
    except ZeroDivisionError as error:
        raise no_result("division by zero") from error
    except OverflowError as error:
        raise no_result("the result is too large") from error


def _mismatch(sign: str, left: JsonValue, right: JsonValue) -> Fault:
    help = None
    if "text" in (type_name(left), type_name(right)) and sign == "+":
        help = "use `~` to join values as text, or `| int` to make a number of a text"
    return type_error(f"`{sign}` does not work on {a(left)} and {a(right)}", help)


def a(value: JsonValue) -> str:
    """Return the type of a value in words, with an article: `a list`."""
    name = type_name(value)
    return name if name in ("text", "null") else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def add(budget: Budget, left: JsonValue, right: JsonValue) -> JsonValue:
    """Return the sum of numbers, or two texts or lists joined."""
    if is_number(left) and is_number(right):
        return calculate(lambda x, y: x + y, left, right)
    if type(left) is str and type(right) is str:
        budget.make(text_size(left) + text_size(right))
        return left + right
    if type(left) is list and type(right) is list:
        budget.make_list(len(left) + len(right))
        return left + right
    raise _mismatch("+", left, right)


def _numeric(sign: str, work: Callable[[Any, Any], JsonValue]) -> Binary:
    def apply(budget: Budget, left: JsonValue, right: JsonValue) -> JsonValue:
        if is_number(left) and is_number(right):
            return calculate(work, left, right)
        raise _mismatch(sign, left, right)

    return apply


def multiply(budget: Budget, left: JsonValue, right: JsonValue) -> JsonValue:
    """Return the product of numbers, or a text or list repeated."""
    if is_number(left) and is_number(right):
        return calculate(lambda x, y: x * y, left, right)
    if type(left) is int and type(right) in (str, list):
        left, right = right, left
    if type(right) is int:
        times = max(right, 0)  # Python's own repetition counts in machine words
        if type(left) is str and left:
            budget.make(text_size(left) * times)
            return left * times
        if type(left) is list and left:
            budget.make_list(len(left) * times)
            return left * times
        if type(left) in (str, list):
            return left
    raise _mismatch("*", left, right)


def power(budget: Budget, left: JsonValue, right: JsonValue) -> JsonValue:
    """Return a power of numbers; its size is known before it is computed."""
    if not (is_number(left) and is_number(right)):
        raise _mismatch("**", left, right)
    if type(left) is int and type(right) is int and right > 0 and left not in (-1, 0, 1):
        if (left.bit_length() - 1) * right >= MAX_BITS:
            raise no_result("the result has more than 4,300 digits")
        budget.spend(1 + (left.bit_length() * right >> 6))
    return calculate(lambda x, y: x**y, left, right)


ARITHMETIC: Final[dict[str, Binary]] = {
    "Add": add,
    "Sub": _numeric("-", lambda x, y: x - y),
    "Mul": multiply,
    "Div": _numeric("/", lambda x, y: x / y),
    "FloorDiv": _numeric("//", lambda x, y: x // y),
    "Mod": _numeric("%", lambda x, y: x % y),
    "Pow": power,
}
"""Arithmetic by the name of Jinja's node."""


def negative(budget: Budget, value: JsonValue) -> JsonValue:
    """Return a number with the other sign."""
    if is_number(value):
        return -value
    raise type_error(f"`-` does not work on {a(value)}")


def positive(budget: Budget, value: JsonValue) -> JsonValue:
    """Return a number as it is."""
    if is_number(value):
        return value
    raise type_error(f"`+` does not work on {a(value)}")


def equal(budget: Budget, left: JsonValue, right: JsonValue) -> bool:
    """Say whether two values are equal: `1 == 1.0`, but no boolean equals a number, at any depth."""
    stack = [(left, right)]
    seen = 0
    while stack:
        one, other = stack.pop()
        seen += 1
        if seen & 15 == 0:
            budget.spend(2)
        kind, other_kind = type(one), type(other)
        if kind is str and other_kind is str:
            if len(one) != len(other):
                return False
            budget.spend(len(one) >> 8)
            if one != other:
                return False
        elif kind is dict and other_kind is dict:
            if one.keys() != other.keys():
                return False
            budget.spend(1 + (len(one) >> 3))
            stack.extend((one[key], other[key]) for key in one)
        elif kind is list and other_kind is list:
            if len(one) != len(other):
                return False
            budget.spend(1 + (len(one) >> 3))
            stack.extend(zip(one, other, strict=True))
        elif (kind is bool) is not (other_kind is bool) or one != other:
            return False
    return True


def _unequal(budget: Budget, left: JsonValue, right: JsonValue) -> bool:
    return not equal(budget, left, right)


def _ordered(sign: str, work: Callable[[Any, Any], bool]) -> Binary:
    def apply(budget: Budget, left: JsonValue, right: JsonValue) -> JsonValue:
        if is_number(left) and is_number(right):
            return work(left, right)
        if type(left) is str and type(right) is str:
            budget.work(min(len(left), len(right)))
            return work(left, right)
        help = "compare numbers with numbers and texts with texts; `| int` and `| string` convert"
        raise type_error(f"`{sign}` cannot compare {a(left)} with {a(right)}", help)

    return apply


def contains(budget: Budget, item: JsonValue, container: JsonValue) -> bool:
    """Say whether a text is in a text, a value in a list, a key in a mapping."""
    if type(container) is str:
        if type(item) is not str:
            raise type_error(f"`in` looks for text in a text, not for {a(item)}")
        budget.work(text_size(container) + text_size(item))
        return item in container
    if type(container) is dict:
        budget.spend(1)
        return type(item) is str and item in container
    if type(container) is list:
        if type(item) in (list, dict):
            for part in container:
                budget.spend(1)
                if equal(budget, item, part):
                    return True
            return False
        return index_of(budget, item, container) is not None
    raise type_error(f"`in` needs a list, a mapping or text on its right side, not {a(container)}")


def index_of(budget: Budget, item: JsonValue, items: list[JsonValue]) -> int | None:
    """Return the first place of a value in a list."""
    for place, part in enumerate(items):
        if place & 7 == 0:
            budget.spend(2)
        if (type(item) is bool) is (type(part) is bool) and equal(budget, item, part):
            return place
    return None


def _excludes(budget: Budget, item: JsonValue, container: JsonValue) -> bool:
    return not contains(budget, item, container)


COMPARISON: Final[dict[str, Binary]] = {
    "eq": equal,
    "ne": _unequal,
    "lt": _ordered("<", lambda x, y: x < y),
    "lteq": _ordered("<=", lambda x, y: x <= y),
    "gt": _ordered(">", lambda x, y: x > y),
    "gteq": _ordered(">=", lambda x, y: x >= y),
    "in": contains,
    "notin": _excludes,
}
"""Comparison by the name of Jinja's operator."""

SLOWLY: Final = 8
"""How much slower than memory encoders and decoders work."""

_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode


def to_text(budget: Budget, value: JsonValue) -> str:
    """Return a value as it stands inside text: text as it is, everything else as JSON."""
    if type(value) is str:
        return value
    if type(value) is int:
        budget.spend(1 + (value.bit_length() >> 6))
        budget.hold(value.bit_length() >> 1)
        return str(value)
    return to_json(budget, value)


def to_json(budget: Budget, value: JsonValue) -> str:
    """Return a value as JSON with `, ` and `: ` between its parts, non-ASCII kept."""
    if type(value) in (list, dict, str):
        size, _, _ = budget.weigh(value)
        budget.make(size)
        budget.work(SLOWLY * size)
    return _json(value)


def slice_of(budget: Budget, value: JsonValue, bounds: tuple[JsonValue, JsonValue, JsonValue]) -> JsonValue:
    """Return part of a text or list."""
    if type(value) not in (str, list):
        raise type_error(f"only texts and lists can be cut with `[a:b]`, not {a(value)}")
    for bound in bounds:
        if bound is not None and type(bound) is not int:
            raise type_error(f"the bounds of `[a:b]` are integers, not {a(bound)}")
    if bounds[2] == 0:
        raise bad_argument("the step of `[a:b:step]` cannot be 0")
    part = slice(*bounds)
    length = len(range(*part.indices(len(value))))
    if type(value) is str:
        budget.make(length if value.isascii() else 4 * length)
    else:
        budget.make_list(length)
    return value[part]


def truth(value: JsonValue) -> bool:
    """Return a value's truth as in Jinja: null, false, zero and everything empty are false."""
    return bool(value)
