"""The tables of a state database, as numbered migrations: one definition, which Postgres gets in its own words.

A migration that was released is never changed; a new one is added at the end.
"""

from __future__ import annotations

from flujo.core.values import sha256

MIGRATIONS = (
    """
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, status TEXT NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL,
        epoch INTEGER NOT NULL DEFAULT 0, parent TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE events (
        id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, address TEXT NOT NULL,
        fingerprint TEXT NOT NULL, at INTEGER NOT NULL, epoch INTEGER NOT NULL, labels TEXT NOT NULL,
        blob TEXT NOT NULL, parent TEXT NOT NULL, body BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL
    );
    CREATE TABLE blobs (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB) WITHOUT ROWID;
    CREATE TABLE tasks (
        task_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, name TEXT NOT NULL, step TEXT NOT NULL, opened INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX runs_by_time ON runs (created);
    """,
    "CREATE TABLE kept (key TEXT PRIMARY KEY, event INTEGER NOT NULL) WITHOUT ROWID",
    "ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tasks ADD COLUMN event TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE runs ADD COLUMN wish TEXT NOT NULL DEFAULT ''",
)
"""Numbered by place. SQLite's `PRAGMA user_version` says how many a database has, on Postgres a table does."""

SPAN = 32
"""An event's id is its run's number, shifted by so many bits, plus its seq: a step then writes one page of one tree."""

ROW = "run_id, seq, type, address, fingerprint, at, epoch, labels, blob, parent, body, previous, hash"
HEADER = "SELECT run_id, name, status, created, updated FROM runs"


def checksum(script: str) -> str:
    """Return the digest of a migration, whatever its white space."""
    return sha256(" ".join(script.split()).encode())
