"""What goes wrong inside a template: a fault carries a code, a message and offsets in the template's text."""

from __future__ import annotations

from flujo.core.record import dataclass

At = tuple[int, int]
"""Start and end offset in a template's text."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a fault says, without the Python frames that an exception keeps alive."""

    code: str
    message: str
    help: str | None
    at: At


class Fault(Exception):
    """A fault of a template; `at` is filled in by whoever knows where the work was going on."""

    def __init__(self, code: str, message: str, *, help: str | None = None, at: At | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.at = at

    def problem(self, elsewhere: At) -> Problem:
        """Return what the fault says; `elsewhere` is its place if it has none yet."""
        return Problem(self.code, self.message, self.help, self.at or elsewhere)


@dataclass(frozen=True, slots=True)
class Missing:
    """An undefined value: the expression at `at` has none, because `why`.

    It never leaves the evaluator: `default()` and `is defined` accept it, everything else raises its fault.
    """

    at: At
    why: str
    help: str | None = None

    def fault(self, text: str) -> Fault:
        """Return the fault; `text` is the template's text, which names the expression."""
        name = " ".join(text[self.at[0] : self.at[1]].split())
        help = self.help or "use `default(...)` or `is defined` where the value may be missing"
        return Fault("FLJ0404", f"`{shorten(name)}` is undefined: {self.why}", help=help, at=self.at)


def shorten(text: str, limit: int = 60) -> str:
    """Return a user's words, cut to what fits into a message."""
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def type_error(message: str, help: str | None = None) -> Fault:
    """Return the fault of an operator or filter that met a value of the wrong type."""
    return Fault("FLJ0405", message, help=help)


def bad_argument(message: str, help: str | None = None) -> Fault:
    """Return the fault of a call with wrong arguments."""
    return Fault("FLJ0408", message, help=help)


def no_result(message: str) -> Fault:
    """Return the fault of a calculation without a result."""
    return Fault("FLJ0409", message)
