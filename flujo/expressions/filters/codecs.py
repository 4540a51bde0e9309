"""Filters between values and texts of another form: JSON, Base64, digests, URLs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, quote_plus

from flujo.core.values import JsonValue, ValueProblem, canonical_bytes, load, stored_bytes
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import bad_argument, type_error
from flujo.expressions.filters.arguments import integer, text
from flujo.expressions.operators import SLOWLY, to_json, to_text

MAX_INDENT: Final = 16


def tojson(budget: Budget, value: JsonValue, indent: JsonValue = None) -> str:
    """Return a value as JSON; with `indent`, on several lines."""
    if indent is None:
        return to_json(budget, value)
    if integer(indent, "tojson", "indent", 0) > MAX_INDENT:
        raise bad_argument(f"`indent` of `tojson` must be at most {MAX_INDENT}")
    size, count, depth = budget.weigh(value)
    budget.make(size + count * (2 + indent * (depth + 1)))
    budget.work(SLOWLY * size)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, check_circular=False, indent=indent)


def fromjson(budget: Budget, value: JsonValue) -> JsonValue:
    """Return the value that a JSON text means."""
    source = text(value, "fromjson")
    budget.make(text_size(source) * 8)
    budget.work(text_size(source) * SLOWLY)
    try:
        result = load(source)
        stored_bytes(result)  # 1e999 and half surrogates can be written in JSON, but are no values
    except ValueProblem as error:
        raise type_error(f"`fromjson` cannot read the text: {error}") from error
    budget.weigh(result)
    return result


def digest(budget: Budget, value: JsonValue) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, or of another value's canonical bytes, in hex."""
    if type(value) is str:
        budget.work(SLOWLY * text_size(value))
        data = value.encode()
    else:
        size, _, _ = budget.weigh(value)
        budget.work(2 * SLOWLY * size)
        data = canonical_bytes(value)
    return hashlib.sha256(data).hexdigest()


def b64encode(budget: Budget, value: JsonValue) -> str:
    """Return a text's UTF-8 bytes in Base64."""
    source = text(value, "b64encode")
    budget.make(text_size(source) * 4 // 3 + 4)
    return base64.b64encode(source.encode()).decode()


def b64decode(budget: Budget, value: JsonValue) -> str:
    """Return the text whose UTF-8 bytes a Base64 text holds."""
    source = text(value, "b64decode")
    budget.make(text_size(source))
    try:
        return base64.b64decode(source.encode("ascii"), validate=True).decode()
    except ValueError as error:
        raise type_error("`b64decode` needs the Base64 form of UTF-8 text") from error


def urlencode(budget: Budget, value: JsonValue) -> str:
    """Return a text quoted for a URL's path, or a mapping (or list of pairs) as a query string."""
    if type(value) is str:
        budget.make(text_size(value) * 3)
        budget.work(text_size(value) * 16)
        return quote(value, safe="/")
    pairs = list(value.items()) if type(value) is dict else value
    if type(pairs) is not list or not all(len(pair) == 2 for pair in pairs if type(pair) in (list, tuple)):
        raise type_error("`urlencode` needs text, a mapping or a list of pairs")
    parts = []
    for pair in pairs:
        if type(pair) not in (list, tuple):
            raise type_error("`urlencode` needs text, a mapping or a list of pairs")
        words = [to_text(budget, part) for part in pair]
        for word in words:
            budget.make(text_size(word) * 3 + 2)
            budget.work(text_size(word) * 16)
        parts.append("=".join(quote_plus(word, safe="") for word in words))
    return "&".join(parts)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "tojson": tojson,
    "fromjson": fromjson,
    "hash": digest,
    "b64encode": b64encode,
    "b64decode": b64decode,
    "urlencode": urlencode,
}
"""Filters by name."""
