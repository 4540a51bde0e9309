"""CSV: text to rows and back, as RFC 4180 has it, with a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from flujo.core.values import MAX_VALUE_BYTES, JsonObject, JsonValue
from flujo.skills.plain import as_text
from flujo.skills.rows import bad_data

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,4299})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,307})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?")
_NEEDS_QUOTES = re.compile('[",\r\n]|^\ufeff')
_EMPTY = '""'
"""The only cell of a row, when it is empty: an empty line would be no row."""
_BOOLEANS = {"true": True, "false": False}


def parse_csv(text: str, types: bool) -> list[JsonObject]:
    """Return the rows of a CSV text as mappings; raise SkillError FLJ0614 naming the row.

    With `types`, a column whose cells are all numbers, or all booleans, becomes such, and its empty cells null.
    """
    records = _records(text.removeprefix("\ufeff"))
    if not records:
        return []
    header = [name.strip() for name in records[0][1]]
    _check_header(header)
    for number, (line, cells) in enumerate(records[1:], 1):
        if len(cells) != len(header):
            raise bad_data(
                f"row {number} (it ends in line {line}) has {len(cells)} cells, the header has {len(header)}"
            )
    columns: list[list[JsonValue]] = [[cells[index] for _, cells in records[1:]] for index in range(len(header))]
    if types:
        columns = [_typed(column) for column in columns]
    return [dict(zip(header, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _records(text: str) -> list[tuple[int, list[str]]]:
    """Return the non-empty records with the line each ends in."""
    csv.field_size_limit(MAX_VALUE_BYTES)  # the module's own limit, 128 KiB, is less than a value may have
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise bad_data(f"the text is not CSV: {error}, in line {reader.line_num}") from error


def _check_header(header: Sequence[str]) -> None:
    for index, name in enumerate(header):
        if not name:
            raise bad_data(f"column {index + 1} has no name in the header")
        if name in header[:index]:
            raise bad_data(f"two columns of the header are called `{name}`")


def _typed(cells: list[JsonValue]) -> list[JsonValue]:
    """Return the cells of one column as what all of them are, or as they are."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return cells
    kinds: tuple[Callable[[str], JsonValue], ...] = (_number, lambda cell: _BOOLEANS.get(cell.lower()))
    for kind in kinds:
        found = {cell: kind(cell) for cell in set(filled)}
        if None not in found.values():
            return [found[cell] if cell else None for cell in cells]
    return cells


def _number(cell: str) -> JsonValue:
    """Return the number a cell is; None for other texts, such as ones with leading zeros."""
    if _WHOLE.fullmatch(cell):
        return int(cell)
    if not _NUMBER.fullmatch(cell):
        return None
    number = float(cell)
    return number if number - number == 0 else None


def csv_text(rows: Sequence[JsonObject], columns: Sequence[str]) -> str:
    """Return rows as CSV with a header; null is an empty cell, a list or mapping is JSON."""
    if not columns:
        return ""
    lines = [[_cell(column) for column in columns]]
    lines += [[_cell(row.get(column)) for column in columns] for row in rows]
    return "".join(f"{','.join(cells) or _EMPTY}\n" for cells in lines)


def _cell(value: JsonValue) -> str:
    """Return a cell, in quotes where it needs them (csv.writer leaves a carriage return bare)."""
    text = "" if value is None else as_text(value)
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
