"""The words of a goal: tokens with their offsets, so that every step can say which of them it serves.

Quoted texts, file names, web addresses, dates and numbers stay whole. Nothing is ever left out: the tokens and the
white space between them are the goal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from flujo.core.record import dataclass

Kind = Literal["word", "file", "url", "quoted", "number", "date", "sign", "mark"]

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "«": "»", "‘": "’"}
_TOKEN = re.compile(
    r"""
    (?P<quoted> "[^"\n]*" | `[^`\n]*` | “[^”\n]*” | „[^“”\n]*[“”] | «[^»\n]*» | ‘[^’\n]*’ | (?<!\w)'[^'\n]*'(?!\w) )
  | (?P<url> \b[a-zA-Z][a-zA-Z0-9+]*://[^\s<>"'`]*[^\s<>"'`.,;:!?)\]] )
  | (?P<date> \d{4}-\d{2}-\d{2}(?![\w-]) )
  | (?P<file> (?<![\w.@]) (?:~?/|\.{1,2}/)* (?:[\w-][\w.-]*/)* \.?[\w][\w-]* (?:\.[\w-]+)* \.[^\W\d_]\w{0,7} (?![\w/]) )
  | (?P<number> (?<![\w]) -? (?: \d{1,3}(?:,\d{3})+(?:\.\d+)? | \d+(?:\.\d+)? ) (?![\w]) )
  | (?P<sign> -> | => | → | >= | <= | != | <> | == | [=<>≥≤≠%$€£¥+*&] )
  | (?P<word> \w+(?:['’]\w+)* )
  | (?P<mark> \S )
    """,
    re.VERBOSE,
)
_ABBREVIATIONS = {"e.g", "i.e", "a.m", "p.m", "z.b", "d.h", "p.ej"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, name, number or sign of a goal.

    `norm` is for comparing with data, `plain` (without accents) for comparing with a lexicon.
    """

    kind: Kind
    text: str
    start: int
    end: int
    norm: str
    plain: str

    @property
    def value(self) -> str:
        """The text without its quotes."""
        return self.text[1:-1] if self.kind == "quoted" else self.text

    @property
    def ends_sentence(self) -> bool:
        """Whether what follows is another sentence or half of one."""
        return (self.kind == "mark" and self.text in ".;!?:") or self.text in ("->", "=>", "→")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a goal with their offsets in it."""

    text: str
    start: int
    end: int


def plain_form(text: str) -> str:
    """Return a text in lower case, with straight apostrophes and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def tokens_of(text: str) -> tuple[Token, ...]:
    """Split a text into tokens."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        part = match.group()
        if kind == "file" and part.casefold() in _ABBREVIATIONS:
            kind = "word"
        norm = unicodedata.normalize("NFC", part.replace("’", "'").casefold())
        found.append(Token(kind, part, match.start(), match.end(), norm, part if kind == "sign" else plain_form(part)))  # type: ignore[arg-type]
    return tuple(found)


def is_file_name(text: str) -> bool:
    """Say whether a quoted text is the name of a file."""
    stem, dot, suffix = text.rpartition(".")
    return bool(dot and stem and re.fullmatch(r"[^\W\d_]\w{0,7}", suffix) and "\n" not in text)


@lru_cache(maxsize=4096)
def phrase(text: str) -> tuple[str, ...]:
    """Return the plain forms of a phrase's tokens."""
    return tuple(token.plain for token in tokens_of(text))


def words_between(goal: str, tokens: Iterable[Token]) -> tuple[Words, ...]:
    """Return the stretches of the goal that tokens cover: neighbours become one stretch."""
    stretches: list[list[int]] = []
    for token in sorted(tokens, key=lambda item: item.start):
        if stretches and not goal[stretches[-1][1] : token.start].strip():
            stretches[-1][1] = token.end
        else:
            stretches.append([token.start, token.end])
    return tuple(Words(goal[start:end], start, end) for start, end in stretches)


def number_of(token: Token) -> int | float:
    """Return the number a token writes."""
    text = token.text.replace(",", "")
    return float(text) if "." in text else int(text)
