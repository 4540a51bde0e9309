"""Why an edit is refused."""

from __future__ import annotations

from flujo.core.record import dataclass
from flujo.core.spans import Path


@dataclass(eq=False)
class Refused(Exception):
    """An edit that is not made: code, message, the part it is about, help."""

    code: str
    message: str
    path: Path = ()
    help: str | None = None
