"""Filters with regular expressions, on RE2: its time is linear in the text, and it never backtracks."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import bad_argument, shorten
from flujo.expressions.filters.arguments import integer, text, text_argument

MAX_PATTERN: Final = 1_000
MAX_MEMORY: Final = 1 << 20


@lru_cache(maxsize=64)
def _compiled(source: str) -> Any:
    import re2  # noqa: PLC0415 - a C++ library of 8 ms: only where a template has a pattern

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(source, options)
    except re2.error as error:
        reason = error.args[0] if error.args else b"it is not well formed"
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise bad_argument(f"the pattern `{shorten(source)}` is not valid: {reason}") from error


def _pattern(budget: Budget, value: JsonValue, name: str) -> Any:
    source = text_argument(value, name, "pattern")
    if len(source) > MAX_PATTERN:
        raise bad_argument(f"the pattern of `{name}` is longer than {MAX_PATTERN:,} characters")
    budget.spend(50 + len(source))
    return _compiled(source)


def _search(budget: Budget, pattern: Any, source: str, place: int) -> Any:
    """Return the next match; priced as if each character met each instruction, which is RE2's slowest way."""
    budget.spend(1 + (text_size(source) * (len(source) - place) // (len(source) or 1) * pattern.programsize >> 9))
    return pattern.search(source, place)


def regex_search(budget: Budget, value: JsonValue, pattern: JsonValue) -> str | None:
    """Return the first part of a text that matches, or null."""
    source = text(value, "regex_search")
    match = _search(budget, _pattern(budget, pattern, "regex_search"), source, 0)
    if match is None:
        return None
    budget.make(text_size(source))
    return match.group()  # type: ignore[no-any-return]


def regex_replace(
    budget: Budget, value: JsonValue, pattern: JsonValue, replacement: JsonValue, count: JsonValue = 0
) -> str:
    r"""Return a text with what matches replaced, everywhere or `count` times; `\1` and `\g<name>` are groups."""
    source = text(value, "regex_replace")
    limit = integer(count, "regex_replace", "count", 0)
    compiled = _pattern(budget, pattern, "regex_replace")
    pieces = _pieces(text_argument(replacement, "regex_replace", "replacement"), compiled)
    budget.make(2 * text_size(source))
    parts = []
    place = taken = done = 0
    while place <= len(source) and (not limit or done < limit):
        match = _search(budget, compiled, source, place)
        if match is None:
            break
        budget.each(1 + len(pieces))
        start, end = match.span()
        parts.append(source[taken:start])
        for piece in pieces:
            part = piece if type(piece) is str else match.group(piece) or ""
            budget.make(text_size(part))
            parts.append(part)
        taken, done = end, done + 1
        place = end if end > start else end + 1
    return "".join([*parts, source[taken:]])


def _pieces(replacement: str, compiled: Any) -> list[str | int]:
    """Return a replacement as texts and numbers of groups."""
    pieces: list[str | int] = []
    head, *rest = replacement.split("\\")
    pieces.append(head)
    skip = False
    for part in rest:
        if skip:
            pieces.append(part)
            skip = False
        elif part[:1].isdecimal():
            pieces += [_group(int(part[0]), compiled), part[1:]]
        elif part.startswith("g<") and ">" in part:
            name, _, tail = part[2:].partition(">")
            number = compiled.groupindex.get(name, int(name) if name.isdecimal() and len(name) < 4 else -1)
            pieces += [_group(number, compiled), tail]
        else:
            skip = not part
            pieces.append("\\" + part)
    return [piece for piece in pieces if piece != ""]


def _group(number: int, compiled: Any) -> int:
    if not 0 <= number <= compiled.groups:
        raise bad_argument("the replacement of `regex_replace` names a group that the pattern does not have")
    return number


FILTERS: Final[dict[str, Callable[..., Any]]] = {"regex_search": regex_search, "regex_replace": regex_replace}
"""Filters by name."""
