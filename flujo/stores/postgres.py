"""The store on a Postgres server, in the schema `flujo` of a database.

A plain step is one statement and one commit. The test of the epoch is part of the INSERT and holds the run's row shared
until the commit, so that nobody raises the epoch in between: an owner that lost its run cannot write. When the server
goes away, everything is tried again on new connections for half a minute; an append looks first whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from flujo.core.ids import Digest, RunId
from flujo.core.rows import Row
from flujo.core.storing import NO_CHANGE, Batch, IndexRow, Projection, RunHeader, TaskHeader
from flujo.stores.contract import (
    BUSY_SECONDS,
    INLINE_BLOB,
    Durability,
    OwnerClaim,
    driven,
    follow,
    header,
    is_single,
    let_go,
    no_event,
    taken_over,
    the_one,
    unknown,
    whole,
)
from flujo.stores.postgres_server import Server
from flujo.stores.schema import HEADER, ROW, SPAN

PAGE: Final = 500
"""So many rows of a run are in memory at a time while it is read."""

_COLUMNS: Final = ROW.split(", ")
_TYPES: Final = dict.fromkeys(("id", "seq", "at", "epoch"), "BIGINT") | dict.fromkeys(
    ("body", "previous", "hash"), "BYTEA"
)
_VALUES: Final = ", ".join(f"CAST(:{name} AS {_TYPES.get(name, 'TEXT')})" for name in ("id", *_COLUMNS))
_INSERT: Final = text(
    f"INSERT INTO events (id, {ROW}) SELECT {_VALUES} FROM runs WHERE number = :number AND epoch = :epoch"
    " AND :id = 1 + coalesce((SELECT max(id) FROM events WHERE id BETWEEN :first AND :id), :first) FOR SHARE"
)
_INSERT_NEXT: Final = text(f"INSERT INTO events (id, {ROW}) VALUES ({_VALUES})")
_ENTER: Final = text(
    "INSERT INTO runs (run_id, name, status, created, updated, epoch, owner)"
    " VALUES (:run, :name, :status, :created, :updated, :epoch, :owner) RETURNING number"
)
_CLAIM: Final = text(
    "UPDATE runs SET epoch = epoch + 1, owner = :owner WHERE run_id = :run AND owner = :before RETURNING epoch"
)
_STATUS: Final = text(
    "UPDATE runs SET status = :status, updated = :at,"
    " owner = CASE WHEN CAST(:status AS TEXT) = 'running' THEN owner ELSE '' END WHERE run_id = :run"
)
_LEAVE: Final = text("UPDATE runs SET owner = '' WHERE run_id = :run AND owner = :owner")
_OWNER: Final = text("SELECT owner FROM runs WHERE run_id = :run")
_WISH: Final = text("UPDATE runs SET wish = :wish WHERE run_id = :run")
_WISHED: Final = text("SELECT wish FROM runs WHERE run_id = :run")
_NUMBER: Final = text("SELECT number FROM runs WHERE run_id = :run")
_OPEN: Final = text(
    "INSERT INTO tasks (task_id, run_id, name, step, opened, event) VALUES (:task, :run, :name, :step, :opened, :event)"
)
_CLOSE: Final = text("DELETE FROM tasks WHERE task_id = :task")
_KEEP: Final = text(
    "INSERT INTO kept (key, event) VALUES (:key, :event) ON CONFLICT (key) DO UPDATE SET event = EXCLUDED.event"
)
_BLOB: Final = text("INSERT INTO blobs (digest, size, data) VALUES (:digest, :size, :data) ON CONFLICT DO NOTHING")
_CHUNK: Final = text("INSERT INTO chunks (digest, place, data) VALUES (:digest, :place, :data)")

_PAGE: Final = text(f"SELECT {ROW} FROM events WHERE id > :after AND id < :end ORDER BY id LIMIT {PAGE}")
_INDEX: Final = text("SELECT seq, type, address FROM events WHERE id > :first AND id < :end ORDER BY id")
_EVENT: Final = text(f"SELECT {ROW} FROM events WHERE id = :id")
_HASH: Final = text("SELECT hash FROM events WHERE id = :id")
_KEPT: Final = text(f"SELECT {ROW} FROM events WHERE id = (SELECT event FROM kept WHERE key = :key)")
_DATA: Final = text("SELECT data FROM blobs WHERE digest = :digest")
_CHUNKS: Final = text("SELECT data FROM chunks WHERE digest = :digest ORDER BY place")
_PREFIX: Final = text(f"{HEADER} WHERE run_id >= :low AND run_id < :high ORDER BY run_id LIMIT 3")
_RUNS: Final = text(
    f"{HEADER} WHERE CAST(:status AS TEXT) IS NULL OR status = :status ORDER BY created DESC, run_id DESC LIMIT :limit"
)
_TASKS: Final = text(
    "SELECT task_id, run_id, name, step, opened, event FROM tasks WHERE (CAST(:run AS TEXT) IS NULL OR run_id = :run)"
    " AND (CAST(:event AS TEXT) IS NULL OR event = :event) ORDER BY opened, task_id"
)


class PostgresStore:
    """A store in one Postgres database. See `core.storing.Store` for the contract."""

    def __init__(self, uri: str, durability: Durability = "full", patience: float = BUSY_SECONDS) -> None:
        self._firsts: dict[RunId, int] = {}
        self._driven: set[RunId] = set()
        self._server = Server(uri, durability, patience)
        self._server.open()

    # --- driving a run ---

    def create(self, header: RunHeader) -> None:
        """Enter a new run, with epoch 0 and no events."""
        self._server.patiently(lambda: self._enter(header, 0, ""))

    def _enter(self, header: RunHeader, epoch: int, owner: str) -> None:
        values = {name: getattr(header, name) for name in ("run", "name", "status", "created", "updated")}
        number = self._server.value(_ENTER, **values, epoch=epoch, owner=owner)
        self._firsts[header.run] = number << SPAN

    @contextmanager
    def claim(self, run: RunId) -> Iterator[OwnerClaim]:
        """Become the owner of a run and raise its epoch; raise StateError FLJ0803 when another process drives it."""
        epoch = None
        while epoch is None:  # once more when another process took it in the same moment
            epoch = self._server.patiently(lambda: self._take(run))
        with self._driving(run):
            yield OwnerClaim(epoch)

    def _take(self, run: RunId) -> int | None:
        """Return the new epoch of a run that nobody drives; None when it has a new owner by now."""
        before = self._server.value(_OWNER, run=run)
        if before is None:
            raise unknown(run)
        if self._drives(before, run):
            raise driven(run, before)
        epoch: int | None = self._server.value(_CLAIM, owner=self._server.enter(), run=run, before=before)
        return epoch

    @contextmanager
    def claim_new(self, run: RunId) -> Iterator[OwnerClaim]:
        """Take a run that its first append will create; its epoch is 1."""
        with self._driving(run):
            yield OwnerClaim(1)

    def ask(self, run: RunId, wish: str) -> None:
        """Leave a wish for whoever drives a run; the empty text takes it back."""
        self._server.patiently(lambda: self._server.write(_WISH, {"wish": wish, "run": run}))

    def asked(self, run: RunId) -> str:
        """Return the wish that was left for a run, or the empty text."""
        return str(self._server.patiently(lambda: self._server.value(_WISHED, run=run)) or "")

    def is_driven(self, run: RunId) -> bool:
        """Say whether a process is driving a run at this moment."""
        return self._server.patiently(lambda: self._drives(self._server.value(_OWNER, run=run) or "", run))

    def _drives(self, owner: str, run: RunId) -> bool:
        return run in self._driven if owner and owner == self._server.owner else self._server.lives(owner)

    @contextmanager
    def _driving(self, run: RunId) -> Iterator[None]:
        """Hold a run. One that ends or pauses is nobody's by that commit; one that is left otherwise is let go here."""
        self._driven.add(run)
        try:
            yield
        finally:
            if run in self._driven and self._server.owner:
                with suppress(SQLAlchemyError):  # then it is let go when this process ends
                    self._server.write(_LEAVE, {"run": run, "owner": self._server.owner})
            self._driven.discard(run)

    def append(self, rows: Sequence[Row], blobs: Mapping[Digest, bytes], change: Projection = NO_CHANGE) -> None:
        """Write rows, blobs and projection in one transaction; raise LostOwnership when the run has a new owner."""
        self.append_all((Batch(rows, blobs, change),))

    def append_all(self, batches: Sequence[Batch]) -> None:
        """Write batches of several runs in one transaction, each as `append` does; all or none."""
        tries = count()

        def write() -> None:
            if not (next(tries) and self._is_there(batches[0].rows[-1])):
                self._append(batches)

        self._server.patiently(write)
        self._driven -= let_go(batches)

    def _append(self, batches: Sequence[Batch]) -> None:
        if is_single(batches):
            row = batches[0].rows[0]
            if self._server.write(_INSERT, self._fenced(row)) != 1:
                raise taken_over(row.run)
            return
        try:
            with self._server.transaction():
                self._write(batches)
        except BaseException:
            self._firsts.clear()  # a run that was entered in this transaction has no number any more
            raise

    def _is_there(self, row: Row) -> bool:
        """Say whether a row was written by an append that was cut off before it could say so."""
        return bool(self._server.value(_HASH, id=self._first(row.run) + row.seq) == row.hash)

    def _write(self, batches: Sequence[Batch]) -> None:
        """Write batches inside a transaction."""
        for batch in batches:
            if batch.change.created:
                self._enter(batch.change.created, 1, self._server.enter())
        for digest, data in sorted(item for batch in batches for item in batch.blobs.items()):
            self._write_blob(digest, data)
        first = [self._fenced(batch.rows[0]) for batch in batches]
        if self._server.write(_INSERT, *first) != len(first) or not all(map(follow, batches)):
            raise taken_over(batches[0].rows[0].run)
        rest = [self._columns(row) for batch in batches for row in batch.rows[1:]]
        if rest:  # the transaction holds what the first row's test has seen
            self._server.write(_INSERT_NEXT, *rest)
        for batch in batches:
            if batch.change is not NO_CHANGE:
                self._project(batch.rows[-1], batch.change)

    def _columns(self, row: Row) -> dict[str, Any]:
        return {
            "id": self._first(row.run) + row.seq, "run_id": row.run, "seq": row.seq, "type": row.type,
            "address": row.address, "fingerprint": row.fingerprint, "at": row.at, "epoch": row.epoch,
            "labels": row.labels, "blob": row.blob, "parent": row.parent, "body": row.body,
            "previous": row.previous, "hash": row.hash,
        }  # fmt: skip

    def _fenced(self, row: Row) -> dict[str, Any]:
        """Return the values of the INSERT that tests who owns the run."""
        first = self._first(row.run)
        return {**self._columns(row), "first": first, "number": first >> SPAN}

    def _first(self, run: RunId) -> int:
        """Return the id before that of a run's first event; 0 for a run that is not there."""
        first = self._firsts.get(run)
        if first is None:
            number = self._server.value(_NUMBER, run=run)
            if number is None:
                return 0
            first = self._firsts[run] = number << SPAN
        return first

    def _write_blob(self, digest: Digest, data: bytes) -> None:
        """Write a blob that is not there yet; a large one in pieces."""
        large = len(data) > INLINE_BLOB
        new = self._server.write(_BLOB, {"digest": digest, "size": len(data), "data": None if large else data})
        for place in range(0, len(data) if large and new else 0, INLINE_BLOB):
            piece = data[place : place + INLINE_BLOB]
            self._server.write(_CHUNK, {"digest": digest, "place": place, "data": piece})

    def _project(self, last: Row, change: Projection) -> None:
        write = self._server.write
        if change.status:
            write(_STATUS, {"status": change.status, "at": last.at, "run": last.run})
        for task in change.opened:
            names = ("task", "run", "name", "step", "opened", "event")
            write(_OPEN, {name: getattr(task, name) for name in names})
        for kept in change.kept:
            write(_KEEP, {"key": kept.key, "event": self._first(kept.run) + kept.seq})
        for closed in change.closed:
            write(_CLOSE, {"task": closed})

    # --- reading ---

    def rows(self, run: RunId, after: int = 0) -> Iterator[Row]:
        """Return a run's rows in order."""
        while page := self._server.patiently(partial(self._page, run, after)):
            yield from page
            after = page[-1].seq

    def _page(self, run: RunId, after: int) -> list[Row]:
        first = self._first(run)
        return [Row(*row) for row in self._server.rows(_PAGE, after=first + after, end=first + (1 << SPAN))]

    def row(self, run: RunId, seq: int) -> Row:
        """Return one row; raise StateError FLJ0805 when it is not there."""
        found = self._server.patiently(lambda: self._server.rows(_EVENT, id=self._first(run) + seq))
        if not found:
            raise no_event(run, seq)
        return Row(*found[0])

    def index(self, run: RunId) -> list[IndexRow]:
        """Return seq, type and address of all rows, in order."""
        return self._server.patiently(lambda: self._index(run))

    def _index(self, run: RunId) -> list[IndexRow]:
        first = self._first(run)
        return [IndexRow(*row) for row in self._server.rows(_INDEX, first=first, end=first + (1 << SPAN))]

    def blob(self, digest: Digest) -> bytes:
        """Return a blob; raise StateError FLJ0805 when it is missing or is not what its digest says."""
        return whole(digest, self._server.patiently(lambda: self._data(digest)))

    def _data(self, digest: Digest) -> bytes | None:
        data: bytes | None = self._server.value(_DATA, digest=digest)
        if data is None:
            data = b"".join(piece for (piece,) in self._server.rows(_CHUNKS, digest=digest)) or None
        return data

    def kept(self, key: Digest) -> Row | None:
        """Return the event that holds the output kept under a key, of whatever run; None when there is none."""
        found = self._server.patiently(lambda: self._server.rows(_KEPT, key=key))
        return Row(*found[0]) if found else None

    def run(self, prefix: str) -> RunHeader:
        """Return the run whose id is, or uniquely begins with, `prefix`; raise StateError FLJ0801."""
        prefix = prefix.encode(errors="replace").decode().replace("\0", "?")  # Postgres knows no such sign
        high = prefix + "\U0010ffff"
        return the_one(prefix, self._server.patiently(lambda: self._server.rows(_PREFIX, low=prefix, high=high)))

    def runs(self, limit: int = 50, status: str | None = None) -> list[RunHeader]:
        """Return runs, newest first."""
        found = self._server.patiently(lambda: self._server.rows(_RUNS, status=status, limit=limit))
        return [header(row) for row in found]

    def tasks(self, run: RunId | None = None, *, event: str | None = None) -> list[TaskHeader]:
        """Return what is open, oldest first: of all runs or one, everything or what waits for one event."""
        found = self._server.patiently(lambda: self._server.rows(_TASKS, run=run, event=event))
        return [TaskHeader(*row) for row in found]

    def close(self) -> None:
        """Let go of the database, and of all runs."""
        self._server.close()
