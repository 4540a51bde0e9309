"""The standard store: one SQLite file in WAL mode, a lock file per process, large blobs as files beside it.

One append is one transaction and one sync (unless `durability` is normal). The tests for the epoch and the next seq are
part of the INSERT itself, so an owner that lost its run cannot write. `memory://` is the same on a database in memory.

Long because the whole contract of a store is here: claim, append, read, and what SQLite's errors mean.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from flujo.core.errors import StateError
from flujo.core.ids import Digest, RunId
from flujo.core.rows import Row
from flujo.core.storing import (
    NO_CHANGE,
    Batch,
    IndexRow,
    Projection,
    RunHeader,
    TaskHeader,
)
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
    newer,
    no_event,
    taken_over,
    the_one,
    unknown,
    whole,
)
from flujo.stores.owner import Owner
from flujo.stores.schema import HEADER, MIGRATIONS, ROW, SPAN

CHECKPOINT_PAGES = 300
"""The WAL is written back at this size and then used again: a sync of a file that no longer grows is cheaper."""

_INSERT = (
    f"INSERT INTO events (id, {ROW}) SELECT ?1,{','.join(f'?{number}' for number in range(2, 15))}"
    f" WHERE (SELECT epoch FROM runs WHERE number = ?1 >> {SPAN}) = ?8"
    f" AND ?1 = 1 + coalesce((SELECT max(id) FROM events WHERE id BETWEEN (?1 >> {SPAN} << {SPAN}) AND ?1),"
    f" ?1 >> {SPAN} << {SPAN})"
)
_OF_RUN = "FROM events WHERE id > ? AND id < ? ORDER BY id"
_INSERT_NEXT = f"INSERT INTO events (id, {ROW}) VALUES ({','.join('?' * 14)})"


class SqliteStore:
    """A store in one SQLite file, or in memory when `file` is None. See `core.storing.Store` for the contract."""

    def __init__(self, file: Path | None, durability: Durability = "full") -> None:
        self._durability = durability
        self._folder = file.parent if file else None
        self._name = str(file) if file else "the memory store"
        self._firsts: dict[RunId, int] = {}
        self._owner = Owner(file.parent / "locks") if file else None
        self._driven: set[RunId] = set()
        with self._explained():
            if self._folder:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(str(file or ":memory:"), timeout=BUSY_SECONDS, isolation_level=None)
        with self._explained():
            self._prepare()

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            self._db.close()
            raise newer(self._name, str(version))
        if self._folder:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        self._db.execute(f"PRAGMA synchronous={self._durability.upper()}")
        if version < len(MIGRATIONS):
            self._migrate()

    def _migrate(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            for statement in filter(str.strip, script.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={number}")
        self._db.execute("COMMIT")

    # --- driving a run ---

    def create(self, header: RunHeader) -> None:
        """Enter a new run, with epoch 0 and no events."""
        with self._explained():
            self._enter(header, 0, "")

    def _enter(self, header: RunHeader, epoch: int, owner: str) -> None:
        self._db.execute(
            "INSERT INTO runs (run_id, name, status, created, updated, epoch, owner) VALUES (?,?,?,?,?,?,?)",
            (header.run, header.name, header.status, header.created, header.updated, epoch, owner),
        )

    @contextmanager
    def claim(self, run: RunId) -> Iterator[OwnerClaim]:
        """Become the owner of a run and raise its epoch; raise StateError FLJ0803 when another process drives it."""
        with self._explained():
            epoch = None
            while epoch is None:  # once more when another process took it in the same moment
                (before,) = self._db.execute("SELECT owner FROM runs WHERE run_id = ?", (run,)).fetchone() or (None,)
                if before is None:
                    raise unknown(run)
                if self._drives(before, run):
                    raise driven(run, before)
                (epoch,) = self._db.execute(
                    "UPDATE runs SET epoch = epoch + 1, owner = ? WHERE run_id = ? AND owner = ? RETURNING epoch",
                    (self._owner.enter() if self._owner else "", run, before),
                ).fetchone() or (None,)
        with self._driving(run):
            yield OwnerClaim(epoch)

    @contextmanager
    def claim_new(self, run: RunId) -> Iterator[OwnerClaim]:
        """Take a run that its first append will create; its epoch is 1."""
        with self._driving(run):
            yield OwnerClaim(1)

    def ask(self, run: RunId, wish: str) -> None:
        """Leave a wish for whoever drives a run; the empty text takes it back."""
        with self._explained():
            self._db.execute("UPDATE runs SET wish = ? WHERE run_id = ?", (wish, run))

    def asked(self, run: RunId) -> str:
        """Return the wish that was left for a run, or the empty text."""
        with self._explained():
            found = self._db.execute("SELECT wish FROM runs WHERE run_id = ?", (run,)).fetchone()
        return str(found[0]) if found else ""

    def is_driven(self, run: RunId) -> bool:
        """Say whether a process is driving a run at this moment."""
        with self._explained():
            found = self._db.execute("SELECT owner FROM runs WHERE run_id = ?", (run,)).fetchone()
            return found is not None and self._drives(found[0], run)

    def _drives(self, owner: str, run: RunId) -> bool:
        if self._owner is None or not owner:
            return False
        return run in self._driven if owner == self._owner.name else self._owner.lives(owner)

    @contextmanager
    def _driving(self, run: RunId) -> Iterator[None]:
        """Hold a run. One that ends or pauses is nobody's by that commit; one that is left otherwise is let go here."""
        self._driven.add(run)
        try:
            yield
        finally:
            if run in self._driven and self._owner is not None:
                with suppress(sqlite3.Error):  # then it is let go when this process ends
                    self._db.execute(
                        "UPDATE runs SET owner = '' WHERE run_id = ? AND owner = ?", (run, self._owner.name)
                    )
            self._driven.discard(run)

    def append(self, rows: Sequence[Row], blobs: Mapping[Digest, bytes], change: Projection = NO_CHANGE) -> None:
        """Write rows, blobs and projection in one transaction; raise LostOwnership when the run has a new owner."""
        self.append_all((Batch(rows, blobs, change),))

    def append_all(self, batches: Sequence[Batch]) -> None:
        """Write batches of several runs in one transaction, each as `append` does; all or none."""
        with self._explained():
            if is_single(batches):
                self._insert(batches[0].rows[0])
                return
            blobs = [self._kept(digest, data) for batch in batches for digest, data in batch.blobs.items()]
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._write(batches, blobs)
                self._db.execute("COMMIT")
                self._driven -= let_go(batches)
            except BaseException:
                self._firsts.clear()  # a run that was entered in this transaction has no number any more
                with suppress(sqlite3.Error):  # the first error is the one to report
                    self._db.execute("ROLLBACK")
                raise

    def _kept(self, digest: Digest, data: bytes) -> tuple[Digest, int, bytes | None]:
        """Return the row of a blob; a large one is a file by then and has no data there."""
        return digest, len(data), None if self._write_file(digest, data) else data

    def _write(self, batches: Sequence[Batch], blobs: Sequence[tuple[Digest, int, bytes | None]]) -> None:
        """Write batches inside a transaction."""
        for batch in batches:
            if batch.change.created:
                self._enter(batch.change.created, 1, self._owner.enter() if self._owner else "")
        if blobs:
            self._db.executemany("INSERT OR IGNORE INTO blobs VALUES (?,?,?)", blobs)
        first = [self._columns(batch.rows[0]) for batch in batches]
        if self._db.executemany(_INSERT, first).rowcount != len(first) or not all(map(follow, batches)):
            raise taken_over(batches[0].rows[0].run)
        rest = [self._columns(row) for batch in batches for row in batch.rows[1:]]
        if rest:  # the transaction holds what the first row's test has seen
            self._db.executemany(_INSERT_NEXT, rest)
        for batch in batches:
            if batch.change is not NO_CHANGE:
                self._project(batch.rows[-1], batch.change)

    def _insert(self, row: Row) -> None:
        if self._db.execute(_INSERT, self._columns(row)).rowcount != 1:
            raise taken_over(row.run)

    def _columns(self, row: Row) -> tuple[object, ...]:
        return (
            self._first(row.run) + row.seq, row.run, row.seq, row.type, row.address, row.fingerprint, row.at,
            row.epoch, row.labels, row.blob, row.parent, row.body, row.previous, row.hash,
        )  # fmt: skip

    def _first(self, run: RunId) -> int:
        """Return the id before that of a run's first event; 0 for a run that is not there."""
        first = self._firsts.get(run)
        if first is None:
            found = self._db.execute("SELECT number FROM runs WHERE run_id = ?", (run,)).fetchone()
            if found is None:
                return 0
            first = self._firsts[run] = found[0] << SPAN
        return first

    def _project(self, last: Row, change: Projection) -> None:
        if change.status:
            self._db.execute(_STATUS, (change.status, last.at, last.run))
        for task in change.opened:
            self._db.execute(
                "INSERT INTO tasks (task_id, run_id, name, step, opened, event) VALUES (?,?,?,?,?,?)",
                (task.task, task.run, task.name, task.step, task.opened, task.event),
            )
        for kept in change.kept:
            self._db.execute("INSERT OR REPLACE INTO kept VALUES (?,?)", (kept.key, self._first(kept.run) + kept.seq))
        for closed in change.closed:
            self._db.execute("DELETE FROM tasks WHERE task_id = ?", (closed,))

    def _write_file(self, digest: Digest, data: bytes) -> bool:
        """Write a large blob as a file, synced with its folder; say whether it is one."""
        if self._folder is None or len(data) <= INLINE_BLOB:
            return False
        folder = self._folder / "blobs" / digest[:2]
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / digest
        if not target.exists():
            partial = folder / f"{digest}.{os.getpid()}"
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        return True

    # --- reading ---

    def rows(self, run: RunId, after: int = 0) -> Iterator[Row]:
        """Return a run's rows in order."""
        with self._explained():
            first = self._first(run)
            cursor = self._db.execute(f"SELECT {ROW} {_OF_RUN}", (first + after, first + (1 << SPAN)))
            for row in cursor:
                yield Row(*row)

    def row(self, run: RunId, seq: int) -> Row:
        """Return one row; raise StateError FLJ0805 when it is not there."""
        with self._explained():
            found = self._db.execute(f"SELECT {ROW} FROM events WHERE id = ?", (self._first(run) + seq,)).fetchone()
        if found is None:
            raise no_event(run, seq)
        return Row(*found)

    def index(self, run: RunId) -> list[IndexRow]:
        """Return seq, type and address of all rows, in order."""
        with self._explained():
            first = self._first(run)
            cursor = self._db.execute(f"SELECT seq, type, address {_OF_RUN}", (first, first + (1 << SPAN)))
            return [IndexRow(*row) for row in cursor]

    def blob(self, digest: Digest) -> bytes:
        """Return a blob; raise StateError FLJ0805 when it is missing or is not what its digest says."""
        with self._explained():
            found = self._db.execute("SELECT data FROM blobs WHERE digest = ?", (digest,)).fetchone()
            data: bytes | None = found[0] if found else None
            if found and data is None and self._folder:
                file = self._folder / "blobs" / digest[:2] / digest
                data = file.read_bytes() if file.exists() else None
        return whole(digest, data)

    def kept(self, key: Digest) -> Row | None:
        """Return the event that holds the output kept under a key, of whatever run; None when there is none."""
        with self._explained():
            found = self._db.execute(
                f"SELECT {ROW} FROM events WHERE id = (SELECT event FROM kept WHERE key = ?)", (key,)
            ).fetchone()
        return Row(*found) if found else None

    def run(self, prefix: str) -> RunHeader:
        """Return the run whose id is, or uniquely begins with, `prefix`; raise StateError FLJ0801."""
        prefix = prefix.encode(errors="replace").decode()  # an argument of the shell may be any bytes
        high = prefix + "\U0010ffff"
        with self._explained():
            found = self._db.execute(
                f"{HEADER} WHERE run_id >= ? AND run_id < ? ORDER BY run_id LIMIT 3", (prefix, high)
            ).fetchall()
        return the_one(prefix, found)

    def runs(self, limit: int = 50, status: str | None = None) -> list[RunHeader]:
        """Return runs, newest first."""
        with self._explained():
            cursor = self._db.execute(
                f"{HEADER} WHERE ?1 IS NULL OR status = ?1 ORDER BY created DESC, run_id DESC LIMIT ?2",
                (status, limit),
            )
            return [header(row) for row in cursor]

    def tasks(self, run: RunId | None = None, *, event: str | None = None) -> list[TaskHeader]:
        """Return what is open, oldest first: of all runs or one, everything or what waits for one event."""
        with self._explained():
            cursor = self._db.execute(
                "SELECT task_id, run_id, name, step, opened, event FROM tasks WHERE (?1 IS NULL OR run_id = ?1)"
                " AND (?2 IS NULL OR event = ?2) ORDER BY opened, task_id",
                (run, event),
            )
            return [TaskHeader(*row) for row in cursor]

    def close(self) -> None:
        """Let go of the database, and of all runs."""
        self._db.close()
        if self._owner is not None:
            self._owner.leave()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite and the file system say into a StateError."""
        try:
            yield
        except sqlite3.Error as error:
            raise _explain(error, self._name) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise StateError("FLJ0807", f"the state in `{self._name}` cannot be used: {reason.lower()}") from error


_STATUS = (
    "UPDATE runs SET status = ?1, updated = ?2, owner = CASE ?1 WHEN 'running' THEN owner ELSE '' END WHERE run_id = ?3"
)


def _explain(error: sqlite3.Error, name: str) -> StateError:
    text = str(error)
    if isinstance(error, sqlite3.DatabaseError) and ("not a database" in text or "malformed" in text):
        return StateError(
            "FLJ0807",
            f"`{name}` is damaged: {text}",
            help="restore it from a backup, or move it away to begin with an empty state",
        )
    if "locked" in text or "busy" in text:
        return StateError("FLJ0807", f"`{name}` is locked by another process", help="try again when it is done")
    if "full" in text:
        return StateError(
            "FLJ0807", f"there is no space left for `{name}`", help="free some space, then resume the run"
        )
    if "readonly" in text or "unable to open" in text:
        return StateError("FLJ0807", f"`{name}` cannot be opened for writing: {text}", help="check the permissions")
    return StateError("FLJ0807", f"`{name}` cannot be used: {text}")
