"""Rows: lists of mappings as tables. Columns, order, groups and joins, in pure functions over JSON data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final, Literal

from flujo.core.errors import SkillError
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, canonical_bytes, type_name

MAX_CELLS: Final = 3_000_000
"""Rows times columns of a table: more than a value of 16 MiB can hold."""

Key = tuple[str, JsonValue]


def bad_data(message: str, help: str | None = None) -> SkillError:
    """Return the error for data that cannot be worked on as asked."""
    return SkillError(message, code="FLJ0614", retry="never", help=help)


def columns_of(rows: Iterable[JsonObject]) -> list[str]:
    """Return all columns, in the order in which they first appear."""
    return list(dict.fromkeys(column for row in rows for column in row))


def check_columns(rows: Sequence[JsonObject], wanted: Sequence[str]) -> None:
    """Raise SkillError FLJ0614 for a column that no row has; a table without rows has every column."""
    check_size(len(rows) * len(wanted))
    there = dict.fromkeys(columns_of(rows))
    for column in wanted if rows else ():
        if column not in there:
            near = did_you_mean(column, there)
            names = ", ".join(f"`{name}`" for name in islice(there, 20))
            raise bad_data(
                f"there is no column `{column}`", f"did you mean `{near}`?" if near else f"there are {names}"
            )


def check_size(cells: int) -> None:
    """Raise SkillError FLJ0614 for a table that would be too large."""
    if cells > MAX_CELLS:
        raise bad_data(f"the table would have more than {MAX_CELLS:,} cells")


def key_of(value: JsonValue) -> Key:
    """Return what stands for a value where equal ones meet: 1 and 1.0 are equal, 1 and true are not."""
    kind = type_name(value)
    if kind in ("list", "mapping"):
        return kind, canonical_bytes(value)
    return ("number" if kind == "integer" else kind), value


def in_order(rows: Sequence[JsonObject], by: Sequence[str], descending: bool) -> list[JsonObject]:
    """Return rows ordered by columns, equal ones as they were, nulls last in both directions."""
    check_columns(rows, by)
    for column in by:
        _one_kind([row.get(column) for row in rows], column)
    ordered = list(rows)
    for column in reversed(by):
        filled = [row for row in ordered if row.get(column) is not None]
        empty = [row for row in ordered if row.get(column) is None]
        filled.sort(key=lambda row, column=column: row[column], reverse=descending)  # type: ignore[misc]
        ordered = filled + empty
    return ordered


def _one_kind(values: Iterable[JsonValue], column: str) -> str | None:
    """Return the one type that values have besides null; raise SkillError FLJ0614 if they cannot be compared."""
    kinds = {key_of(value)[0]: value for value in values if value is not None}
    if len(kinds) > 1:
        listed = " and ".join(f"{kind} ({value!r:.40})" for kind, value in list(kinds.items())[:2])
        raise bad_data(f"column `{column}` holds values that cannot be compared: {listed}")
    kind = next(iter(kinds), None)
    if kind in ("list", "mapping"):
        raise bad_data(f"column `{column}` holds a {kind}, which has no order")
    return kind


def joined(
    rows: Sequence[JsonObject], other: Sequence[JsonObject], on: Sequence[str], how: Literal["inner", "left"]
) -> list[JsonObject]:
    """Return each row with the fields of the rows of `other` that have the same values in `on`; null equals nothing."""
    check_columns(rows, on)
    check_columns(other, on)
    added = [column for column in columns_of(other) if column not in on]
    both = [column for column in columns_of(rows) if column in added]
    if both:
        raise bad_data(
            f"both tables have the column `{both[0]}`", "leave it out of one of them first, with `table.select`"
        )
    check_size(len(other) * len(added))
    partners: dict[tuple[Key, ...], list[JsonObject]] = {}
    for row in other:
        key = _key(row, on)
        if ("null", None) not in key:
            partners.setdefault(key, []).append({column: row.get(column) for column in added})
    nothing: list[JsonObject] = [dict.fromkeys(added)] if how == "left" else []
    pairs = [(row, partners.get(_key(row, on), nothing)) for row in rows]
    check_size(sum(len(matching) for _, matching in pairs) * (len(columns_of(rows)) + len(added)))
    return [{**row, **partner} for row, matching in pairs for partner in matching]


def _key(row: JsonObject, columns: Sequence[str]) -> tuple[Key, ...]:
    return tuple(key_of(row.get(column)) for column in columns)


def grouped(
    rows: Sequence[JsonObject], by: Sequence[str], aggregates: Sequence[tuple[str, str, str | None]]
) -> list[JsonObject]:
    """Return one row a group, in order of first appearance; `aggregates` are name, operation and column."""
    check_columns(rows, [*by, *(column for _, _, column in aggregates if column is not None)])
    for name, op, column in aggregates:
        if name in by:
            raise bad_data(f"`{name}` is both a column to group by and the name of an aggregate")
        if column is None and op != "count":
            raise bad_data(f"the aggregate `{name}` needs a `column` to take the {op} of")
    groups: dict[tuple[Key, ...], list[JsonObject]] = {}
    for row in rows:
        groups.setdefault(_key(row, by), []).append(row)
    return [
        {column: members[0].get(column) for column in by}
        | {name: _aggregate(members, op, column) for name, op, column in aggregates}
        for members in groups.values()
    ]


def _aggregate(rows: Sequence[JsonObject], op: str, column: str | None) -> JsonValue:
    if column is None:
        return len(rows)
    values = [row[column] for row in rows if row.get(column) is not None]
    if op == "count":
        return len(values)
    kind = _one_kind(values, column)
    if op in ("sum", "mean") and kind not in ("number", None):
        raise bad_data(
            f"column `{column}` holds {kind}, which has no {op}",
            "read the table with `table.parse_csv` and `types: true`",
        )
    return _OPERATIONS[op](values)


def _sum(values: Sequence[JsonValue]) -> JsonValue:
    if all(isinstance(value, int) for value in values):
        return sum(values)
    return _finite(lambda: math.fsum(values))


def _mean(values: Sequence[JsonValue]) -> JsonValue:
    return _finite(lambda: _sum(values) / len(values)) if values else None


def _finite(calculate: Callable[[], float]) -> float:
    try:
        return calculate()
    except OverflowError as error:
        raise bad_data("the result is too large for a number") from error


_OPERATIONS: Final[dict[str, Callable[[Sequence[JsonValue]], JsonValue]]] = {
    "sum": _sum,
    "mean": _mean,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}
