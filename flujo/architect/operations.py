"""What a goal asks to be done with a table: sorting, counting by columns, sums, the first rows, columns to keep."""

from __future__ import annotations

from typing import Literal

from flujo.architect.expression import Condition, tests_of
from flujo.architect.grounding import COMMON_COLUMNS, Grounding
from flujo.architect.reading import Reading
from flujo.architect.words import Token, number_of
from flujo.core.record import dataclass

Use = Literal["filter", "group", "count", "sort", "select", "top"]

_NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "one ein eine uno un une",
            "two zwei dos deux",
            "three drei tres trois",
            "four vier cuatro quatre",
            "five funf cinco cinq",
            "six sechs seis",
            "seven sieben siete sept",
            "eight acht ocho huit",
            "nine neun nueve neuf",
            "ten zehn diez dix",
        ),
        start=1,
    )
    for word in words.split()
}
COUNT_COLUMN = "count"
_NO_COLUMNS_TEXT = """
glue stop and or not thing show write keep drop count sort make convert approving checking by
"""
_NO_COLUMNS = tuple(_NO_COLUMNS_TEXT.split())


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A figure for each group."""

    name: str
    op: Literal["count", "sum", "mean", "min", "max"]
    column: str = ""


@dataclass(slots=True)
class Operation:
    """One thing to do with a table; `use` is the mark its words carry in the reading."""

    kind: Use
    use: str
    start: int
    columns: tuple[str, ...] = ()
    descending: bool = False
    aggregates: tuple[Aggregate, ...] = ()
    limit: int = 0
    condition: Condition | None = None

    @property
    def tested(self) -> tuple[str, ...]:
        """The columns that a filter compares; the empty name stands for the count."""
        return () if self.condition is None else tuple(test.column for test in tests_of(self.condition))


@dataclass(frozen=True, slots=True)
class Named:
    """Columns in a row: `country and city`."""

    names: tuple[str, ...]
    end: int
    notes: tuple[str, ...]


def guessed_columns(reading: Reading) -> tuple[str, ...]:
    """Return what must be columns by the way the goal speaks of them, for a file that cannot be looked at."""
    found: list[str] = []
    tokens = reading.free
    for at, token in enumerate(tokens):
        for name in ("by", "sort", "column"):
            if (end := reading.phrase_at(name, at)) is not None:
                found += _listed_words(reading, end)
        if token.kind == "word" and token.norm in COMMON_COLUMNS:
            found.append(token.norm)
        compared = any(reading.phrase_at(name, at + 1) for name in ("more", "less", "atleast", "atmost"))
        belongs = at > 0 and tokens[at - 1].plain in ("whose", "deren", "dessen", "cuyo", "cuya", "dont")
        if token.kind == "word" and (compared or belongs) and not _is_function_word(reading, at):
            found.append(token.text)
    singular = {name for name in found if f"{name}s" in found}
    return tuple(dict.fromkeys(name for name in found if name.removesuffix("s") not in singular or name in singular))


def _listed_words(reading: Reading, at: int) -> list[str]:
    """Return the words of `name, city and country`."""
    found: list[str] = []
    while at < len(reading.free):
        at = reading.phrase_at("the", at) or at
        if at >= len(reading.free):
            break
        token = reading.free[at]
        if token.kind != "word" or _is_function_word(reading, at):
            break
        if found and not _ends_list(reading, at + 1):
            break
        found.append(token.text)
        joined = reading.phrase_at("and", at + 1)
        if joined is None:
            break
        at = joined
    return found


def _ends_list(reading: Reading, at: int) -> bool:
    """Whether a list of columns can end before `at`: `by city and show it` is no list of two."""
    if at >= len(reading.free) or reading.free[at].kind == "mark" or reading.phrase_at("and", at):
        return True
    return reading.free[at].start - reading.free[at - 1].end > 1


def _is_function_word(reading: Reading, at: int) -> bool:
    return any(reading.phrase_at(name, at) == at + 1 for name in _NO_COLUMNS)


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A phrase with the columns after it."""

    tokens: tuple[Token, ...]
    named: Named

    @property
    def start(self) -> int:
        """Offset of the first word."""
        return self.tokens[0].start


class TableWords:
    """Reads the operations on a table out of the words that are still free."""

    def __init__(self, reading: Reading, grounding: Grounding, nouns: frozenset[str]) -> None:
        self.reading = reading
        self.grounding = grounding
        self.nouns = nouns
        self.notes: list[str] = []
        self.operations: list[Operation] = []

    def read(self) -> list[Operation]:
        """Return the operations in the order of their words; conditions are read after this."""
        self.reading.take_phrases("rest", "filter")
        self._tops()
        self._sorts()
        self._groups()
        self._largest_first()
        return sorted(self.operations, key=lambda item: item.start)

    def columns_at(self, at: int) -> Named | None:
        """Return the columns that are listed at `at`."""
        names: list[str] = []
        notes: list[str] = []
        end, reading = at, self.reading
        while True:
            start = reading.phrase_at("the", end) or end
            start = reading.phrase_at("column", start) or start
            column = self.grounding.column_at(reading.free, start, loosely=True)
            if column is None:
                break
            names.append(column.name)
            notes += [column.note] if column.note else []
            at = column.end
            comma = at < len(reading.free) and reading.free[at].text == ","
            end = reading.phrase_at("and", at + comma) or at + comma
            if end == at:
                break
        return Named(tuple(dict.fromkeys(names)), at, tuple(notes)) if names else None

    def _occurrences(self, name: str) -> list[_Occurrence]:
        """Return the places where a phrase of a set is followed by columns."""
        found: list[_Occurrence] = []
        at = 0
        while at < len(self.reading.free):
            end = self.reading.phrase_at(name, at)
            named = None if end is None else self.columns_at(end)
            if named is not None:
                found.append(_Occurrence(self.reading.free[at : named.end], named))
            at = at + 1 if named is None else named.end
        return found

    # --- sorting and the first rows -----------------------------------------------------------------------------------

    def _sorts(self) -> None:
        at = 0
        while at < len(self.reading.free):
            end = self.reading.phrase_at("sort", at)
            named = None if end is None else self._sort_columns(end)
            if named is None:
                at += 1
            else:
                self._sort(at, named)
        for name, descending in (("frequent", True), ("rare", False)):
            for at in range(len(self.reading.free)):
                end = self.reading.phrase_at(name, at)
                if end is not None:
                    self._add("sort", at, end, columns=(COUNT_COLUMN,), descending=descending)
                    break

    def _sort_columns(self, at: int) -> Named | None:
        """Return what is sorted by: columns, the count, or a figure such as `total amount`."""
        for op in ("sum", "mean", "min", "max"):
            end = self.reading.phrase_at(op, at)
            column = None if end is None else self.grounding.column_at(self.reading.free, end, loosely=True)
            if column is not None:
                return Named((f"{op}_{column.name}",), column.end, ())
        named = self.columns_at(at)
        if named is None:
            end = self.reading.phrase_at("countname", at)
            while end is not None and end < len(self.reading.free) and self.reading.free[end].plain in self.nouns:
                end += 1
            named = None if end is None else Named((COUNT_COLUMN,), end, ())
        return named

    def _sort(self, at: int, named: Named) -> None:
        end, descending = named.end, False
        after = end
        while after < len(self.reading.free) and self.reading.free[after].text in (",", "(", "-"):
            after += 1
        for name, value in (("desc", True), ("asc", False)):
            if (found := self.reading.phrase_at(name, after)) is not None:
                end, descending = found, value
        before = self.reading.phrase_before("desc", at)
        if before is not None:
            at, descending = before, True
        self.notes += named.notes
        self._add("sort", at, end, columns=named.names, descending=descending)

    def _tops(self) -> None:
        for at in range(len(self.reading.free)):
            end = self.reading.phrase_at("top", at)
            if end is None or end >= len(self.reading.free):
                continue
            number = _number(self.reading.free[end])
            if number is None:
                continue
            after = end + 1
            while after < len(self.reading.free):
                more = self.reading.phrase_at("topnoun", after)
                if more is None and self.reading.free[after].plain not in self.nouns:
                    break
                after = more or after + 1
            self._add("top", at, after, limit=number)
            return

    # --- groups -------------------------------------------------------------------------------------------------------

    def _groups(self) -> None:
        figures = [(op, found) for op in ("sum", "mean", "min", "max") for found in self._occurrences(op)]
        counts = self._cues("count")
        if not figures and not counts:
            return
        claimed = {token.start for _, found in figures for token in found.tokens}
        by = [found for found in self._occurrences("by") if found.start not in claimed]
        if by:
            taken = [*counts, *(token for found in (*by, *(figure for _, figure in figures)) for token in found.tokens)]
            aggregates = [Aggregate(COUNT_COLUMN, "count")] if counts else []
            for op, found in figures:
                aggregates += [Aggregate(f"{op}_{name}", op, name) for name in found.named.names]  # type: ignore[arg-type]
            columns = tuple(dict.fromkeys(name for found in by for name in found.named.names))
            self.notes += [note for found in by for note in found.named.notes]
            self.reading.take(taken, "group")
            self.reading.take(self._cues("group", follow=False), "group")
            start = min(token.start for token in taken)
            self.operations.append(Operation("group", "group", start, columns, aggregates=tuple(aggregates)))
        elif counts and not figures:
            self.reading.take(counts, "count")
            self.operations.append(Operation("count", "count", counts[0].start))

    def _largest_first(self) -> None:
        """Read `highest first` after a single figure."""
        group = next((item for item in self.operations if item.kind == "group"), None)
        if group is None or len(group.aggregates) != 1 or any(item.kind == "sort" for item in self.operations):
            return
        for name, descending in (("desc", True), ("asc", False)):
            for at in range(len(self.reading.free)):
                end = self.reading.phrase_at(name, at)
                if end is not None and self.reading.free[end - 1].plain == "first":
                    columns = (group.aggregates[0].name,)
                    self._add("sort", at, end, columns=columns, descending=descending)
                    return

    def _cues(self, name: str, *, follow: bool = True) -> list[Token]:
        """Return the words of the phrases of a set (the longest ones), with what may follow them."""
        found: list[Token] = []
        at = 0
        while at < len(self.reading.free):
            end = self.reading.phrase_at(name, at)
            if end is None:
                at += 1
                continue
            while follow and end < len(self.reading.free):
                more = self.reading.phrase_at("countnoun", end)
                if more is None:
                    break
                end = more
            found += self.reading.free[at:end]
            at = end
        return found

    def _add(self, kind: Use, at: int, end: int, **fields: object) -> None:
        use = f"{kind}{len(self.operations)}"
        start = self.reading.free[at].start
        self.reading.take(self.reading.free[at:end], use)
        self.operations.append(Operation(kind, use, start, **fields))  # type: ignore[arg-type]


def _number(token: Token) -> int | None:
    if token.kind == "number" and "." not in token.text:
        return int(number_of(token))
    return _NUMBER_WORDS.get(token.plain)
