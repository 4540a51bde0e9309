"""Filters between CSV text and lists of mappings."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget, text_size
from flujo.expressions.faults import Fault, bad_argument, type_error
from flujo.expressions.filters.arguments import text, text_argument
from flujo.expressions.operators import SLOWLY, a, to_text


def parse_csv(budget: Budget, value: JsonValue, delimiter: JsonValue = ",") -> list[JsonValue]:
    """Return the rows of a CSV text as mappings by its first row; all cells are text, empty lines are skipped."""
    source = text(value, "parse_csv").removeprefix("\ufeff")
    budget.make(2 * text_size(source))
    budget.work(SLOWLY * text_size(source))
    budget.each(source.count(_delimiter(delimiter, "parse_csv")) + source.count("\n") + source.count("\r"))
    rows = _rows(source, str(delimiter))
    head = next(rows, (1, []))[1]
    if len(set(head)) != len(head):
        raise type_error("`parse_csv` found two columns of the same name")
    result: list[JsonValue] = []
    for line, row in rows:
        if len(row) != len(head):
            raise type_error(f"`parse_csv` found {len(row)} cells in line {line}, where the first row has {len(head)}")
        result.append(dict(zip(head, row, strict=True)))
    return result


def _rows(source: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    import csv  # noqa: PLC0415 - only where a template reads a table

    reader = csv.reader(io.StringIO(source, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise _unreadable(reader.line_num, error) from error


def _unreadable(line: int, error: Exception) -> Fault:
    return type_error(f"`parse_csv` cannot read line {line}: {error}")


def _delimiter(value: JsonValue, name: str) -> str:
    mark = text_argument(value, name, "delimiter")
    if len(mark) != 1 or mark in '"\r\n':
        raise bad_argument(f"`delimiter` of `{name}` is one character, no quote and no line end")
    return mark


def to_csv(budget: Budget, value: JsonValue, delimiter: JsonValue = ",") -> str:
    """Return a list of mappings as CSV text: a first row of all keys, null as nothing, other values as in text."""
    import csv  # noqa: PLC0415 - only where a template writes a table

    if type(value) is not list or not all(type(row) is dict for row in value):
        raise type_error(f"`to_csv` needs a list of mappings, not {a(value)}")
    mark = _delimiter(delimiter, "to_csv")
    columns: dict[str, None] = {}
    for row in value:
        budget.spend(1 + len(row))
        columns |= dict.fromkeys(row)
    budget.make(sum(text_size(column) + 3 for column in columns))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator="\n")
    if columns:
        writer.writerow(columns)
    for row in value:
        budget.each(len(columns))
        cells = ["" if row.get(column) is None else to_text(budget, row[column]) for column in columns]
        budget.make(sum(2 * text_size(cell) + 3 for cell in cells))
        writer.writerow(cells)
    return out.getvalue()


FILTERS: Final[dict[str, Callable[..., Any]]] = {"parse_csv": parse_csv, "to_csv": to_csv}
"""Filters by name."""
