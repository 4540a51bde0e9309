"""JSON values as YAML text: in one line, with quotes where a text needs them or some reader takes it otherwise."""

from __future__ import annotations

import json
import re
from typing import Final

from flujo.core.values import JsonValue

_PLAIN: Final = re.compile(r"\w[\w./+@%()=-]*(?: [\w(][\w./+@%()=-]*)*")
_WORDS: Final = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<"])
"""Words that are no text to some reader of YAML 1.1 or 1.2, in any case."""

_NUMBERS: Final = re.compile(
    r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+|[0-9._:]+(?:e[-+]?[0-9]+)?|\.(?:inf|nan))"
    r"|\d{4}-\d\d?-\d\d?(?:[t \t].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""What YAML 1.1 or 1.2 take for a number or a date."""

_ESCAPED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What stands in double quotes only as an escape."""

_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def written(value: JsonValue, quote: str = "") -> str:
    """Return a value on one line, for any place in block or flow style; texts in `quote` where it can be kept."""
    if isinstance(value, str):
        return text(value, quote)
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name)}: {written(item)}" for name, item in value.items()) + "}"
    return json.dumps(value)


def text(value: str, quote: str = "") -> str:
    """Return a text: in `quote` if that can hold it, else plain, else in the quotes that need fewer escapes."""
    if not quote and _PLAIN.fullmatch(value) and not is_taken_otherwise(value):
        return value
    fewer = quote == "'" or (not quote and ("\\" in value or '"' in value))
    return single(value) if fewer and not _ESCAPED.search(value) else double(value)


def key(name: str) -> str:
    """Return the text of a key; `on` is a word of the language, and nobody writes it in quotes."""
    return name if name == "on" else text(name)


def single(value: str) -> str:
    """Return a text without characters that need an escape in single quotes."""
    return "'" + value.replace("'", "''") + "'"


def double(value: str) -> str:
    """Return a text in double quotes."""
    return '"' + escaped(value) + '"'


def escaped(value: str) -> str:
    """Return what stands for a text inside double quotes."""
    return _ESCAPED.sub(_escape, value.replace("\\", "\\\\").replace('"', '\\"'))


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or (f"\\x{ord(found[0]):02x}" if ord(found[0]) < 256 else f"\\u{ord(found[0]):04x}")


def is_taken_otherwise(value: str) -> bool:
    """Say whether a plain text would be no text, or another one, to a reader of YAML 1.1 or 1.2."""
    return not value or value.casefold() in _WORDS or _NUMBERS.fullmatch(value) is not None
