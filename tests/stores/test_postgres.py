"""What is Postgres' own in its store: its tables, its locks, its errors, and a server that goes away."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text

from flujo.core.errors import LostOwnership, MissingModule, StateError, UsageError
from flujo.core.storing import Batch, Projection
from flujo.stores.postgres import PostgresStore
from flujo.stores.postgres_server import OWN, in_postgres
from flujo.stores.schema import MIGRATIONS, checksum
from flujo.testing.stores import RUN, a_header, a_row

RELEASED = ("b5516d690710", "09efbafb975d", "7b68fc600e5a", "0f92e8afec29", "399e3316a10e", "e35ef8c28a82")


@pytest.fixture
def store(postgres):
    made = PostgresStore(postgres)
    yield made
    made.close()


PID = text("SELECT pg_backend_pid()")


def say(store, words):
    return store._server.rows(text(words))


def end_session(store, other):
    """End the session of a store, as a server that stops does."""
    say(other, f"SELECT pg_terminate_backend({store._server.value(PID)})")


@contextmanager
def started(store):
    """Take a new run and write its first row."""
    with store.claim_new(RUN):
        store.append([a_row(1)], {}, Projection(created=a_header()))
        yield


def refused(uri, **more):
    with pytest.raises(StateError) as caught:
        PostgresStore(uri, **more)
    return caught.value.diagnostic


# --- tables ---


def test_many_processes_may_make_the_tables_at_once(postgres):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(PostgresStore, [postgres] * 4))
    assert len(say(stores[0], "SELECT name FROM migrations")) == len(MIGRATIONS) + len(OWN)
    for store in stores:
        store.close()


def test_released_migrations_are_never_changed():
    assert tuple(checksum(script)[:12] for script in (*MIGRATIONS, *OWN)) == RELEASED
    assert "BLOB" not in in_postgres(MIGRATIONS[0]) and "ROWID" not in in_postgres(MIGRATIONS[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("INSERT INTO migrations VALUES ('99', 'x')", "a newer flujo (schema 99)"),
        ("UPDATE migrations SET checksum = 'x' WHERE name = '2'", "migration 2 is not the same"),
    ],
)
def test_tables_of_another_flujo_are_refused(postgres, change, words):
    store = PostgresStore(postgres)
    store._server._say(change)
    store.close()
    found = refused(postgres)
    assert found.code == "FLJ0806" and words in found.message


def test_a_migration_is_made_up_for(postgres):
    store = PostgresStore(postgres)
    store._server._say("DROP TABLE chunks")
    store._server._say("DELETE FROM migrations WHERE name = 'postgres 1'")
    store.close()
    store = PostgresStore(postgres)
    assert say(store, "SELECT count(*) FROM chunks") == [(0,)]
    store.close()


def test_no_statement_looks_through_the_events_of_other_runs(store):
    with started(store):
        store._server._say("SET enable_seqscan = off")
        plan = say(store, "EXPLAIN SELECT * FROM events WHERE id > 5 AND id < 9 ORDER BY id LIMIT 500")
    assert "Index Scan using events_pkey" in plan[1][0]


@pytest.mark.parametrize(("durability", "level"), [("full", "on"), ("normal", "off")])
def test_commits_are_synced_as_told(postgres, durability, level):
    store = PostgresStore(postgres, durability)
    assert say(store, "SHOW synchronous_commit") == [(level,)]
    store.close()


# --- who drives a run ---


def test_a_run_that_is_driven_is_refused_with_the_process(postgres, store):
    code = (
        "import sys; from flujo.stores.postgres import PostgresStore\n"
        "store = PostgresStore(sys.argv[1])\n"
        "with store.claim('run-1'):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    store.create(a_header())
    with subprocess.Popen(
        [sys.executable, "-c", code, postgres], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(StateError, match=f"process {other.pid}@") as caught, store.claim(RUN):
            pass
        assert caught.value.diagnostic.code == "FLJ0803"
        other.kill()
        other.wait()
    while store.is_driven(RUN):  # the server notices it in a moment
        pass
    with store.claim(RUN) as claim:
        assert claim.epoch == 2


def test_nobody_takes_a_run_in_the_middle_of_an_append(postgres, store):
    with started(store), closing(PostgresStore(postgres)) as other:
        other._server._say("UPDATE runs SET owner = ''")  # somebody thinks that it is dead
        other._server._say("SET lock_timeout TO '50ms'")
        with store._server.transaction():
            store._write([Batch([a_row(2)], {})])
            with pytest.raises(StateError, match="another process keeps it locked"), other.claim(RUN):
                pass
        with other.claim(RUN) as claim:
            assert claim.epoch == 2
            with pytest.raises(LostOwnership):
                store.append([a_row(3)], {})
        assert [row.epoch for row in other.rows(RUN)] == [1, 1]


# --- a server that goes away ---


def test_a_lost_session_is_made_again_and_still_owns_its_runs(postgres, store):
    with started(store), closing(PostgresStore(postgres)) as other:
        end_session(store, other)
        store.append([a_row(2)], {})
        assert other.is_driven(RUN)
        end_session(store, other)
        store.append([a_row(3), a_row(4)], {}, Projection(status="suspended"))
        end_session(store, other)
        assert [row.seq for row in store.rows(RUN)] == [1, 2, 3, 4] and not other.is_driven(RUN)


@pytest.mark.parametrize("rows", [1, 2])
def test_an_append_that_was_cut_off_after_its_commit_is_not_made_twice(postgres, store, rows):
    with started(store), closing(PostgresStore(postgres)) as other:
        write, cuts = store._append, []

        def cut_off(batches):
            write(batches)
            cuts.append(1)
            end_session(store, other)
            say(store, "SELECT 1")

        store._append = cut_off
        store.append([a_row(seq) for seq in range(2, 2 + rows)], {})
        assert cuts == [1] and len(list(other.rows(RUN))) == 1 + rows


def test_a_server_that_stays_away_is_an_error(postgres):
    name = re.search(r"/(\w+)\?", postgres)[1]
    import psycopg

    with (
        psycopg.connect(postgres.replace(name, "postgres"), autocommit=True) as other,
        closing(PostgresStore(postgres, patience=0.1)) as store,
        started(store),
    ):
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute("SELECT pg_terminate_backend(%s)", [store._server.value(PID)])
        with pytest.raises(StateError, match="cannot be used") as caught:
            store.append([a_row(2)], {})
        assert caught.value.diagnostic.code == "FLJ0807"
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        store.append([a_row(2)], {})


# --- what errors mean ---


def test_a_server_that_cannot_be_reached():
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    found = refused("postgresql://me:geheim@127.0.0.1:1/demo?connect_timeout=1")
    assert found.code == "FLJ0807" and "`postgresql://me:***@127.0.0.1:1/demo`" in found.message
    assert "refused" in found.message and "geheim" not in str(found)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("//postgres:", "//nobody:", "the user or the password is wrong"),
        ("/flujo_", "/nothing_", "there is no such database"),
    ],
)
def test_an_address_that_is_wrong(postgres, old, new, words):
    assert words in refused(postgres.replace(old, new)).message


def test_a_user_without_rights(postgres, store):
    store._server._say("DROP ROLE IF EXISTS flujo_guest")
    store._server._say("CREATE ROLE flujo_guest LOGIN")
    try:
        found = refused(postgres.replace("//postgres:", "//flujo_guest:"))
        assert "the user may not do that" in found.message and "schema `flujo`" in found.help
    finally:
        store._server._say("DROP ROLE flujo_guest")


def test_an_address_that_is_none():
    with pytest.raises(UsageError, match="not one of Postgres") as caught:
        PostgresStore("postgresql://user:geheim@host:port/x")
    assert "geheim" not in str(caught.value)


def test_without_the_driver_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingModule, match="psycopg") as caught:
        PostgresStore("postgresql://localhost/demo")
    assert caught.value.diagnostic.code == "FLJ0006" and "flujo[postgres]" in caught.value.diagnostic.help
