"""What the engine asks of a store: the port `Store`, and the records that pass through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from flujo.core.ids import Address, Digest, RunId, TaskId
from flujo.core.record import dataclass
from flujo.core.rows import Row, RunStatus


@dataclass(frozen=True, slots=True)
class RunHeader:
    """A run in a list: a projection of its events, written in the same transaction."""

    run: RunId
    name: str
    status: RunStatus
    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class TaskHeader:
    """What a run waits for, in a list: a question (a projection of TaskOpened), or the `event` of that name."""

    task: TaskId
    run: RunId
    name: str
    step: Address
    opened: int
    event: str = ""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What a resume needs to know of a row before it reads it."""

    seq: int
    type: str
    address: Address
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An output that later calls may take again: the event that holds it, by the key of such calls."""

    key: Digest
    run: RunId
    seq: int


@dataclass(frozen=True, slots=True)
class Projection:
    """Changes of the listing tables that go with an append."""

    status: RunStatus | None = None
    opened: tuple[TaskHeader, ...] = ()
    closed: tuple[TaskId, ...] = ()
    created: RunHeader | None = None
    kept: tuple[Kept, ...] = ()

    def then(self, later: Projection) -> Projection:
        """Return this change and a later one as one."""
        if self is NO_CHANGE or later is NO_CHANGE:
            return later if self is NO_CHANGE else self
        return Projection(
            later.status or self.status,
            self.opened + later.opened,
            self.closed + later.closed,
            self.created or later.created,
            self.kept + later.kept,
        )


NO_CHANGE = Projection()


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one run that are written together, with the blobs they name and the change of the listing tables."""

    rows: Sequence[Row]
    blobs: Mapping[Digest, bytes]
    change: Projection = NO_CHANGE


class Claim(Protocol):
    """The right to drive a run: held by one process at a time."""

    @property
    def epoch(self) -> int:
        """The number that fences older owners out; part of every append."""
        ...


class Store(Protocol):
    """Where events and blobs live; it knows nothing about graphs. Every failure is a StateError with a code."""

    def create(self, header: RunHeader) -> None:
        """Enter a new run, with epoch 0 and no events."""
        ...

    def claim(self, run: RunId) -> AbstractContextManager[Claim]:
        """Take the run: lock it and raise its epoch; raise StateError FLJ0803 when another process holds it."""
        ...

    def claim_new(self, run: RunId) -> AbstractContextManager[Claim]:
        """Take a run that its first append will create (`Projection.created`); its epoch is 1."""
        ...

    def ask(self, run: RunId, wish: str) -> None:
        """Leave a wish for whoever drives a run; the empty text takes it back."""
        ...

    def asked(self, run: RunId) -> str:
        """Return the wish that was left for a run, or the empty text."""
        ...

    def is_driven(self, run: RunId) -> bool:
        """Say whether a process is driving a run at this moment."""
        ...

    def append_all(self, batches: Sequence[Batch]) -> None:
        """Write batches of several runs in one transaction, each as `append` does; all or none."""
        ...

    def append(self, rows: Sequence[Row], blobs: Mapping[Digest, bytes], change: Projection = NO_CHANGE) -> None:
        """Write rows, blobs and projection in one transaction.

        Refused whole with LostOwnership when the run's epoch is no longer the rows', or when a row with that seq is
        already there.
        """
        ...

    def rows(self, run: RunId, after: int = 0) -> Iterable[Row]:
        """Return a run's rows in order."""
        ...

    def row(self, run: RunId, seq: int) -> Row:
        """Return one row."""
        ...

    def index(self, run: RunId) -> Sequence[IndexRow]:
        """Return seq, type and address of all rows, in order."""
        ...

    def blob(self, digest: Digest) -> bytes:
        """Return a blob; its digest is checked."""
        ...

    def kept(self, key: Digest) -> Row | None:
        """Return the event that holds the output kept under a key, of whatever run; None when there is none."""
        ...

    def run(self, prefix: str) -> RunHeader:
        """Return the run whose id is, or uniquely begins with, `prefix`; raise StateError FLJ0801."""
        ...

    def runs(self, limit: int = 50, status: str | None = None) -> Sequence[RunHeader]:
        """Return runs, newest first."""
        ...

    def tasks(self, run: RunId | None = None, *, event: str | None = None) -> Sequence[TaskHeader]:
        """Return what is open, oldest first: of all runs or one, everything or what waits for one event."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
