"""The filter that shows a moment as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget
from flujo.expressions.faults import bad_argument, shorten, type_error
from flujo.expressions.filters.arguments import text_argument
from flujo.expressions.operators import a, is_number

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

PARTS: Final[dict[str, Callable[[datetime], str]]] = {
    "Y": lambda at: f"{at.year:04}",
    "m": lambda at: f"{at.month:02}",
    "d": lambda at: f"{at.day:02}",
    "H": lambda at: f"{at.hour:02}",
    "I": lambda at: f"{at.hour % 12 or 12:02}",
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "f": lambda at: f"{at.microsecond:06}",
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "y": lambda at: f"{at.year % 100:02}",
    "j": lambda at: f"{at.timetuple().tm_yday:03}",
    "B": lambda at: _MONTHS[at.month - 1],
    "b": lambda at: _MONTHS[at.month - 1][:3],
    "A": lambda at: _DAYS[at.weekday()],
    "a": lambda at: _DAYS[at.weekday()][:3],
    "u": lambda at: str(at.isoweekday()),
    "G": lambda at: f"{at.isocalendar().year:04}",
    "V": lambda at: f"{at.isocalendar().week:02}",
    "F": lambda at: f"{at.year:04}-{at.month:02}-{at.day:02}",
    "T": lambda at: f"{at.hour:02}:{at.minute:02}:{at.second:02}",
    "s": lambda at: str((at - _EPOCH) // timedelta(seconds=1)),
    "z": lambda at: "+0000",
    "Z": lambda at: "UTC",
    "%": lambda at: "%",
}
"""What `%X` stands for. The C library's strftime depends on the platform, and `%1000000Y` makes it fill memory."""


def date(budget: Budget, value: JsonValue, format: JsonValue = "%Y-%m-%d") -> str:
    """Return a moment (an ISO 8601 text, or seconds since 1970) in UTC, in a format of `%Y`, `%m`, `%d` and so on."""
    shape = text_argument(format, "date", "format")
    moment = _moment(value)
    budget.each(shape.count("%"))
    budget.make(len(shape) * 8)
    head, *rest = shape.replace("%%", "%\0").split("%")
    texts = [head]
    for part in rest:
        letter = "%" if part[:1] == "\0" else part[:1]
        if letter not in PARTS:
            raise bad_argument(f"`%{letter}` is no part of a date", "the parts are " + " ".join(f"%{x}" for x in PARTS))
        texts += [PARTS[letter](moment), part[1:]]
    return "".join(texts)


def _moment(value: JsonValue) -> datetime:
    try:
        if is_number(value):
            return _EPOCH + timedelta(seconds=value)
        if type(value) is str and len(value) < 64:
            moment = datetime.fromisoformat(value.strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        shown = shorten(str(value), 40)
        raise type_error(f"`date` cannot read `{shown}` as a moment", "ISO 8601, as 2026-11-21T09:30:00Z") from error
    raise type_error(f"`date` needs an ISO 8601 text or seconds since 1970, not {a(value)}")


FILTERS: Final[dict[str, Callable[..., Any]]] = {"date": date}
"""Filters by name."""
