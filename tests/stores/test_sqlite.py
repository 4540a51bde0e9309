"""What is SQLite's own in its store: files, locks, errors. The contract is in test_contract.py."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flujo.core.errors import StateError
from flujo.core.ids import Address, RunId, TaskId
from flujo.core.rows import Row, row_hash
from flujo.core.storing import (
    NO_CHANGE,
    Projection,
    RunHeader,
    TaskHeader,
)
from flujo.core.values import sha256
from flujo.stores.contract import INLINE_BLOB
from flujo.stores.schema import MIGRATIONS
from flujo.stores.sqlite import SqliteStore

RUN = RunId("run-1")


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path):
    made = SqliteStore(tmp_path / "state" / "state.db" if request.param == "file" else None)
    yield made
    made.close()


def header(run=RUN, created=1):
    return RunHeader(run, "demo", "running", created, created)


def row(seq, epoch=1, body=b"{}", previous=b"", **more):
    made = Row(RUN, seq, "step_completed", Address(f"s{seq}"), "f", 5, epoch, "", "", "", body, previous)
    made = replace(made, **more)
    return replace(made, hash=row_hash(made))


def test_nothing_looks_through_the_events_of_other_runs(store):
    said = []
    store._db.set_trace_callback(said.append)
    store.create(header())
    with store.claim(RUN) as claim:
        store.append([row(1, claim.epoch), row(2, claim.epoch)], {})
    assert [*store.rows(RUN), store.row(RUN, 1), *store.index(RUN)]
    store._db.set_trace_callback(None)
    events = [text for text in said if "events" in text]
    plans = [step[3] for text in events for step in store._db.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert len(events) >= 5 and sum("SEARCH events USING INTEGER PRIMARY KEY" in step for step in plans) >= 4
    assert not [step for step in plans if "SCAN events" in step]


def test_a_large_blob_is_a_file_and_damage_is_found(tmp_path):
    store = SqliteStore(tmp_path / "state.db")
    data = b"b" * (INLINE_BLOB + 1)
    digest = sha256(data)
    store.create(header())
    with store.claim(RUN) as claim:
        store.append([row(1, claim.epoch)], {digest: data})
    file = tmp_path / "blobs" / digest[:2] / digest
    file.write_bytes(b"c" + data[1:])
    with pytest.raises(StateError, match="damaged"):
        store.blob(digest)
    file.unlink()
    with pytest.raises(StateError, match="missing"):
        store.blob(digest)


def test_a_run_that_is_driven_is_refused_with_the_pid(tmp_path):
    store = SqliteStore(tmp_path / "state.db")
    store.create(header())
    code = (
        "import sys; from pathlib import Path; from flujo.stores.sqlite import SqliteStore\n"
        "store = SqliteStore(Path(sys.argv[1]))\n"
        "with store.claim('run-1'):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "state.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        assert store.is_driven(RUN)
        with pytest.raises(StateError, match=f"process {other.pid}") as caught, store.claim(RUN):
            pass
        assert caught.value.diagnostic.code == "FLJ0803"
        other.kill()
        other.wait()
    assert not store.is_driven(RUN)
    assert not list((tmp_path / "locks").iterdir()), "what a dead owner left is swept"
    assert not store.is_driven(RunId("nobody"))
    with store.claim(RUN) as claim:
        assert claim.epoch == 2


def test_a_run_is_free_as_soon_as_it_ends_pauses_or_is_left(tmp_path):
    one, two = SqliteStore(tmp_path / "state.db"), SqliteStore(tmp_path / "state.db")
    with one.claim_new(RUN):
        one.append([row(1)], {}, Projection(created=header()))
        assert two.is_driven(RUN) and one.is_driven(RUN)
        with pytest.raises(StateError, match="driven"), one.claim(RUN):
            pass
        one.append([row(2)], {}, Projection(status="suspended"))
        assert not two.is_driven(RUN)
    with pytest.raises(KeyError), two.claim(RUN) as claim:
        two.append([row(3, claim.epoch)], {}, Projection(status="running"))
        assert one.is_driven(RUN)
        raise KeyError
    assert not one.is_driven(RUN)
    assert len(list((tmp_path / "locks").iterdir())) == 2
    with one.claim(RUN) as claim:
        assert claim.epoch == 3
        one.close()
        assert not two.is_driven(RUN)
    two.close()
    assert not list((tmp_path / "locks").iterdir())


def test_a_newer_database_is_refused(tmp_path):
    file = tmp_path / "state.db"
    SqliteStore(file).close()
    db = sqlite3.connect(file)
    db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(StateError) as caught:
        SqliteStore(file)
    assert caught.value.diagnostic.code == "FLJ0806"


def test_a_file_that_is_no_database_is_explained(tmp_path):
    file = tmp_path / "state.db"
    file.write_bytes(b"this is not a database, but it is long enough to look at" * 40)
    with pytest.raises(StateError, match="damaged"):
        SqliteStore(file)


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError) as caught:
        SqliteStore(Path(tmp_path / "file" / "state.db"))
    assert caught.value.diagnostic.code == "FLJ0807"


def test_a_locked_database_is_explained(tmp_path):
    file = tmp_path / "state.db"
    store = SqliteStore(file)
    store._db.execute("PRAGMA busy_timeout=1")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="locked by another process"):
        store.create(header())
    other.execute("ROLLBACK")
    store.create(header())


@pytest.mark.parametrize(("durability", "level"), [("full", 2), ("normal", 1)])
def test_commits_are_synced_as_told(tmp_path, durability, level):
    store = SqliteStore(tmp_path / "state.db", durability)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (level,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_changes_add_up():
    opened = TaskHeader(TaskId("t.1"), RUN, "demo", Address("a"), 1)
    first = Projection(status="running", created=header()).then(Projection(opened=(opened,)))
    assert first == Projection("running", (opened,), (), header())
    assert NO_CHANGE.then(first) is first
    assert first.then(NO_CHANGE) is first
