"""Filters on lists and mappings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import Fault, bad_argument, type_error
from flujo.expressions.filters.arguments import flag, integer, sequence, text_argument
from flujo.expressions.operators import a, add, index_of, is_number, to_text

ABSENT: Final = object()


def dig(budget: Budget, value: JsonValue, path: JsonValue, name: str) -> Any:
    """Return what `path` (`a.b.0`, or an index) leads to inside a value, or ABSENT."""
    if type(path) is int:
        parts: list[str] = [str(path)]
    else:
        parts = text_argument(path, name, "attribute").split(".", 65)
    budget.spend(len(parts))
    for part in parts:
        if type(value) is dict and part in value:
            value = value[part]
        elif type(value) is list and part.isdecimal() and len(part) < 12 and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def dug(budget: Budget, items: list[JsonValue], path: JsonValue, name: str) -> list[JsonValue]:
    """Return what `path` leads to in each item; raise Fault where it leads nowhere."""
    if path is None:
        return items
    budget.each(len(items))
    return [_present(dig(budget, item, path, name), path, place, name) for place, item in enumerate(items)]


def _present(value: Any, path: JsonValue, place: int, name: str) -> JsonValue:
    if value is ABSENT:
        help = "use `selectattr(...)` to leave out items without it"
        raise Fault("FLJ0404", f"`{name}` needs `{path}`, which item {place} does not have", help=help)
    return value


def first(budget: Budget, value: JsonValue) -> Any:
    """Return the first element, or ABSENT."""
    items = value if type(value) is str else sequence(budget, value, "first")
    return items[0] if items else ABSENT


def last(budget: Budget, value: JsonValue) -> Any:
    """Return the last element, or ABSENT."""
    items = value if type(value) is str else sequence(budget, value, "last")
    return items[-1] if items else ABSENT


def length(budget: Budget, value: JsonValue) -> int:
    """Return the number of elements, keys or characters."""
    if type(value) not in (list, dict, str):
        raise type_error(f"`length` needs a list, a mapping or text, not {a(value)}")
    return len(value)


def to_list(budget: Budget, value: JsonValue) -> list[JsonValue]:
    """Return a list's elements, a mapping's keys or a text's characters."""
    return sequence(budget, value, "list")


def items(budget: Budget, value: JsonValue) -> list[JsonValue]:
    """Return a mapping as a list of [key, value]."""
    if type(value) is not dict:
        raise type_error(f"`items` needs a mapping, not {a(value)}")
    budget.each(3 * len(value))
    return [[key, part] for key, part in value.items()]


def join(budget: Budget, value: JsonValue, d: JsonValue = "", attribute: JsonValue = None) -> str:
    """Return elements as one text with `d` between them."""
    parts = dug(budget, sequence(budget, value, "join"), attribute, "join")
    separator = text_argument(d, "join", "d")
    budget.make(text_size(separator) * max(0, len(parts) - 1))
    budget.each(len(parts))
    texts = []
    for part in parts:
        if type(part) is str:
            budget.make(text_size(part))
        texts.append(to_text(budget, part))
    return separator.join(texts)


def reverse(budget: Budget, value: JsonValue) -> JsonValue:
    """Return a list or text from its end to its start."""
    if type(value) is str:
        budget.make(text_size(value))
        return value[::-1]
    found = sequence(budget, value, "reverse")
    budget.make_list(len(found))
    return found[::-1]


def total(budget: Budget, value: JsonValue, attribute: JsonValue = None, start: JsonValue = 0) -> JsonValue:
    """Return the sum of numbers."""
    result = start
    parts = dug(budget, sequence(budget, value, "sum"), attribute, "sum")
    budget.spend(len(parts))
    for part in parts:
        if not (is_number(part) and is_number(result)):
            raise type_error(f"`sum` adds numbers, not {a(part)}")
        if type(part) is int:
            budget.spend(part.bit_length() >> 8)
        result = add(budget, result, part)
    return result


def sort_keys(budget: Budget, values: list[JsonValue], name: str, case_sensitive: bool) -> list[Any]:
    """Return keys that sort like the values: all numbers, all texts or all booleans."""
    kinds = {"number" if is_number(value) else type(value).__name__ for value in values}
    budget.spend(1 + len(values) * max(1, len(values).bit_length()) // 2)
    if len(kinds) > 1 or not kinds <= {"number", "str", "bool"}:
        odd = next((value for value in values if type(value) is not type(values[0])), None)
        if odd is None:
            raise type_error(f"`{name}` cannot put {a(values[0])} in order")
        raise type_error(f"`{name}` cannot compare {a(values[0])} with {a(odd)}")
    if kinds == {"str"}:
        for value in values:
            budget.work(text_size(value) * max(1, len(values).bit_length()))
        if not case_sensitive:
            for value in values:
                budget.make(text_size(value))
            return [value.lower() for value in values]
    return values


def sort(
    budget: Budget,
    value: JsonValue,
    reverse: JsonValue = False,
    case_sensitive: JsonValue = False,
    attribute: JsonValue = None,
) -> list[JsonValue]:
    """Return elements in order; equal ones keep theirs. `attribute` may name several, with commas."""
    found = sequence(budget, value, "sort")
    paths = attribute.split(",", 64) if type(attribute) is str else [attribute]
    descending = flag(reverse, "sort", "reverse")
    for path in reversed(paths):
        keys = sort_keys(
            budget, dug(budget, found, path, "sort"), "sort", flag(case_sensitive, "sort", "case_sensitive")
        )
        budget.each(len(found))
        order = sorted(range(len(found)), key=keys.__getitem__, reverse=descending)
        found = [found[place] for place in order]
    return found


def _extreme(name: str, choose: Callable[..., int]) -> Callable[..., Any]:
    def apply(budget: Budget, value: JsonValue, case_sensitive: JsonValue = False, attribute: JsonValue = None) -> Any:
        found = sequence(budget, value, name)
        if not found:
            return ABSENT
        keys = sort_keys(
            budget, dug(budget, found, attribute, name), name, flag(case_sensitive, name, "case_sensitive")
        )
        return found[choose(range(len(found)), key=keys.__getitem__)]

    return apply


def unique(
    budget: Budget, value: JsonValue, case_sensitive: JsonValue = False, attribute: JsonValue = None
) -> list[JsonValue]:
    """Return elements without repetitions: the first of each stays."""
    found = sequence(budget, value, "unique")
    exactly = flag(case_sensitive, "unique", "case_sensitive")
    keys = dug(budget, found, attribute, "unique")
    budget.each(len(found))
    groups = _Groups(budget, exactly)
    return [item for item, key in zip(found, keys, strict=True) if groups.place(key)[1]]


class _Groups:
    """Values numbered by equality: scalars through a table, lists and mappings one by one."""

    def __init__(self, budget: Budget, exactly: bool) -> None:
        self.budget = budget
        self.exactly = exactly
        self.table: dict[Any, int] = {}
        self.others: list[JsonValue] = []
        self.numbers: list[int] = []
        self.count = 0

    def place(self, key: JsonValue) -> tuple[int, bool]:
        """Return a value's number and whether it is new."""
        if type(key) in (list, dict):
            known = index_of(self.budget, key, self.others)
            if known is not None:
                return self.numbers[known], False
            self.others.append(key)
            self.numbers.append(self.count)
        else:
            if type(key) is str:
                self.budget.work(text_size(key))
                key = key if self.exactly else key.lower()
            mark = (type(key) is bool, key)
            if mark in self.table:
                return self.table[mark], False
            self.table[mark] = self.count
        self.count += 1
        return self.count - 1, True


def groupby(
    budget: Budget,
    value: JsonValue,
    attribute: JsonValue,
    default: JsonValue = None,
    case_sensitive: JsonValue = False,
) -> list[JsonValue]:
    """Return [key, elements] for each value of an attribute, in the order of first appearance."""
    found = sequence(budget, value, "groupby")
    exactly = flag(case_sensitive, "groupby", "case_sensitive")
    budget.each(2 * len(found))
    groups = _Groups(budget, exactly)
    result: list[JsonValue] = []
    for place, item in enumerate(found):
        key = dig(budget, item, attribute, "groupby")
        if key is ABSENT and default is not None:
            key = default
        number, new = groups.place(_present(key, attribute, place, "groupby"))
        if new:
            result.append([key, []])
        result[number][1].append(item)
    return result


def dictsort(
    budget: Budget,
    value: JsonValue,
    case_sensitive: JsonValue = False,
    by: JsonValue = "key",
    reverse: JsonValue = False,
) -> list[JsonValue]:
    """Return a mapping as a sorted list of [key, value]."""
    if by not in ("key", "value"):
        raise bad_argument("`by` of `dictsort` is `key` or `value`")
    return sort(budget, items(budget, value), reverse, case_sensitive, 0 if by == "key" else 1)


def batch(budget: Budget, value: JsonValue, linecount: JsonValue, fill_with: JsonValue = None) -> list[JsonValue]:
    """Return lists of `linecount` elements; the last is filled up if `fill_with` is given."""
    found = sequence(budget, value, "batch")
    size = integer(linecount, "batch", "linecount", 1)
    budget.each(2 * len(found))
    rows = [found[start : start + size] for start in range(0, len(found), size)]
    if fill_with is not None and rows:
        lacking = size - len(rows[-1])
        budget.make_list(lacking)
        rows[-1] = rows[-1] + [fill_with] * lacking
    return rows


def cut(budget: Budget, value: JsonValue, slices: JsonValue, fill_with: JsonValue = None) -> list[JsonValue]:
    """Return `slices` lists of nearly equal length; shorter ones are filled up if `fill_with` is given."""
    found = sequence(budget, value, "slice")
    count = integer(slices, "slice", "slices", 1)
    budget.each(count + len(found))
    size, more = divmod(len(found), count)
    rows: list[JsonValue] = []
    place = 0
    for number in range(count):
        end = place + size + (number < more)
        row = found[place:end]
        rows.append([*row, fill_with] if fill_with is not None and more and number >= more else row)
        place = end
    return rows


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "first": first,
    "last": last,
    "length": length,
    "count": length,
    "list": to_list,
    "items": items,
    "join": join,
    "reverse": reverse,
    "sum": total,
    "sort": sort,
    "min": _extreme("min", min),
    "max": _extreme("max", max),
    "unique": unique,
    "groupby": groupby,
    "dictsort": dictsort,
    "batch": batch,
    "slice": cut,
}
"""Filters by name; a result of ABSENT is undefined."""
