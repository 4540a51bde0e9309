"""The real clock, ids and user: the only places that ask the machine for time, chance and names."""

from __future__ import annotations

import asyncio
import getpass
import secrets
import time
from collections.abc import Callable

from flujo.core.ids import RunId
from flujo.core.ports import Clock, Ids
from flujo.core.record import dataclass

_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o, u."""


_NUMBERS = 32**5
_STRIDE = 20_736_469
"""Odd, so that all numbers have their turn; near the golden section, so that neighbours differ from the first sign."""


class SystemClock:
    """Wall time (the port `Clock`)."""

    def now(self) -> int:
        """Return microseconds since 1970 UTC."""
        return time.time_ns() // 1000

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Fresh ids (the port `Ids`): seven signs of seconds, a dash, five signs of chance; they sort by time.

    Chance says where a process begins; from there it takes numbers that are far apart and never the same again, since
    by chance alone one of 300 bursts of 500 runs in a second would have two with one id.
    """

    def __init__(self) -> None:
        self._number = secrets.randbelow(_NUMBERS)

    def run_id(self) -> RunId:
        """Return a new run's id."""
        self._number = (self._number + _STRIDE) % _NUMBERS
        return RunId(f"{_base32(int(time.time()), 7)}-{_base32(self._number, 5)}")

    def seed(self) -> str:
        """Return a new run's seed: 128 bits in hex."""
        return secrets.token_hex(16)


def _base32(number: int, width: int) -> str:
    signs = []
    for _ in range(width):
        number, rest = divmod(number, 32)
        signs.append(_SIGNS[rest])
    return "".join(reversed(signs))


def user_name() -> str:
    """Return the name of the user of this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@dataclass(frozen=True, slots=True)
class System:
    """What an App takes from the machine besides files: time, chance, and the name of its user."""

    clock: Clock
    ids: Ids
    user: Callable[[], str]


REAL = System(SystemClock(), SystemIds(), user_name)
