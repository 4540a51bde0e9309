"""What a compiled expression is: a closure over a Frame. Undefined results are Missing until something needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.core.graph import Names
from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget
from flujo.expressions.faults import At, Missing

UNSET: Final = object()
"""What is in the slot of a local name before it is set."""


class Frame:
    """One rendering of one text: where names come from, what may be spent, local names, and the place of the work."""

    __slots__ = ("at", "budget", "names", "slots", "text")

    def __init__(self, names: Names, budget: Budget, text: str, slots: int) -> None:
        self.names = names
        self.budget = budget
        self.text = text
        self.slots: list[Any] = [UNSET] * slots
        self.at: At = (0, len(text))


Eval = Callable[[Frame], Any]
"""An expression: gives a JSON value or Missing."""

Op = Callable[[Frame, Any], Any]
"""What is done to a value on its left: `.name`, `+ 1`, `| upper`; gives a JSON value or Missing."""

Statement = Callable[[Frame, list[str]], None]
"""A statement or piece of text: adds to the output."""


def need(frame: Frame, value: Any) -> JsonValue:
    """Return a value that must be there; raise the fault of one that is Missing."""
    if type(value) is Missing:
        raise value.fault(frame.text)
    return value


def strict(evaluate: Eval) -> Eval:
    """Return an expression that is never Missing."""

    def run(frame: Frame) -> JsonValue:
        value = evaluate(frame)
        if type(value) is Missing:
            raise value.fault(frame.text)
        return value

    return run


def constant(value: JsonValue) -> Eval:
    """Return the expression that is always `value`."""
    return lambda frame: value


def chain(base: Eval, ops: list[Op]) -> Eval:
    """Return an expression and all that is done to it, from left to right; priced by its length."""
    if not ops:
        return base
    if len(ops) == 1:
        only = ops[0]

        def run_one(frame: Frame) -> Any:
            frame.budget.spend(1)
            return only(frame, base(frame))

        return run_one
    sequence = tuple(ops)
    price = len(sequence)

    def run(frame: Frame) -> Any:
        frame.budget.spend(price)
        value = base(frame)
        for op in sequence:
            value = op(frame, value)
        return value

    return run
