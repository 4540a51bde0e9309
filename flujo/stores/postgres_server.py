"""A session on a Postgres server: made, given its tables, made again when it breaks; what its errors mean.

The session holds an advisory lock while this process drives runs. The server frees it with the session, on any kind of
death, so a run is driven while the lock of the owner that it names is held. One lock a process, as the lock file of
SQLite's owner; its key is the number at the end of the owner's name.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, NullPool, TextClause, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from flujo.core.errors import MissingModule, StateError, UsageError
from flujo.stores.contract import Durability, newer
from flujo.stores.schema import MIGRATIONS, checksum

T = TypeVar("T")

OWN: Final = ("CREATE TABLE chunks (digest TEXT, place INTEGER, data BLOB NOT NULL, PRIMARY KEY (digest, place))",)
"""The migrations that only Postgres needs: the pieces of large blobs, which are files beside SQLite's database."""

SESSION: Final = (
    "SET search_path TO flujo",
    "SET lock_timeout TO '30s'",
    "SET idle_in_transaction_session_timeout TO '15s'",  # a stopped process holds nobody up for longer
    "SET tcp_keepalives_idle TO 30",
    "SET tcp_keepalives_interval TO 10",
    "SET tcp_keepalives_count TO 3",
)
"""What a session is set to. Without the keepalives a machine that lost its power drives its runs for two more hours."""

_CLIENT: Final = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_MIGRATING: Final = 0x666C756A6F
_DEADLOCK: Final = frozenset({"40001", "40P01"})
"""SQLSTATEs after which the same works on the same session; 08 and 57P say that it is lost."""

_MIGRATED: Final = text("INSERT INTO migrations (name, checksum) VALUES (:name, :checksum)")
_HELD: Final = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND CAST(classid AS BIGINT) = :high AND CAST(objid AS BIGINT) = :low"
)


class Server:
    """The one connection of this process to a server. `owner` names the process as an owner, once it drives runs."""

    def __init__(self, uri: str, durability: Durability, patience: float) -> None:
        self.owner = ""
        self._patience = patience
        self._session = (*SESSION, f"SET synchronous_commit TO {'on' if durability == 'full' else 'off'}")
        self._link: Connection | None = None
        try:
            url = make_url(uri).set(drivername="postgresql+psycopg")
            self.name = url.set(drivername="postgresql", query={}).render_as_string()
            self._engine = create_engine(
                url,
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
                use_native_hstore=False,
                connect_args={"application_name": "flujo", **_CLIENT},
            )
        except (ArgumentError, ValueError) as error:
            raise UsageError("FLJ0002", "the state URI is not one of Postgres", help=_FORM) from error
        except ImportError as error:
            text = "a state on Postgres needs the package `psycopg`, which is not installed"
            raise MissingModule("FLJ0006", text, help="install it with `pip install 'flujo[postgres]'`") from error

    def open(self) -> None:
        """Connect and make the tables; raise StateError when that cannot be done."""
        try:
            self._connect()
            self._prepare()
        except DBAPIError as error:
            self._drop()
            raise explained(error, self.name) from error
        except StateError:
            self._drop()
            raise

    def close(self) -> None:
        """Let go of the server, and of all that this process owns."""
        self._drop()

    # --- asking ---

    def rows(self, statement: TextClause, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows that a statement finds."""
        return [tuple(row) for row in self._connected().execute(statement, values)]

    def value(self, statement: TextClause, **values: Any) -> Any:
        """Return the first column of the first row; None when there is none."""
        return self._connected().execute(statement, values).scalar()

    def write(self, statement: TextClause, *values: dict[str, Any]) -> int:
        """Run a statement for all values in one go; return how many rows were written."""
        return self._connected().execute(statement, list(values) if len(values) > 1 else values[0]).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is run inside one transaction."""
        self._say("BEGIN")
        try:
            yield
            self._say("COMMIT")
        except BaseException:
            with suppress(SQLAlchemyError):  # the first error is the one to report
                self._say("ROLLBACK")
            raise

    def patiently(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; while the server is gone try again."""
        began, tries = time.monotonic(), 0
        while True:
            try:
                return work()
            except DBAPIError as error:
                lost = self._link is None or error.connection_invalidated or _state(error).startswith(("08", "57P"))
                if not (lost or _state(error) in _DEADLOCK) or time.monotonic() - began > self._patience:
                    raise explained(error, self.name) from error
                if lost:
                    self._drop()
                tries += 1
                time.sleep(min(0.02 * 2**tries, 1.0))

    def _say(self, words: str) -> None:
        self._connected().exec_driver_sql(words)

    # --- owning ---

    def enter(self) -> str:
        """Return the name of this process as an owner, with a lock behind it: process id and machine, then the key."""
        if not self.owner:
            key = int.from_bytes(os.urandom(8)) >> 1
            self.value(text("SELECT pg_advisory_lock(:key)"), key=key)
            self.owner = f"{os.getpid()}@{platform.node()}-{key:016x}"
        return self.owner

    def lives(self, owner: str) -> bool:
        """Say whether the process behind a name is alive."""
        key = _key(owner)
        return bool(owner) and self.value(_HELD, high=key >> 32, low=key & 0xFFFFFFFF) > 0

    # --- connecting ---

    def _connected(self) -> Connection:
        if self._link is None or self._link.invalidated:  # SQLAlchemy would make a session without our settings
            self._drop()
            return self._connect()
        return self._link

    def _connect(self) -> Connection:
        self._link = self._engine.connect()
        for words in self._session:
            self._say(words)
        if self.owner:
            self.value(text("SELECT pg_advisory_lock(:key)"), key=_key(self.owner))
        return self._link

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with suppress(SQLAlchemyError):  # it may be broken
                link.close()

    def _prepare(self) -> None:
        known = {name: checksum(script) for name, script in _migrations().items()}
        there = self._applied()
        if there != known:
            self._migrate()
            there = self._applied()
        for name, found in there.items():
            if name not in known:
                raise newer(self.name, name)
            if known[name] != found:
                text = f"the tables in `{self.name}` were made by another flujo: migration {name} is not the same"
                raise StateError("FLJ0806", text, help="use that version of flujo, or another database")

    def _applied(self) -> dict[str, str]:
        """Return the checksums of the migrations that the database has, by name; none for a new one."""
        if self.value(text("SELECT to_regclass('migrations')")) is None:
            return {}
        return dict(row for row in self.rows(text("SELECT name, checksum FROM migrations")))

    def _migrate(self) -> None:
        """Make what is missing, one process at a time."""
        with self.transaction():
            self.value(text("SELECT pg_advisory_xact_lock(:key)"), key=_MIGRATING)
            if self.value(text("SELECT to_regnamespace('flujo')")) is None:
                self._say("CREATE SCHEMA flujo")
            self._say("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)")
            there = self._applied()
            for name, script in _migrations().items():
                if name in there:
                    continue
                for words in filter(str.strip, in_postgres(script).split(";")):
                    self._say(words)
                self.write(_MIGRATED, {"name": name, "checksum": checksum(script)})


def in_postgres(script: str) -> str:
    """Return a migration in the words of Postgres. Texts compare by their bytes there too."""
    for word, other in (
        ("WITHOUT ROWID", ""),
        ("INTEGER PRIMARY KEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        ("INTEGER", "BIGINT"),
        ("BLOB", "BYTEA"),
        ("TEXT", 'TEXT COLLATE "C"'),
    ):
        script = script.replace(word, other)
    return script


def _migrations() -> dict[str, str]:
    """Return all migrations by name, in order: those of all databases, then Postgres' own."""
    shared = {str(number): script for number, script in enumerate(MIGRATIONS, 1)}
    return shared | {f"postgres {number}": script for number, script in enumerate(OWN, 1)}


def _key(owner: str) -> int:
    """Return the key of an owner's lock."""
    return int(owner.rpartition("-")[2] or "0", 16)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


_FORM: Final = "it looks like `postgresql://USER:PASSWORD@HOST:5432/DATABASE`"

_MEANINGS: Final = {
    "28P01": ("the user or the password is wrong", "check the user and the password in the state URI"),
    "28000": ("the server does not let this user in", "check the user in the state URI and the server's `pg_hba.conf`"),
    "3D000": ("there is no such database", "make it with `createdb`, or correct the state URI"),
    "42501": ("the user may not do that", "grant it the right to make and use the schema `flujo`"),
    "25006": ("the server is read-only", "use the address of the primary"),
    "53100": ("there is no space left on the server", "free some space, then resume the run"),
    "53300": ("the server has no connection left", "try again later, or raise its `max_connections`"),
    "55P03": ("another process keeps it locked", "try again when it is done"),
}
_ALIKE: Final = {"3F000": "42501"}
"""A schema that one may not use is one that is not there."""
_BY_WORDS: Final = (
    ("password", "28P01"),
    ('role "', "28P01"),
    ("pg_hba", "28000"),
    ('database "', "3D000"),
    ("too many", "53300"),
)
"""A connection that is refused has no SQLSTATE, only words; in another language they say themselves what is wrong."""


def explained(error: DBAPIError, name: str) -> StateError:
    """Return what a server's error means."""
    words = str(error.orig).strip()
    state = (
        _ALIKE.get(_state(error))
        or _state(error)
        or next((state for part, state in _BY_WORDS if part in words and "FATAL" in words), "")
    )
    if state in _MEANINGS:
        meaning, hint = _MEANINGS[state]
        return StateError("FLJ0807", f"the state in `{name}` cannot be used: {meaning}", help=hint)
    reason = words.splitlines()[0] if words else type(error.orig).__name__
    hint = "check that the server runs and can be reached; nothing that was recorded is lost"
    return StateError("FLJ0807", f"the state in `{name}` cannot be used: {reason}", help=hint)
