"""Expressions that make a value of others: `[a, b]`, `{'k': a}`, `a ~ b`, `a < b < c`."""

from __future__ import annotations

from typing import Any

from flujo.core.values import JsonValue
from flujo.expressions.budget import text_size
from flujo.expressions.faults import At, type_error
from flujo.expressions.frame import Eval, Frame
from flujo.expressions.operators import Binary, a, to_text


def list_of(parts: list[Eval]) -> Eval:
    """Return a list's expression."""

    def run(frame: Frame) -> Any:
        frame.budget.each(len(parts))
        return [part(frame) for part in parts]

    return run


def mapping_of(pairs: list[tuple[Eval, Eval, At]]) -> Eval:
    """Return a mapping's expression: each key, its value, and the key's place."""

    def run(frame: Frame) -> Any:
        frame.budget.each(2 * len(pairs))
        result: dict[str, JsonValue] = {}
        for key, value, at in pairs:
            name = key(frame)
            if type(name) is not str:
                frame.at = at
                raise type_error(f"keys of a mapping are text, not {a(name)}")
            result[name] = value(frame)
        return result

    return run


def text_of(parts: list[Eval], at: At) -> Eval:
    """Return the expression of values joined as text."""

    def run(frame: Frame) -> Any:
        budget = frame.budget
        budget.spend(len(parts))
        values = [part(frame) for part in parts]
        frame.at = at
        texts = []
        for value in values:
            if type(value) is str:
                budget.make(text_size(value))
            texts.append(to_text(budget, value))
        return "".join(texts)

    return run


def compared(first: Eval, rest: list[tuple[Binary, Eval]], at: At) -> Eval:
    """Return the expression of a chain of comparisons; it ends at the first that does not hold."""

    def run(frame: Frame) -> Any:
        left = first(frame)
        for work, evaluate in rest:
            right = evaluate(frame)
            frame.at = at
            frame.budget.spend(1)
            if not work(frame.budget, left, right):
                return False
            left = right
        return True

    return run
