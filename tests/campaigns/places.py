"""Where the state of a campaign's project is, and how to look at it without flujo."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

from flujo.app import App, open_app
from flujo.stores import postgres, sqlite


class Place(Protocol):
    """A state database that is emptied for each round."""

    def open(self, project: Path) -> App:
        """Open the project on it."""
        ...

    def empty(self) -> None:
        """Begin with an empty one; the project's folder is new."""
        ...

    def rows(self, project: Path) -> list[tuple[str, str, int]]:
        """Return type, address and epoch of all events at this moment; none while there are no tables."""
        ...

    def abandon(self, project: Path, app: App) -> None:
        """Do what somebody might who is sure that all owners are dead, and wait for no lock from now on."""
        ...

    def wait_again(self, app: App) -> None:
        """Wait for locks as usual."""
        ...

    def unfence(self) -> None:
        """Take the test of the epoch out of the INSERT, in this process."""
        ...


class OnSqlite:
    """A file in the project."""

    def __init__(self, durability: str) -> None:
        self._durability = durability

    def open(self, project: Path) -> App:
        app = open_app(project, {})
        assert app.settings.durability == self._durability
        return app

    def empty(self) -> None:
        """There is nothing to do: the file is in the folder."""

    def rows(self, project: Path) -> list[tuple[str, str, int]]:
        file = project / ".flujo" / "state.db"
        if not file.exists():
            return []
        db = sqlite3.connect(file)
        try:
            return db.execute("SELECT type, address, epoch FROM events").fetchall()
        except sqlite3.OperationalError:  # killed while the tables were being made
            return []
        finally:
            db.close()

    def abandon(self, project: Path, app: App) -> None:
        for owner in (project / ".flujo" / "locks").iterdir():
            owner.unlink()
        app.store._db.execute("PRAGMA busy_timeout=0")  # type: ignore[attr-defined]

    def wait_again(self, app: App) -> None:
        app.store._db.execute(f"PRAGMA busy_timeout={sqlite.BUSY_SECONDS:.0f}000")  # type: ignore[attr-defined]

    def unfence(self) -> None:
        test = f"(SELECT epoch FROM runs WHERE number = ?1 >> {sqlite.SPAN}) = ?8"
        assert test in sqlite._INSERT
        sqlite._INSERT = sqlite._INSERT.replace(test, "1")


class OnPostgres:
    """A database on a server of the machine."""

    def __init__(self) -> None:
        from tests.postgres import Database

        self._database = Database()

    def open(self, project: Path) -> App:
        return open_app(project, {"FLUJO_STATE_URI": self._database.uri})

    def empty(self) -> None:
        self._database.empty()

    def rows(self, project: Path) -> list[tuple[str, str, int]]:
        import psycopg

        with psycopg.connect(self._database.uri) as session:
            try:
                return session.execute("SELECT type, address, epoch FROM flujo.events").fetchall()
            except psycopg.errors.UndefinedTable:
                return []

    def abandon(self, project: Path, app: App) -> None:
        server = app.store._server  # type: ignore[attr-defined]
        server._say("SET lock_timeout TO '1ms'")
        server.patiently(lambda: server._say("UPDATE runs SET owner = ''"))

    def wait_again(self, app: App) -> None:
        app.store._server._say("SET lock_timeout TO '30s'")  # type: ignore[attr-defined]

    def unfence(self) -> None:
        words = str(postgres._INSERT)
        assert " AND epoch = :epoch" in words
        postgres._INSERT = postgres.text(words.replace(" AND epoch = :epoch", ""))


def place(store: str) -> tuple[Place, str]:
    """Return a place and the settings of its projects: sqlite, normal (SQLite with less syncs) or postgres."""
    if store == "postgres":
        return OnPostgres(), ""
    durability = "normal" if store == "normal" else "full"
    return OnSqlite(durability), f'[state]\ndurability = "{durability}"\n'
