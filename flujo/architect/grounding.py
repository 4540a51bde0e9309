"""What words mean in the data at hand: columns by their names, values by the cells that hold them.

A word is grounded in exactly one place or not at all; nothing is guessed. What had to be taken for granted is noted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from flujo.architect.lexicon import Lexicon
from flujo.architect.words import Token, tokens_of
from flujo.architect.workbench import Sample
from flujo.core.record import dataclass

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPLIT = re.compile(r"[^\w]+|_|(?<=[a-z])(?=[A-Z])")

_COMMON = """
status state priority severity type category country city region product name amount price quantity customer owner
department team level date service total score age author language size color colour brand currency project group
role channel vendor supplier year month
"""
COMMON_COLUMNS = frozenset(_COMMON.split())
"""Names that are taken for a column when the file is not there to be looked at."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that words of the goal name."""

    name: str
    end: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that words of the goal name, with the columns it occurs in."""

    where: Mapping[str, str]
    end: int
    text: str
    notes: Mapping[str, str] = field(default_factory=dict)


class Grounding:
    """The columns and values that a table has; `sample` is None when its file cannot be looked at."""

    def __init__(self, lexicon: Lexicon, sample: Sample | None, guessed: Sequence[str] = ()) -> None:
        self.lexicon = lexicon
        self.sample = sample
        self.columns: tuple[str, ...] = sample.columns if sample else tuple(dict.fromkeys(guessed))
        self._columns = {name: _name_words(name) for name in self.columns}
        self._cells = _cells(sample)

    def column_at(self, tokens: Sequence[Token], at: int, *, loosely: bool = False) -> Column | None:
        """Return the column that the words at `at` name; `loosely` lets one word of a longer name do."""
        best: Column | None = None
        for name, words in self._columns.items():
            end = self._names(tokens, at, name, words)
            if end is not None and (best is None or end > best.end):
                best = Column(name, end)
        if best is None and at < len(tokens):
            best = self._translated(tokens, at) or (self._partly(tokens, at) if loosely else None)
        return best

    def _names(self, tokens: Sequence[Token], at: int, name: str, words: tuple[str, ...]) -> int | None:
        if at < len(tokens) and tokens[at].kind == "quoted":
            return at + 1 if tokens[at].value.casefold() == name.casefold() else None
        if at < len(tokens) and tokens[at].kind == "word" and tokens[at].norm == name.casefold():
            return at + 1
        position = at
        for number, word in enumerate(words):
            if number and position < len(tokens) and tokens[position].text == "-":
                position += 1
            if position >= len(tokens) or tokens[position].kind != "word":
                return None
            if tokens[position].norm not in _numbers(word) and tokens[position].plain not in _numbers(word):
                return None
            position += 1
        return position if words else None

    def _translated(self, tokens: Sequence[Token], at: int) -> Column | None:
        token = tokens[at]
        english = self.lexicon.english(token.plain) if token.kind == "word" else None
        found = [name for name in self.columns if name.casefold() == english]
        return Column(found[0], at + 1, f"`{token.text}` is read as the column `{found[0]}`") if found else None

    def _partly(self, tokens: Sequence[Token], at: int) -> Column | None:
        token = tokens[at]
        if token.kind != "word" or len(token.norm) < 3:
            return None
        found = [name for name, words in self._columns.items() if any(token.norm in _numbers(word) for word in words)]
        if len(found) != 1:
            return None
        return Column(found[0], at + 1, f"`{token.text}` is read as the column `{found[0]}`")

    def cell_at(self, tokens: Sequence[Token], at: int) -> Cell | None:
        """Return the value that the words at `at` name: the longest one, in the spelling nearest to the words."""
        for length in range(min(8, len(tokens) - at), 0, -1):
            part = tokens[at : at + length]
            key = tuple(_cell_word(token) for token in part)
            if found := self._cells.get(key):
                return self._cell(part, found, at + length)
        return self._other_form(tokens, at)

    def _cell(self, part: Sequence[Token], found: Mapping[str, Sequence[str]], end: int) -> Cell:
        text = " ".join(token.value for token in part)
        where, notes = {}, {}
        for column, spellings in found.items():
            exact = [item for item in spellings if _same(item, part)]
            if not exact and len(spellings) > 1:
                continue
            where[column] = (exact or spellings)[0]
            others = [item for item in spellings if item != where[column]]
            if others:
                listed = ", ".join(f"`{item}`" for item in others)
                notes[column] = f"`{where[column]}` in `{column}` is taken exactly: {listed} is another value"
            elif not exact:
                notes[column] = f"`{text}` is read as `{where[column]}`, as `{column}` has it"
        return Cell(where, end, text, notes)

    def _other_form(self, tokens: Sequence[Token], at: int) -> Cell | None:
        token = tokens[at] if at < len(tokens) else None
        if token is None or token.kind != "word":
            return None
        forms = [self.lexicon.english(token.plain)]
        if self.lexicon.language == "en" and len(token.norm) > 3 and token.norm.endswith("s"):
            forms.append(token.norm[:-1])
        for form in forms:
            found = self._cells.get((form,)) if form else None
            if found:
                where = {column: spellings[0] for column, spellings in found.items() if len(spellings) == 1}
                notes = {
                    name: f"`{token.text}` is read as the value `{cell}` of `{name}`" for name, cell in where.items()
                }
                return Cell(where, at + 1, token.text, notes)
        return None

    def holds_numbers(self, column: str) -> bool:
        """Say whether a column holds nothing but numbers and empty cells, as far as was seen."""
        if self.sample is None:
            return True
        cells = [cell for cell in self.sample.values.get(column, ()) if cell != ""]
        return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)

    def values_of(self, column: str) -> tuple[str, ...]:
        """Return the values of a column that were seen."""
        return self.sample.values.get(column, ()) if self.sample else ()


def _name_words(name: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _SPLIT.split(name) if word)


def _numbers(word: str) -> set[str]:
    """Return a noun's singular and plural."""
    forms = {word, word + "s", word + "es"}
    if word.endswith("y"):
        forms.add(word[:-1] + "ies")
    if word.endswith("s") and len(word) > 3:
        forms.add(word[:-1])
    if word.endswith("ies"):
        forms.add(word[:-3] + "y")
    return forms


def _cell_word(token: Token) -> str:
    return token.value.casefold() if token.kind == "quoted" else token.norm.removesuffix("'s")


def _same(cell: str, part: Sequence[Token]) -> bool:
    if len(part) == 1 and part[0].kind == "quoted":
        return cell == part[0].value
    return [token.text for token in tokens_of(cell)] == [token.text for token in part]


def _cells(sample: Sample | None) -> dict[tuple[str, ...], dict[str, list[str]]]:
    cells: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for column, values in (sample.values if sample else {}).items():
        for value in values:
            keys = {tuple(token.norm for token in tokens_of(value)), (value.casefold(),)}
            for key in keys:
                if value.strip():
                    cells.setdefault(key, {}).setdefault(column, []).append(value)
    return cells
