"""What the architect may ask of the world, all through one port: it does no I/O itself.

Creating starts no process, imports nothing of the project and reaches no network but the configured model.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Protocol

from flujo.core.diagnostics import Diagnostic
from flujo.core.outcomes import Failed
from flujo.core.ports import ModelReply, ModelRequest, SkillSpec
from flujo.core.record import dataclass

MAX_DISTINCT = 200
"""A column with more distinct values than this is known by its first ones only."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a CSV file looks like: its columns, and the distinct values of each in order of appearance.

    `whole` says whether every row was seen.
    """

    path: str
    columns: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    rows: int
    whole: bool = True


class Workbench(Protocol):
    """The project as the architect sees it; `app` implements it."""

    @property
    def model(self) -> str | None:
        """Name of the model to plan with; None plans offline."""
        ...

    def specs(self) -> Sequence[SkillSpec]:
        """Return the skills there are, from the catalogue and the lock."""
        ...

    def files(self) -> Sequence[str]:
        """Return the paths of the project's files."""
        ...

    def sample(self, path: str) -> Sample | None:
        """Peek at a CSV file of the project; None when it is not there or is no CSV (`sample_of` reads the text)."""
        ...

    def compile(self, text: str, name: str) -> Sequence[Diagnostic]:
        """Compile a blueprint's text and return what is wrong with it."""
        ...

    async def complete(self, request: ModelRequest) -> ModelReply | Failed:
        """Send one request to the model."""
        ...


def sample_of(path: str, text: str, *, whole: bool = True) -> Sample | None:
    """Return the sample of a CSV text; of a text that was cut off (`whole` false) the last record is left out."""
    try:
        records = [record for record in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if record]
    except csv.Error:
        return None
    if not whole:
        records = records[:-1]
    if not records or len(set(records[0])) != len(records[0]) or not all(name.strip() for name in records[0]):
        return None
    columns = tuple(records[0])
    distinct: dict[str, dict[str, None]] = {name: {} for name in columns}
    complete = whole
    for record in records[1:]:
        for name, cell in zip(columns, record, strict=False):
            seen = distinct[name]
            if len(seen) < MAX_DISTINCT:
                seen.setdefault(cell)
            elif cell not in seen:
                complete = False
    values = {name: tuple(seen) for name, seen in distinct.items()}
    return Sample(path, columns, values, len(records) - 1, complete)
