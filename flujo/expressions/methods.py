"""The methods of texts, lists and mappings: they exist only in a call, `x.name` alone is always the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import type_error
from flujo.expressions.filters import FILTERS, lists, texts
from flujo.expressions.filters.arguments import integer, text_argument
from flujo.expressions.operators import a, equal

Method = Callable[..., Any]


def _text_only(name: str, value: JsonValue) -> str:
    if type(value) is not str:
        raise type_error(f"the method `{name}` needs text, not {a(value)}")
    return value


def _mapping_only(name: str, value: JsonValue) -> dict[str, JsonValue]:
    if type(value) is not dict:
        raise type_error(f"the method `{name}` needs a mapping, not {a(value)}")
    return value


def get(budget: Budget, value: JsonValue, key: JsonValue, default: JsonValue = None) -> JsonValue:
    """Return the value of a key, or `default`."""
    mapping = _mapping_only("get", value)
    return mapping.get(text_argument(key, "get", "key"), default)


def keys(budget: Budget, value: JsonValue) -> list[JsonValue]:
    """Return a mapping's keys."""
    mapping = _mapping_only("keys", value)
    budget.make_list(len(mapping))
    return list(mapping)


def values(budget: Budget, value: JsonValue) -> list[JsonValue]:
    """Return a mapping's values."""
    mapping = _mapping_only("values", value)
    budget.make_list(len(mapping))
    return list(mapping.values())


def items(budget: Budget, value: JsonValue) -> list[JsonValue]:
    """Return a mapping as a list of [key, value]."""
    return lists.items(budget, _mapping_only("items", value))


def _same_as_filter(name: str) -> Method:
    apply = FILTERS[name]
    return lambda budget, value: apply(budget, _text_only(name, value))


def _strip(name: str, work: Callable[[str, str | None], str]) -> Method:
    def apply(budget: Budget, value: JsonValue, chars: JsonValue = None) -> str:
        source = _text_only(name, value)
        characters = None if chars is None else text_argument(chars, name, "chars")
        budget.make(text_size(source))
        budget.work(len(characters or ""))
        budget.work(len(source) * len(characters or ""))
        return work(source, characters)

    return apply


def split(budget: Budget, value: JsonValue, sep: JsonValue = None, maxsplit: JsonValue = -1) -> list[str]:
    """Return the parts of a text between separators."""
    return texts.split(budget, _text_only("split", value), sep, maxsplit)


def join(budget: Budget, value: JsonValue, items: JsonValue) -> str:
    """Return elements as one text with this text between them."""
    return lists.join(budget, items, _text_only("join", value))


def _edge(name: str, work: Callable[[str, tuple[str, ...]], bool]) -> Method:
    def apply(budget: Budget, value: JsonValue, part: JsonValue) -> bool:
        source = _text_only(name, value)
        parts = part if type(part) is list else [part]
        budget.spend(len(parts))
        for one in parts:
            budget.work(text_size(text_argument(one, name, "part")))
        return work(source, tuple(parts))

    return apply


def replace(budget: Budget, value: JsonValue, old: JsonValue, new: JsonValue, count: JsonValue = -1) -> str:
    """Return a text with `old` replaced by `new`."""
    return texts.replace(budget, _text_only("replace", value), old, new, count)


def count(budget: Budget, value: JsonValue, part: JsonValue) -> int:
    """Return how often a part is in a text, or a value in a list."""
    if type(value) is list:
        budget.spend(1 + len(value))
        return sum(equal(budget, part, item) for item in value)
    source = _text_only("count", value)
    part = text_argument(part, "count", "part")
    budget.work(text_size(source) + text_size(part))
    return source.count(part)


def find(budget: Budget, value: JsonValue, part: JsonValue, start: JsonValue = 0) -> int:
    """Return where a part begins in a text, or -1."""
    source = _text_only("find", value)
    part = text_argument(part, "find", "part")
    budget.work(text_size(source) + text_size(part))
    return source.find(part, integer(start, "find", "start"))


METHODS: Final[dict[str, Method]] = {
    "get": get,
    "items": items,
    "keys": keys,
    "values": values,
    "lower": _same_as_filter("lower"),
    "upper": _same_as_filter("upper"),
    "title": _same_as_filter("title"),
    "strip": _strip("strip", lambda text, chars: text.strip(chars)),
    "lstrip": _strip("lstrip", lambda text, chars: text.lstrip(chars)),
    "rstrip": _strip("rstrip", lambda text, chars: text.rstrip(chars)),
    "split": split,
    "join": join,
    "startswith": _edge("startswith", lambda text, parts: text.startswith(parts)),
    "endswith": _edge("endswith", lambda text, parts: text.endswith(parts)),
    "replace": replace,
    "count": count,
    "find": find,
}
"""Methods by name."""
