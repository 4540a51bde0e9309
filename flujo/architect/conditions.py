"""The conditions in a goal: `the open ones with priority high`, `everything that is not open`, `an amount over 100`.

Words are read into tests, tests are joined by `and`, `or` and `not`. Where the words can be read in two ways the
reading is refused, with the reason: a wrong condition would give wrong figures silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Literal

from flujo.architect.expression import Condition, Operator, Test, joined, negated
from flujo.architect.grounding import Grounding
from flujo.architect.reading import Reading
from flujo.architect.words import Token, number_of
from flujo.core.record import dataclass

_COMPARISONS: tuple[tuple[str, Operator], ...] = (
    ("atleast", ">="),
    ("atmost", "<="),
    ("more", ">"),
    ("less", "<"),
)
_TEXT_TESTS: tuple[Operator, ...] = ("contains", "starts", "ends")


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a condition: a test, a word that joins, or a column that is only named."""

    kind: Literal["test", "column", "and", "or", "not", "neither", "both", ","]
    condition: Condition | None = None
    column: str = ""
    end: int = 0
    mixed: bool = False
    """The test has a comparison of its own, so it is no member of a list of values."""
    weak: bool = False
    """The column's name is also an everyday word for rows (`items`)."""


@dataclass(slots=True)
class Run:
    """Words that together say which rows are kept or dropped."""

    drop: bool = False
    cued: bool = False
    items: list[Item] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    columns_said: bool = False
    loose: set[int] = field(default_factory=set)
    """Offsets of words without a meaning of their own."""
    start: int = -1
    """Offset of the first word that tests or names something."""

    @property
    def columns(self) -> list[str]:
        """The columns that are only named, if the run holds nothing else."""
        named = [item.column for item in self.items if item.kind == "column"]
        return named if named and not any(item.kind in ("test", "not", "or", "neither") for item in self.items) else []


class Ambiguous(ValueError):
    """Words that can be read in two ways; the text says how."""


def runs_of(reading: Reading, grounding: Grounding, nouns: frozenset[str]) -> list[Run]:
    """Read the conditions among the free words; words that mean nothing here stay outside every run."""
    return _Scanner(reading, grounding, nouns).scan()


class _Scanner:
    def __init__(self, reading: Reading, grounding: Grounding, nouns: frozenset[str]) -> None:
        self.reading = reading
        self.tokens: Sequence[Token] = reading.free
        self.grounding = grounding
        self.nouns = nouns
        self.runs: list[Run] = [Run()]
        self.last_column = ""

    def scan(self) -> list[Run]:
        at = 0
        while at < len(self.tokens):
            at = self._step(at)
        return [run for run in self.runs if any(item.kind in ("test", "column") for item in run.items)]

    def _step(self, at: int) -> int:
        token = self.tokens[at]
        if token.ends_sentence and token.text != ":":
            self._new_run()
            return at + 1
        if (end := self._cue(at)) is not None:
            return end
        if (item := self._atom(at)) is not None:
            return self._add(item, at)
        if token.plain == "nor":
            return self._add(Item("neither", end=at + 1), at)
        for kind in ("neither", "both", "not", "or", "and"):
            if (end := self.reading.phrase_at(kind, at, self.tokens)) is not None:
                return self._add(Item(kind, end=end), at)
        if token.text == ",":
            return self._add(Item(",", end=at + 1), at)
        for kind in ("column", "glue"):
            if (end := self.reading.phrase_at(kind, at, self.tokens)) is not None:
                self.runs[-1].tokens += self.tokens[at:end]
                self.runs[-1].columns_said |= kind == "column"
                if kind == "glue":
                    self.runs[-1].loose.update(token.start for token in self.tokens[at:end])
                return end
        if token.plain in self.nouns or (token.kind == "mark" and token.text in "-:()"):
            self.runs[-1].tokens.append(token)
            return at + 1
        self._new_run()
        return at + 1

    def _new_run(self) -> None:
        self.runs.append(Run())
        self.last_column = ""

    def _cue(self, at: int) -> int | None:
        drop, keep = self.reading.phrase_at("drop", at, self.tokens), self.reading.phrase_at("keep", at, self.tokens)
        end = max((end for end in (drop, keep) if end is not None), default=None)
        if end is None:
            return None
        only = self.tokens[at].plain in ("only", "just") and end == at + 1
        run = self.runs[-1]
        if run.items and run.items[-1].kind == "not":
            raise Ambiguous(f"it is not clear what `not {self.tokens[at].text}` leaves")
        if only and run.items:
            run.tokens += self.tokens[at:end]
            return end
        if run.items or (run.cued and not only and run.drop != (end == drop)):
            self._new_run()
        run = self.runs[-1]
        run.drop = end == drop if not run.cued else run.drop
        run.cued = True
        run.tokens += self.tokens[at:end]
        return end

    def _add(self, item: Item, at: int) -> int:
        test = item.condition
        counts = isinstance(test, Test) and test.column == ""
        if counts and any(other.kind == "test" for other in self.runs[-1].items):
            self._new_run()  # `more than 10` of what was counted is a condition of its own
        run = self.runs[-1]
        if item.kind == "test" and run.items and run.items[-1].kind == "not":
            self._refuse_far(at)
        run.items.append(item)
        if run.start < 0 and item.kind in ("test", "column"):
            run.start = self.tokens[at].start
        run.tokens += self.tokens[at : item.end]
        if item.column and not item.weak:
            self.last_column = item.column
        return item.end

    def _refuse_far(self, at: int) -> None:
        """Refuse a `not` that other words part from its test: it may belong to those."""
        before = max(index for index in range(at) if self._is_not(index))
        between = range(self.tokens[before].end, self.tokens[at].start)
        if any(token.start in between and self.reading.use_of(token) for token in self.reading.tokens):
            raise Ambiguous("it is not clear what the `not` belongs to")

    def _is_not(self, at: int) -> bool:
        return self.reading.phrase_at("not", at, self.tokens) is not None

    # --- one test -----------------------------------------------------------------------------------------------------

    def _atom(self, at: int) -> Item | None:
        return (
            self._column_first(at)
            or self._comparison(at)
            or self._absence(at)
            or self._value_first(at)
            or self._name(at)
        )

    def _name(self, at: int) -> Item | None:
        column = self.grounding.column_at(self.tokens, at)
        if column is None:
            return None
        weak = column.end == at + 1 and self.reading.phrase_at("glue", at, self.tokens) is not None
        if not weak:
            self._note(column.note)
        return Item("column", column=column.name, end=column.end, weak=weak)

    def _note(self, text: str | None) -> None:
        if text:
            self.runs[-1].notes.append(text)

    def _column_first(self, at: int) -> Item | None:
        column = self.grounding.column_at(self.tokens, at)
        if column is None:
            return None
        position, negative = self._verb(column.end)
        item = self._after_column(column.name, position)
        if item is None:
            return None
        self._note(column.note)
        return replace(item, condition=negated(item.condition)) if negative and item.condition else item

    def _verb(self, at: int) -> tuple[int, bool]:
        """Skip `is`, `of`, `=` and `not` after a column; say whether a `not` was among them."""
        negative = False
        while at < len(self.tokens):
            if any(self.reading.phrase_at(kind, at, self.tokens) for kind, _ in _COMPARISONS):
                break
            empty = self.reading.phrase_at("filled", at, self.tokens)
            is_, not_ = (self.reading.phrase_at(kind, at, self.tokens) for kind in ("is", "not"))
            if empty is not None:
                break
            if not_ is not None and not_ >= (is_ or 0):
                at, negative = not_, not negative
            elif is_ is not None:
                at = is_
            elif (the := self.reading.phrase_at("the", at, self.tokens)) is not None:
                at = the
            elif self.tokens[at].text == ":":
                at += 1
            else:
                break
        return at, negative

    def _after_column(self, column: str, at: int) -> Item | None:
        if (compared := self._compared(at)) is not None:
            return self._measured(column, *compared)
        if (between := self._between(column, at)) is not None:
            return between
        for kind in ("filled", "empty"):
            if (end := self.reading.phrase_at(kind, at, self.tokens)) is not None:
                test: Condition = Test(column, "empty")
                return Item("test", test if kind == "empty" else negated(test), column, end, mixed=True)
        for operator in _TEXT_TESTS:
            after = self.reading.phrase_at(operator, at, self.tokens)
            part = self.tokens[after] if after is not None and after < len(self.tokens) else None
            if after is not None and part is not None and part.kind in ("quoted", "word", "number"):
                return Item("test", Test(column, operator, (part.value,)), column, after + 1, mixed=True)
        return self._equal(column, at)

    def _equal(self, column: str, at: int) -> Item | None:
        if at >= len(self.tokens):
            return None
        token = self.tokens[at]
        if token.kind == "number" and self.grounding.holds_numbers(column):
            return Item("test", Test(column, "==", (number_of(token),)), column, at + 1)
        if self.grounding.sample is None:
            known = self.reading.lexicon.has("glue", token.plain) or self.reading.lexicon.has("stop", token.plain)
            cue = any(
                self.reading.phrase_at(kind, at, self.tokens) for kind in ("and", "or", "not", "keep", "drop", "by")
            )
            if token.kind not in ("word", "quoted") or known or cue or self.grounding.column_at(self.tokens, at):
                return None
            self._note(f"`{column}` is a column, and `{token.value}` a value of it in exactly this spelling")
            return Item("test", Test(column, "in", (token.value,)), column, at + 1)
        cell = self.grounding.cell_at(self.tokens, at)
        if cell is None or column not in cell.where:
            return None
        self._note(cell.notes.get(column))
        return Item("test", Test(column, "in", (cell.where[column],)), column, cell.end)

    def _compared(self, at: int) -> tuple[Operator, Token, int] | None:
        best: tuple[Operator, Token, int] | None = None
        for kind, operator in _COMPARISONS:
            end = self.reading.phrase_at(kind, at, self.tokens)
            if end is None or end >= len(self.tokens) or self.tokens[end].kind != "number":
                continue
            if best is None or end + 1 > best[2]:
                best = (operator, self.tokens[end], end + 1)
        return best

    def _between(self, column: str, at: int) -> Item | None:
        end = self.reading.phrase_at("between", at, self.tokens)
        if end is None or end + 2 >= len(self.tokens) or not self.reading.phrase_at("and", end + 1, self.tokens):
            return None
        low, high = self.tokens[end], self.tokens[end + 2]
        if low.kind != "number" or high.kind != "number" or not self.grounding.holds_numbers(column):
            return None
        tests: list[Condition] = [Test(column, ">=", (number_of(low),)), Test(column, "<=", (number_of(high),))]
        self._note(f"`between {low.text} and {high.text}` has both ends in it")
        return Item("test", joined("and", tests), column, end + 3, mixed=True)

    def _measured(self, column: str, operator: Operator, value: Token, end: int) -> Item | None:
        if not self.grounding.holds_numbers(column):
            return None
        return Item("test", Test(column, operator, (number_of(value),)), column, end, mixed=True)

    def _comparison(self, at: int) -> Item | None:
        """Read `more than 10 pieces`, and `more than 10` of what was counted."""
        compared = self._compared(at)
        if compared is None:
            return None
        operator, value, end = compared
        after = end
        while after < len(self.tokens) and self.tokens[after].plain in ("of", "in", "the", "for"):
            after += 1
        counted = after < len(self.tokens) and self.tokens[after].plain in self.nouns
        column = None if counted else self.grounding.column_at(self.tokens, after, loosely=True)
        if column is not None and self.grounding.holds_numbers(column.name):
            self._note(column.note)
            return self._measured(column.name, operator, value, column.end)
        return Item("test", Test("", operator, (number_of(value),)), "", end, mixed=True)

    def _absence(self, at: int) -> Item | None:
        for kind in ("without", "empty"):
            end = self.reading.phrase_at(kind, at, self.tokens)
            if end is None:
                continue
            end = self.reading.phrase_at("the", end, self.tokens) or end
            column = self.grounding.column_at(self.tokens, end)
            if column is not None and self._after_column(column.name, self._verb(column.end)[0]) is None:
                self._note(column.note)
                return Item("test", Test(column.name, "empty"), column.name, column.end, mixed=True)
        return None

    def _value_first(self, at: int) -> Item | None:
        token = self.tokens[at]
        if token.kind not in ("word", "quoted"):
            return None
        cell = self.grounding.cell_at(self.tokens, at)
        if cell is None or not cell.where or (cell.end == at + 1 and self._is_plain_word(at)):
            return None
        after = cell.end + 1 if cell.end < len(self.tokens) and self.tokens[cell.end].text == "-" else cell.end
        column = self.grounding.column_at(self.tokens, after)
        if column is not None and column.name in cell.where:
            self._note(column.note)
            self._note(cell.notes.get(column.name))
            return Item("test", Test(column.name, "in", (cell.where[column.name],)), column.name, column.end)
        name = self.last_column if self.last_column in cell.where and self._continues() else ""
        if not name and len(cell.where) > 1:
            raise Ambiguous(f"`{cell.text}` is a value of {_listed(cell.where)}: say which column")
        name = name or next(iter(cell.where))
        self._note(cell.notes.get(name) or f"`{cell.where[name]}` is a value of the column `{name}`")
        return Item("test", Test(name, "in", (cell.where[name],)), name, cell.end)

    def _is_plain_word(self, at: int) -> bool:
        """Whether a word carries no meaning of its own here, though a cell may hold it (`the`, `and`, `it`)."""
        kinds = ("glue", "and", "or", "not")
        return self.tokens[at].kind == "word" and any(
            self.reading.phrase_at(kind, at, self.tokens) == at + 1 for kind in kinds
        )

    def _continues(self) -> bool:
        """Whether the next test goes on with a list of values: `open or waiting`."""
        items = self.runs[-1].items
        return bool(items) and items[-1].kind in ("and", "or", ",", "not", "neither")


def _listed(names: object) -> str:
    return " and of ".join(f"`{name}`" for name in names)  # type: ignore[attr-defined]
