"""JSON values, their two encodings and their digests: the only serialisation rule of the project.

*Stored* bytes keep the order of keys and are what the journal holds. *Canonical* bytes (sorted keys) exist only inside
fingerprints, digests and comparisons. In both `1`, `1.0` and `true` differ, NaN and infinities are refused, text is
UTF-8 and unescaped. Decoding what was encoded gives an equal value of equal types.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from flujo.core.ids import Digest
from flujo.core.record import dataclass

type_names: Final = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
    list: "list",
    dict: "mapping",
}

JsonValue = Any
"""None, bool, int, float, str, a list of JsonValue, or a dict from str to JsonValue."""

JsonObject = dict[str, JsonValue]

MAX_VALUE_BYTES: Final = 16 * 1024 * 1024
"""A JSON value of more stored bytes than this is refused (language 11)."""

MAX_DEPTH: Final = 200
"""A JSON value nested deeper than this is refused, so that no encoder can run out of stack."""

EMPTY: Final[frozenset[str]] = frozenset()


class ValueProblem(ValueError):
    """A value that has no JSON form; the text says which part and why."""


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value with the labels of what it was made from (design 8)."""

    data: JsonValue
    labels: frozenset[str] = EMPTY


NULL: Final = Value(None)
"""The value null, without labels."""


def _encoder(sort_keys: bool) -> Callable[[JsonValue], str]:
    """Return the standard encoder; where it has one in C, that is made here once, and not for every value."""
    whole = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys, check_circular=False
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return whole.encode
    text = json.encoder.encode_basestring
    parts = make(None, whole.default, text, None, ":", ",", sort_keys, False, False)
    return lambda value: "".join(parts(value, 0))


_encode_stored = _encoder(sort_keys=False)
_encode_canonical = _encoder(sort_keys=True)


def stored_bytes(value: JsonValue) -> bytes:
    """Encode `value` with its keys in their order; raise ValueProblem if it has no JSON form."""
    return _encode(_encode_stored, value)


def canonical_bytes(value: JsonValue) -> bytes:
    """Encode `value` with sorted keys, so that equal values have equal bytes; raise ValueProblem if it has no form."""
    return _encode(_encode_canonical, value)


def _encode(encode: Callable[[JsonValue], str], value: JsonValue) -> bytes:
    try:
        return encode(value).encode()
    except UnicodeEncodeError as error:
        raise ValueProblem("a text holds half of a surrogate pair, which is not valid Unicode") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueProblem(_why(error)) from error


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the value is nested too deeply"
    text = str(error)
    if "Out of range float" in text:
        return "NaN and infinities are not JSON numbers"
    if "digits" in text:
        return "an integer has more than 4,300 digits"
    return text[0].lower() + text[1:]


def load(data: bytes | str) -> JsonValue:
    """Decode stored or foreign JSON text; NaN, infinities and duplicate keys are refused with ValueProblem."""
    try:
        value = json.loads(data, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ValueProblem(_fault(error)) from error
    except (ValueError, RecursionError) as error:
        raise ValueProblem(_why(error) if isinstance(error, RecursionError) else str(error)) from error
    stored_bytes(value)  # refuses what JSON text can say and JSON values cannot be: 1e999, half a surrogate pair
    return value


_FAULTS: Final = {
    "Expecting value": "a value is missing",
    "Expecting property name": "a key in double quotes is missing",
    "Expecting ',' delimiter": "a comma or the end is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Extra data": "there is more text after the value",
    "Unterminated string": "a text is not closed",
    "Invalid control character": "a control character is not written as an escape",
    "Invalid \\": "a backslash begins no escape",
    "Illegal trailing comma": "a comma has nothing after it",
}
"""What Python's reader finds wrong, in words of ours: the same for all versions of it."""


def _fault(error: json.JSONDecodeError) -> str:
    words = next((ours for theirs, ours in _FAULTS.items() if error.msg.startswith(theirs)), error.msg)
    return f"{words} (line {error.lineno}, column {error.colno})"


def load_stored(data: bytes) -> JsonValue:
    """Decode bytes that `stored_bytes` made: the fast way, without the checks of `load`."""
    return json.loads(data)


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"`{name}` is not a JSON number")


def _unique(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key `{double}` stands twice in one mapping")
    return result


def check(value: JsonValue) -> None:
    """Raise ValueProblem unless `value` is JSON data through and through (a skill may have returned anything).

    Only exact types pass: a subclass of dict or str could carry behaviour into expressions.
    """
    stack: list[tuple[JsonValue, int]] = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        kind = type(item)
        if kind is str or kind is int or kind is bool or item is None:
            continue
        if kind is float:
            if item - item != 0:
                raise ValueProblem("NaN and infinities are not JSON numbers")
            continue
        if depth >= MAX_DEPTH:
            raise ValueProblem(f"the value is nested deeper than {MAX_DEPTH} levels")
        if kind is list:
            stack.extend((part, depth + 1) for part in item)
        elif kind is dict:
            for key, part in item.items():
                if type(key) is not str:
                    raise ValueProblem(f"a mapping has the key {key!r}, which is not text")
                stack.append((part, depth + 1))
        else:
            raise ValueProblem(f"a value of the Python type `{kind.__name__}` is not JSON data")


def type_name(value: JsonValue) -> str:
    """Return the word users know the type of `value` by: text, integer, number, boolean, null, list or mapping."""
    return type_names.get(type(value), type(value).__name__)


def a_type(value: JsonValue) -> str:
    """Return the type of a value with its article: `an integer`, `a list`, `text`, `null`."""
    name = type_name(value)
    return name if name in ("null", "text") else f"{'an' if name == 'integer' else 'a'} {name}"


def sha256(data: bytes) -> Digest:
    """Return the digest of bytes."""
    return Digest(hashlib.sha256(data).hexdigest())


def digest(value: JsonValue) -> Digest:
    """Return the digest of a value's canonical bytes."""
    return sha256(canonical_bytes(value))
