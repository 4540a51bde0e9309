"""Filters on text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import bad_argument
from flujo.expressions.filters.arguments import flag, integer, text, text_argument
from flujo.expressions.operators import SLOWLY, to_text


def _changed(name: str, work: Callable[[str], str], growth: int = 1) -> Callable[[Budget, JsonValue], str]:
    """Return a filter that makes a text of at most `growth` times the size."""

    def apply(budget: Budget, value: JsonValue) -> str:
        source = text(value, name)
        budget.make(text_size(source) * (1 if source.isascii() else growth))
        budget.work(text_size(source) * SLOWLY)
        return work(source)

    return apply


def string(budget: Budget, value: JsonValue) -> str:
    """Return a value as it stands inside text."""
    return to_text(budget, value)


def trim(budget: Budget, value: JsonValue, chars: JsonValue = None) -> str:
    """Return a text without white space (or `chars`) at its ends."""
    source = text(value, "trim")
    characters = None if chars is None else text_argument(chars, "trim", "chars")
    budget.make(text_size(source))
    if characters is not None:
        budget.work(len(source) * min(len(characters), 64) + len(characters))
        characters = characters if len(characters) <= 64 else "".join(dict.fromkeys(characters))
        budget.work(len(source) * len(characters))
    return source.strip(characters)


def replace(budget: Budget, value: JsonValue, old: JsonValue, new: JsonValue, count: JsonValue = None) -> str:
    """Return a text with `old` replaced by `new`, everywhere or `count` times."""
    source = text(value, "replace")
    old, new = text_argument(old, "replace", "old"), text_argument(new, "replace", "new")
    limit = -1 if count is None else integer(count, "replace", "count")
    return replaced(budget, source, (old, new), limit)


def replaced(budget: Budget, source: str, change: tuple[str, str], limit: int = -1) -> str:
    """Return a text with a change made at most `limit` times (-1: everywhere); its size is known before."""
    old, new = change
    budget.work(text_size(source) + text_size(old))
    times = source.count(old)
    if limit >= 0:
        times = min(times, limit)
    budget.make(text_size(source) + times * max(0, text_size(new)))
    return source.replace(old, new, times)


def center(budget: Budget, value: JsonValue, width: JsonValue = 80) -> str:
    """Return a text in the middle of `width` characters."""
    source = text(value, "center")
    columns = integer(width, "center", "width")
    budget.make(max(text_size(source), columns + text_size(source)))
    return source.center(columns)


def indent(
    budget: Budget, value: JsonValue, width: JsonValue = 4, first: JsonValue = False, blank: JsonValue = False
) -> str:
    """Return a text with its lines indented by `width` spaces or a text; the first and empty lines only if asked."""
    source = text(value, "indent")
    if type(width) is str:
        budget.hold(text_size(width))
        margin, margin_size = width, text_size(width)
    else:
        margin_size = integer(width, "indent", "width", 0)
        budget.make(margin_size)
        margin = " " * margin_size
    lines = source.count("\n") + 1
    budget.make(text_size(source) + lines * margin_size)
    budget.each(lines)
    rows = source.split("\n")
    blank = flag(blank, "indent", "blank")
    shown = [margin + row if row or blank else row for row in rows[1:]]
    head = margin + rows[0] if flag(first, "indent", "first") else rows[0]
    return "\n".join([head, *shown])


def truncate(
    budget: Budget,
    value: JsonValue,
    length: JsonValue = 255,
    killwords: JsonValue = False,
    end: JsonValue = "...",
    leeway: JsonValue = 5,
) -> str:
    """Return a text cut to `length` characters with `end` after it; at a word unless `killwords`."""
    source = text(value, "truncate")
    tail = text_argument(end, "truncate", "end")
    limit = integer(length, "truncate", "length", len(tail))
    if len(source) <= limit + integer(leeway, "truncate", "leeway", 0):
        return source
    budget.make(4 * limit)
    cut = source[: limit - len(tail)]
    if not flag(killwords, "truncate", "killwords"):
        cut = cut.rsplit(" ", 1)[0]
    return cut + tail


def wordcount(budget: Budget, value: JsonValue) -> int:
    """Return the number of words in a text."""
    return len(words(budget, text(value, "wordcount")))


def words(budget: Budget, source: str) -> list[str]:
    """Return the words of a text."""
    _price_words(budget, source)
    return source.split()


_SPACES: Final = " \t\n\r\v\f\x1c\x1d\x1e\x1f"
_WIDE_SPACES: Final = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def _price_words(budget: Budget, source: str) -> None:
    """Charge for splitting a text at white space."""
    budget.make(text_size(source))
    spaces = _SPACES if source.isascii() else _SPACES + _WIDE_SPACES
    budget.work(len(source) * len(spaces))
    budget.make_list(min(sum(map(source.count, spaces)) + 1, len(source) // 2 + 1))


def wordwrap(
    budget: Budget,
    value: JsonValue,
    width: JsonValue = 79,
    break_long_words: JsonValue = True,
    wrapstring: JsonValue = "\n",
) -> str:
    """Return a text with lines of at most `width` characters, broken at spaces; its own line ends are kept."""
    source = text(value, "wordwrap")
    columns = integer(width, "wordwrap", "width", 1)
    breaks = flag(break_long_words, "wordwrap", "break_long_words")
    seam = text_argument(wrapstring, "wordwrap", "wrapstring")
    most = source.count(" ") + source.count("\n") + len(source) // columns + 1
    budget.make(text_size(source) + most * text_size(seam))
    budget.each(most)
    return seam.join(row for line in source.splitlines() for row in _rows(line, columns, breaks))


def _rows(line: str, columns: int, breaks: bool) -> list[str]:
    rows: list[list[str]] = [[]]
    width = -1  # of the last row, with the space before the next word not counted
    for word in line.split(" "):
        if breaks and len(word) > columns:
            room = max(0, columns - width - 1)
            pieces = [word[:room], *(word[start : start + columns] for start in range(room, len(word), columns))]
            rows[-1] += pieces[:1] if room else []
            rows += [[piece] for piece in pieces[1:]]
            width = len(rows[-1][-1])
        elif width + 1 + len(word) <= columns:
            rows[-1].append(word)
            width += 1 + len(word)
        elif word:
            rows.append([word])
            width = len(word)
    return [" ".join(row).rstrip(" ") for row in rows if row] or [""]


def striptags(budget: Budget, value: JsonValue) -> str:
    """Return a text without `<...>` tags and comments, with white space made single."""
    source = text(value, "striptags")
    budget.make(2 * text_size(source))
    budget.spend(1 + source.count("<"))
    parts = []
    place = 0
    while (start := source.find("<", place)) >= 0:
        mark = "-->" if source.startswith("<!--", start) else ">"
        end = source.find(mark, start)
        if end < 0:
            break
        parts.append(source[place:start])
        place = end + len(mark)
    return " ".join("".join([*parts, source[place:]]).split())


_HTML: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ('"', "&#34;"))


def escape(budget: Budget, value: JsonValue) -> str:
    """Return a value as text that is safe inside HTML."""
    source = to_text(budget, value)
    for change in _HTML:
        source = replaced(budget, source, change)
    return source


def split(budget: Budget, value: JsonValue, sep: JsonValue = None, maxsplit: JsonValue = -1) -> list[str]:
    """Return the parts of a text between separators (default: white space)."""
    source = text(value, "split")
    limit = integer(maxsplit, "split", "maxsplit")
    if sep is None:
        _price_words(budget, source)
        return source.split(None, limit)
    mark = text_argument(sep, "split", "sep")
    if not mark:
        raise bad_argument("`sep` of `split` cannot be empty")
    budget.work(text_size(source) + text_size(mark))
    budget.make_list(source.count(mark) + 1)
    budget.make(text_size(source))
    return source.split(mark, limit)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "upper": _changed("upper", str.upper, 3),
    "lower": _changed("lower", str.lower, 3),
    "capitalize": _changed("capitalize", str.capitalize, 3),
    "title": _changed("title", str.title, 3),
    "string": string,
    "trim": trim,
    "replace": replace,
    "center": center,
    "indent": indent,
    "truncate": truncate,
    "wordcount": wordcount,
    "wordwrap": wordwrap,
    "striptags": striptags,
    "escape": escape,
    "e": escape,
    "split": split,
}
"""Filters by name."""
