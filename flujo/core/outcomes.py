"""What became of a call or a region: suspension and failure are values, not exceptions."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from flujo.core.codes import CODES
from flujo.core.codes.entry import ErrorClass
from flujo.core.ids import Address, TaskId
from flujo.core.record import dataclass
from flujo.core.values import EMPTY, JsonObject, JsonValue

RetryClass = Literal["rate_limit", "timeout", "connection", "invalid_output", "other", "never"]
"""What `retry.on` can name; `other` is met by `any` only, `never` by nothing (structural failures)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call spent; `usd` is None when the price is unknown, never 0 instead."""

    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0
    usd: float | None = 0.0

    def __add__(self, other: Usage) -> Usage:
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Usage(
            self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out, self.calls + other.calls, usd
        )

    def to_json(self) -> JsonObject:
        """Return the public JSON form (design 9)."""
        return {"usd": self.usd, "tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "calls": self.calls}


NOTHING_SPENT = Usage()


@dataclass(frozen=True, slots=True)
class Done:
    """The work succeeded. `detail` is journaled beside the output (a model's request, what a skill printed)."""

    output: JsonValue
    labels: frozenset[str] = EMPTY
    usage: Usage = NOTHING_SPENT
    detail: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The work failed. `step` is where it began; `retry` says which `retry.on` word takes it up."""

    code: str
    message: str
    step: Address = Address("")
    retry: RetryClass = "other"
    error_class: ErrorClass = "semantic"
    help: str | None = None
    usage: Usage = NOTHING_SPENT
    detail: JsonObject | None = field(default=None, compare=False)
    retry_after: float | None = None
    attempts: int = 1
    file: str | None = None
    line: int | None = None

    def to_json(self) -> JsonObject:
        """Return the public JSON form (design 9); inside a catch `error` is the same."""
        return {
            "code": self.code,
            "class": self.error_class,
            "message": self.message,
            "step": self.step,
            "attempts": self.attempts,
            "file": self.file,
            "line": self.line,
            "help": self.help,
        }

    @staticmethod
    def from_json(error: JsonObject) -> Failed:
        """Return the failure that `to_json` described, as far as the journal keeps it."""
        return Failed(
            error["code"],
            error["message"],
            Address(error["step"]),
            error.get("retry", "other"),
            error["class"],
            error["help"],
            attempts=error["attempts"],
            file=error["file"],
            line=error["line"],
        )

    @staticmethod
    def of(code: str, message: str, *, retry: RetryClass = "other", help: str | None = None) -> Failed:
        """Return a failure whose class is the one the catalogue gives its code."""
        return Failed(code, message, retry=retry, error_class=CODES[code].error_class, help=help)


@dataclass(frozen=True, slots=True)
class Suspended:
    """The work waits: for people, whose open questions are `tasks`, or for the moment `due` (microseconds)."""

    tasks: tuple[TaskId, ...] = ()
    due: int | None = None


Outcome = Done | Failed | Suspended


def waiting(*suspended: Suspended) -> Suspended:
    """Return the suspension that waits for all of these, and goes on by itself at the earliest moment of any."""
    tasks = tuple(task for one in suspended for task in one.tasks)
    return Suspended(tasks, min((one.due for one in suspended if one.due is not None), default=None))
