"""The real clock, ids and user: the only places that ask the machine for time, chance and names."""

from __future__ import annotations

import asyncio
import getpass
import secrets
import time

from flujo.core.ids import RunId

_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o, u."""


class SystemClock:
    """Wall time (the port `Clock`)."""

    def now(self) -> int:
        """Return microseconds since 1970 UTC."""
        return time.time_ns() // 1000

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Fresh ids (the port `Ids`): seven signs of seconds, a dash, five signs of chance; they sort by time."""

    def run_id(self) -> RunId:
        """Return a new run's id."""
        chance = "".join(secrets.choice(_SIGNS) for _ in range(5))
        return RunId(f"{_base32(int(time.time()), 7)}-{chance}")

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
