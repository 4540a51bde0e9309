"""Skills on tables: lists of mappings, one a row, such as a CSV file holds."""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from flujo.core.errors import TemplateError
from flujo.core.values import JsonObject, JsonValue, a_type
from flujo.skills.csv_text import csv_text
from flujo.skills.csv_text import parse_csv as rows_of_csv
from flujo.skills.decorator import skill
from flujo.skills.plain import as_text
from flujo.skills.rows import bad_data, check_columns, columns_of, grouped, in_order, joined

Rows = list[JsonObject]
Names = str | list[str]


@with_config(ConfigDict(extra="forbid", strict=True))
class Aggregate(TypedDict):
    """What to work out of each group."""

    op: Literal["count", "sum", "mean", "min", "max"]
    column: NotRequired[str]


@skill(effect="pure", idempotent=True)
def parse_csv(text: str, types: bool = False) -> Rows:
    """Read CSV text into a table; the first line names the columns.

    Args:
        text: The CSV, with commas; cells in double quotes may hold commas and line breaks.
        types: Whether columns of numbers or booleans become such, and their empty cells null; else all is text.

    Examples:
        {uses: table.parse_csv, with: {text: "{{ steps.read.output }}"}}
    """
    return rows_of_csv(text, types)


@skill(effect="pure", idempotent=True)
def to_csv(rows: Rows, columns: list[str] | None = None) -> str:
    """Write a table as CSV text.

    Args:
        rows: The table.
        columns: Which columns, in this order; all by default.

    Examples:
        {uses: table.to_csv, with: {columns: [id, title]}}
    """
    return csv_text(rows, _chosen(rows, columns))


@skill(effect="pure", idempotent=True, main="rows")
def filter(rows: Rows, where: str) -> Rows:
    """Keep the rows of a table for which a condition is true.

    Args:
        rows: The table.
        where: The condition, an expression over `row`, without braces.

    Examples:
        {uses: table.filter, with: {where: "row.status == 'open' and row.priority == 'high'"}}
        {uses: table.filter, with: {where: "row.amount is not none and row.amount > 100"}}
    """
    from flujo.expressions import compile_expression, evaluate

    try:
        condition = compile_expression(where, frozenset({"row"}))
    except TemplateError as error:
        raise bad_data(f"`where` is not a condition: {error}", error.diagnostic.help) from error
    kept = []
    for number, row in enumerate(rows, 1):
        try:
            answer = evaluate(condition, {"row": row})
        except TemplateError as error:
            raise bad_data(f"`where` fails for row {number}: {error}", error.diagnostic.help) from error
        if not isinstance(answer, bool):
            raise bad_data(f"`where` gives {a_type(answer)} for row {number}, not true or false")
        if answer:
            kept.append(row)
    return kept


@skill(effect="pure", idempotent=True, main="rows")
def sort(rows: Rows, by: Names, descending: bool = False) -> Rows:
    """Sort the rows of a table by one or several columns.

    Args:
        rows: The table.
        by: The column, or a list of columns, the most important first. Rows without a value come last.
        descending: Whether the largest comes first.

    Examples:
        {uses: table.sort, with: {by: created, descending: true}}
    """
    return in_order(rows, _listed(by), descending)


@skill(effect="pure", idempotent=True, main="rows")
def group(rows: Rows, by: Names, aggregate: dict[str, Aggregate] | None = None) -> Rows:
    """Group the rows of a table by columns and count them, or work out sums, means, minima or maxima.

    Args:
        rows: The table.
        by: The column, or a list of columns; rows with the same values in them are one group.
        aggregate: What to work out, by the name of its new column; by default `{count: {op: count}}`.

    Examples:
        {uses: table.group, with: {by: product}}
        {uses: table.group, with: {by: country, aggregate: {total: {op: sum, column: amount}}}}
    """
    wanted = {"count": Aggregate(op="count")} if aggregate is None else aggregate
    return grouped(rows, _listed(by), [(name, item["op"], item.get("column")) for name, item in wanted.items()])


@skill(effect="pure", idempotent=True, main="rows")
def join(rows: Rows, other: Rows, on: Names, how: Literal["inner", "left"] = "inner") -> Rows:
    """Join two tables: add to each row the columns of the rows of another table that have the same key.

    Args:
        rows: The table.
        other: The other table.
        on: The column, or columns, that both have.
        how: Whether rows without a partner are left out (inner) or kept with nulls (left).

    Examples:
        {uses: table.join, with: {other: "{{ steps.customers.output }}", on: customer_id, how: left}}
    """
    return joined(rows, other, _listed(on), how)


@skill(effect="pure", idempotent=True, main="rows")
def select(rows: Rows, columns: list[str]) -> Rows:
    """Keep only some columns of a table, in the order given.

    Args:
        rows: The table.
        columns: The columns to keep.

    Examples:
        {uses: table.select, with: {columns: [name, city]}}
    """
    chosen = _chosen(rows, columns)
    return [{column: row.get(column) for column in chosen} for row in rows]


@skill(effect="pure", idempotent=True)
def to_markdown(rows: Rows, columns: list[str] | None = None) -> str:
    """Write a table as a Markdown table, for people to read.

    Args:
        rows: The table.
        columns: Which columns, in this order; all by default.

    Examples:
        {uses: table.to_markdown}
    """
    chosen = _chosen(rows, columns)
    if not chosen:
        return ""
    rules = ["---:" if _is_numeric(rows, column) else "---" for column in chosen]
    lines = [[_markdown(column) for column in chosen], rules]
    lines += [[_markdown(row.get(column)) for column in chosen] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _listed(names: Names) -> list[str]:
    listed = [names] if isinstance(names, str) else names
    if not listed:
        raise bad_data("no column is named")
    return listed


def _chosen(rows: Rows, columns: list[str] | None) -> list[str]:
    if columns is None:
        columns = columns_of(rows)
    check_columns(rows, columns)
    return list(dict.fromkeys(columns))


def _is_numeric(rows: Rows, column: str) -> bool:
    filled = [row[column] for row in rows if row.get(column) is not None]
    return bool(filled) and all(type(value) in (int, float) for value in filled)


def _markdown(value: JsonValue) -> str:
    """Return a cell: no character of it can end the cell, the row, or begin HTML."""
    text = "" if value is None else as_text(value)
    for char, escaped in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;")):
        text = text.replace(char, escaped)
    return "<br>".join(text.splitlines())
