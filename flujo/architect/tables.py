"""Operations on a table as calls of the `table` skills."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.architect.building import Chain
from flujo.architect.expression import Condition, Joined, Not, Test, expression, tests_of
from flujo.architect.grounding import Grounding
from flujo.architect.operations import COUNT_COLUMN, Operation
from flujo.architect.plan import Computed, Fixed, Param
from flujo.architect.render import text_literal
from flujo.architect.words import Words


def needs_types(operations: Sequence[Operation], grounding: Grounding) -> bool:
    """Say whether the cells must be read as numbers: something is compared, added up or sorted by size."""
    for operation in operations:
        tests = tests_of(operation.condition) if operation.condition is not None else ()
        if any(test.needs_numbers and test.column for test in tests):
            return True
        if operation.kind == "sort" and any(
            name != COUNT_COLUMN and grounding.holds_numbers(name) for name in operation.columns
        ):
            return True
        if any(aggregate.column for aggregate in operation.aggregates):
            return True
    return False


def add_operation(
    chain: Chain, operation: Operation, grounding: Grounding, because: Sequence[Words], *, typed: bool
) -> None:
    """Add the step of one operation."""
    columns = list(operation.columns)
    one = columns[0] if len(columns) == 1 else columns
    match operation.kind:
        case "filter":
            where = _where(operation, grounding, typed)
            chain.call("keep", "table.filter", {"where": Fixed(where)}, because)
        case "group":
            params: dict[str, Param] = {"by": Fixed(one)}
            if [item.op for item in operation.aggregates] != ["count"]:
                params["aggregate"] = Fixed(
                    {
                        item.name: {"op": item.op, "column": item.column} if item.column else {"op": item.op}
                        for item in operation.aggregates
                    }
                )
            chain.call("count_by_" + "_".join(columns) if len(params) == 1 else "group", "table.group", params, because)
        case "sort":
            params = {"by": Fixed(one)}
            if operation.descending:
                params["descending"] = Fixed(True)
            chain.call("sort", "table.sort", params, because)
        case "select":
            chain.call("select", "table.select", {"columns": Fixed(columns)}, because)
        case "top":
            template = f"{{{{ steps.{chain.at}.output[:{operation.limit}] }}}}"
            chain.call(f"first_{operation.limit}", "core.pass", {"value": Computed(template)}, because, type="array")
        case "count":
            template = f"{{{{ steps.{chain.at}.output | length }}}}"
            chain.call("count", "core.pass", {"value": Computed(template)}, because, type="integer")


def _where(operation: Operation, grounding: Grounding, typed: bool) -> str:
    assert operation.condition is not None

    def literal(column: str, value: str | int | float) -> str:
        if not isinstance(value, str):
            return str(value)
        if typed and grounding.sample is not None and value:
            cells = {cell for cell in grounding.values_of(column) if cell}
            if grounding.holds_numbers(column) or cells <= {"true", "false"}:
                return value
        return text_literal(value)

    return expression(_with_count(operation.condition), literal)


def _with_count(condition: Condition) -> Condition:
    """Return the condition with the column of counts where no column is named."""
    match condition:
        case Test(column="", operator=operator, values=values):
            return Test(COUNT_COLUMN, operator, values)
        case Not(inner=inner):
            return Not(_with_count(inner))
        case Joined(word=word, parts=parts):
            return Joined(word, tuple(_with_count(part) for part in parts))
        case _:
            return condition
