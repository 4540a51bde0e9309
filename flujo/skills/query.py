"""JMESPath queries with a bound: a query of fifty characters can ask for more than any memory holds.

`[@, @] | [@, @] | ...` doubles a value at each step while sharing its parts, so it costs nothing until something walks
over all of it. Therefore every value that arises is measured as a tree, with shared parts counted each time, and
refused before a function, a comparison or the journal walks over it.
"""

from __future__ import annotations

from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter

from flujo.core.values import MAX_VALUE_BYTES, JsonValue, ValueProblem, check
from flujo.skills.rows import bad_data

MAX_QUERY: Final = 4_096
MAX_STEPS: Final = 2_000_000


class _OverBudget(Exception):
    """The query takes more steps, or makes a larger value, than it may."""


class _Meter:
    """Counts steps and measures values; a part that was measured once is not walked over again."""

    def __init__(self) -> None:
        self._left = MAX_STEPS
        self._sizes: dict[int, int] = {}
        self._measured: list[Any] = []  # keeps the values alive, so that no id is used twice

    def pay(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _OverBudget

    def size(self, value: Any) -> int:
        """Return how many values and characters a walk over `value` meets."""
        if isinstance(value, str):
            return 1 + len(value)
        if not isinstance(value, list | dict):
            return 1
        known = self._sizes.get(id(value))
        if known is None:
            self.pay(len(value))
            parts = value.values() if isinstance(value, dict) else value
            known = 1 + sum(map(self.size, parts)) + (sum(map(len, value)) if isinstance(value, dict) else 0)
            if known > MAX_VALUE_BYTES:
                raise _OverBudget
            self._sizes[id(value)] = known
            self._measured.append(value)
        return known


class _Functions(Functions):  # type: ignore[misc]  # jmespath has no types
    """The functions of JMESPath, paid for by the sizes of their arguments."""

    def __init__(self, meter: _Meter) -> None:
        super().__init__()
        self._meter = meter

    def call_function(self, function_name: str, resolved_args: list[Any]) -> Any:
        self._meter.pay(sum(map(self._meter.size, resolved_args)))
        if function_name == "join" and len(resolved_args) == 2 and isinstance(resolved_args[1], list):
            self._meter.pay(self._meter.size(resolved_args[0]) * len(resolved_args[1]))
        return super().call_function(function_name, resolved_args)


class _Interpreter(TreeInterpreter):  # type: ignore[misc]
    """JMESPath's interpreter, which pays for each node and measures what it gives."""

    def __init__(self, meter: _Meter) -> None:
        super().__init__(Options(custom_functions=_Functions(meter)))
        self._meter = meter
        self._comparing = 0

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        value = super().visit(node, *args, **kwargs)
        size = self._meter.size(value)
        self._meter.pay(size if self._comparing else 1)
        return value

    def visit_comparator(self, node: Any, value: Any) -> Any:
        self._comparing += 1
        result = super().visit_comparator(node, value)
        self._comparing -= 1
        return result


def answer(query: str, value: JsonValue) -> JsonValue:
    """Return what a JMESPath query picks out of a value; raise SkillError FLJ0614."""
    if len(query) > MAX_QUERY:
        raise bad_data(f"the query is longer than {MAX_QUERY:,} characters")
    try:
        result = _Interpreter(_Meter()).visit(jmespath.compile(query).parsed, value)
        check(result)
    except _OverBudget as error:
        raise bad_data("the query takes too much work, or its result is too large") from error
    except RecursionError as error:
        raise bad_data("the query is nested too deeply") from error
    except ValueProblem as error:
        raise bad_data(f"the query gives something that is not JSON data: {error}") from error
    except (JMESPathError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        reason = " ".join(str(error).split("\n")[0].split()).rstrip(":.")
        raise bad_data(f"the query cannot be answered: {reason}") from error
    return result
