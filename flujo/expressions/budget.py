"""What one rendering may spend: steps, bytes of live values and depth, all charged before the work is done.

One step is about a microsecond of work: an operator, an element handled one by one, 1,024 bytes copied or searched at
memory speed, or 4 values walked over. Bytes are UTF-8 bytes of texts, and 32 for each element of a new list or mapping.
"""

from __future__ import annotations

from typing import Final

from flujo.core.values import JsonValue
from flujo.expressions.faults import Fault

MAX_STEPS: Final = 200_000
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 64
TRIAL_STEPS: Final = 8_192
TRIAL_BYTES: Final = 2 * 1024 * 1024
SLOT: Final = 32
"""Bytes that a list or mapping is charged for each element."""

HELP: Final = "do the heavy work in a skill; templates are for small glue"


def over(what: str) -> Fault:
    """Return the fault of a template that wants more than a rendering may have."""
    return Fault("FLJ0406", what, help=HELP)


class Budget:
    """The account of one rendering."""

    __slots__ = ("held", "max_bytes", "max_steps", "steps")

    def __init__(self, max_steps: float = MAX_STEPS, max_bytes: float = MAX_BYTES) -> None:
        self.steps = 0
        self.held = 0
        self.max_steps = max_steps
        self.max_bytes = max_bytes

    def spend(self, steps: int) -> None:
        """Charge steps."""
        self.steps += steps
        if self.steps > self.max_steps:
            raise over(f"the template takes more than {MAX_STEPS:,} steps")

    def reserve(self, steps: int) -> None:
        """Charge the rounds of a loop before the first one."""
        Budget.spend(self, steps)

    def begin(self, steps: int) -> None:
        """Note that reserved rounds are now really run."""

    def work(self, size: int) -> None:
        """Charge work at memory speed over `size` bytes."""
        self.spend(1 + (size >> 10))

    def hold(self, size: int) -> None:
        """Charge `size` bytes that a value will take."""
        self.held += size
        if self.held > self.max_bytes:
            raise over("the template makes values of more than 16 MiB")

    def make(self, size: int) -> None:
        """Charge making a text of `size` bytes."""
        self.hold(size)
        self.work(size)

    def make_list(self, length: int) -> None:
        """Charge making a list or mapping of `length` elements at memory speed."""
        self.hold(SLOT * length)
        self.spend(1 + (length >> 4))

    def each(self, length: int) -> None:
        """Charge handling `length` elements one by one and keeping a result for each."""
        self.hold(SLOT * length)
        self.spend(1 + length)

    def weigh(self, value: JsonValue) -> tuple[int, int, int]:
        """Walk over a value; return its size as JSON in bytes (an upper bound), its count of values and its depth."""
        size = count = deepest = charged = 0
        stack = [(value, 1)]
        while stack:
            item, depth = stack.pop()
            count += 1
            kind = type(item)
            if kind is str:
                size += text_size(item) + 2 + (0 if item.isascii() and item.isprintable() else len(item))
            elif kind is list or kind is dict:
                if depth > MAX_DEPTH:
                    raise over(f"a value is nested deeper than {MAX_DEPTH} levels")
                deepest = max(deepest, depth)
                size += 2 + 2 * len(item)
                self.spend(len(item) >> 4)
                if kind is dict:
                    size += sum(map(len, item)) * 4 + 4 * len(item)
                    stack.extend((part, depth + 1) for part in item.values())
                else:
                    stack.extend((part, depth + 1) for part in item)
            else:
                size += number_size(item)
            if count - charged >= 64:
                self.spend(16)
                charged = count
            if self.held + size > self.max_bytes:
                raise over("the template makes values of more than 16 MiB")
        self.spend(1)
        return size, count, deepest


class Trial(Budget):
    """An account for evaluating constants while compiling: it gives up early, but still finds what is over budget."""

    __slots__ = ("patience", "patience_bytes", "reserved")

    def __init__(self, patience: int = TRIAL_STEPS, patience_bytes: int = TRIAL_BYTES) -> None:
        super().__init__()
        self.patience = patience
        self.patience_bytes = patience_bytes
        self.reserved = 0

    def spend(self, steps: int) -> None:
        """Charge steps; raise GaveUp when the work is too much for a trial, though it fits a rendering."""
        super().spend(steps)
        if self.steps - self.reserved > self.patience:
            raise GaveUp

    def reserve(self, steps: int) -> None:
        """Charge rounds that are not run yet: the first round shows whether a nested loop is over budget."""
        self.reserved += steps
        super().reserve(steps)

    def begin(self, steps: int) -> None:
        """Take reserved rounds for real."""
        self.reserved -= steps
        self.spend(0)

    def hold(self, size: int) -> None:
        """Charge bytes; a trial has patience for few."""
        super().hold(size)
        if self.held > self.patience_bytes:
            raise GaveUp


class GaveUp(Exception):
    """A trial would take too long; it says nothing about the template."""


def text_size(text: str) -> int:
    """Return the UTF-8 bytes of a text; for short ones an upper bound."""
    length = len(text)
    if text.isascii():
        return length
    return 4 * length if length < 1024 else len(text.encode("utf-8", "surrogatepass"))


def number_size(value: JsonValue) -> int:
    """Return the characters a number, boolean or null takes as JSON (an upper bound)."""
    return 24 if type(value) is not int else 2 + value.bit_length() * 78 // 256
