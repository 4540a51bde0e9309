"""Plain YAML scalars to JSON values: the YAML 1.2 core schema and nothing more.

No timestamps, no sexagesimal numbers, no `yes/no/on/off`. Numbers must have a JSON form: NaN, infinities and integers
of more than 4,300 digits are refused.
"""

from __future__ import annotations

import re
from typing import Final

from flujo.core.values import JsonValue

MAX_DIGITS: Final = 4300
_MAX_HEX: Final = 3572
_TOO_LARGE: Final = 10**MAX_DIGITS
_FIRST: Final = frozenset("0123456789+-.~nNtTfF")
_WORDS: Final[dict[str, JsonValue]] = {
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+\Z")
_BASED: Final = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")


class NumberProblem(ValueError):
    """A number that has no JSON form; the text says why."""


def resolve(text: str) -> JsonValue:
    """Return the value of a plain scalar; raise NumberProblem for a number that cannot be kept."""
    if not text:
        return None
    if text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        if len(text.lstrip("+-0")) > MAX_DIGITS:
            raise NumberProblem(f"an integer has more than {MAX_DIGITS:,} digits")
        return int(text.lstrip("+").lstrip("0") or "0") if text[0] != "-" else -int(text[1:].lstrip("0") or "0")
    if _BASED.match(text):
        return _based(text)
    if _FLOAT.match(text):
        number = float(text)
        if number - number != 0:
            raise NumberProblem("the number is too large")
        return number
    if _NOT_FINITE.match(text):
        raise NumberProblem("NaN and infinities are not JSON numbers")
    return text


def _based(text: str) -> int:
    digits = text[2:].lstrip("0") or "0"
    if len(digits) > _MAX_HEX * 2:
        raise NumberProblem(f"an integer has more than {MAX_DIGITS:,} digits")
    number = int(digits, 16 if text[1] == "x" else 8)
    if number >= _TOO_LARGE:
        raise NumberProblem(f"an integer has more than {MAX_DIGITS:,} digits")
    return number


def key_text(value: JsonValue) -> str | None:
    """Return the text that a boolean or number used as a branch name stands for; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None
