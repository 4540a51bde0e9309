"""Reading parts of values: `.key`, `[index]`, local names, `range`; what is not there is Missing, not an error yet."""

from __future__ import annotations

from typing import Any, Final

from flujo.core.values import type_name
from flujo.expressions.budget import over
from flujo.expressions.faults import At, Missing, bad_argument, shorten, type_error
from flujo.expressions.frame import UNSET, Eval, Frame, Op

MAX_RANGE: Final = 1 << 48
"""Numbers larger than this are not counted through."""


def local(slot: int, outer: Eval) -> Eval:
    """Return a local name; where it is not set, `outer`."""

    def run(frame: Frame) -> Any:
        value = frame.slots[slot]
        return outer(frame) if value is UNSET else value

    return run


def field(key: str, at: At) -> Op:
    """Return `.key`: the value of a mapping's key, else undefined."""

    def run(frame: Frame, value: Any) -> Any:
        if type(value) is dict:
            try:
                return value[key]
            except KeyError:
                return Missing(at, f"the mapping has no key `{shorten(key)}`")
        if type(value) is Missing:
            return value
        return Missing(at, f"{_why_no_key(value)}")

    return run


def _why_no_key(value: Any) -> str:
    return "what is before it is null" if value is None else f"what is before it is {_a(value)}, not a mapping"


def _a(value: Any) -> str:
    from_type = type_name(value)
    return from_type if from_type == "text" else f"{'an' if from_type[0] == 'i' else 'a'} {from_type}"


def element(key: Eval, at: At) -> Op:
    """Return `[key]`: an element of a list or text, or the value of a mapping's key, else undefined."""

    def run(frame: Frame, value: Any) -> Any:
        if type(value) is Missing:
            return value
        index = key(frame)
        if type(value) is dict and type(index) is str:
            return value[index] if index in value else Missing(at, f"the mapping has no key `{shorten(index)}`")
        if type(value) in (list, str) and type(index) is int:
            length = len(value)
            if -length <= index < length:
                return value[index]
            return Missing(at, f"there are only {length} elements")
        if value is None:
            return Missing(at, "what is before it is null")
        return Missing(at, f"{_a(value)} has no element `{shorten(str(index))}`")

    return run


def steps_of(parts: list[Eval], at: At) -> Eval:
    """Return `range(...)` as Python's range: only loops see it."""

    def run(frame: Frame) -> range:
        bounds = [part(frame) for part in parts]
        frame.at = at
        for bound in bounds:
            if type(bound) is not int:
                raise type_error(f"`range` takes integers, not {_a(bound)}")
        if len(bounds) == 3 and bounds[2] == 0:
            raise bad_argument("the step of `range` cannot be 0")
        steps = range(*bounds)
        if max(abs(steps.start - steps.stop) // abs(steps.step), abs(steps.start)) > MAX_RANGE:
            raise over("the range is too large")
        return steps

    return run


def numbers(steps: Eval) -> Eval:
    """Return `range(...)` as a list."""

    def run(frame: Frame) -> list[int]:
        found = steps(frame)
        frame.budget.make_list(len(found))
        return list(found)

    return run
