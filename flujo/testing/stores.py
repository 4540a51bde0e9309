"""The contract of a store, as functions that a test module runs on its own store: see `core.storing.Store`.

Each of `CHECKS` takes a function that opens the store on an empty database and raises AssertionError when the contract
is broken. Those of `SHARED` open it twice, as two processes would, and are for databases that outlive a store:

    @pytest.mark.parametrize("check", CHECKS + SHARED, ids=lambda check: check.__name__)
    def test_contract(check, tmp_path):
        check(lambda: SqliteStore(tmp_path / "state.db"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from flujo.core.errors import LostOwnership, StateError
from flujo.core.ids import Address, Digest, RunId, TaskId
from flujo.core.rows import Row, row_hash
from flujo.core.storing import Batch, Kept, Projection, RunHeader, Store, TaskHeader
from flujo.core.values import sha256

Open = Callable[[], Store]

RUN: Final = RunId("run-1")
OTHER: Final = RunId("run-2")
TASK: Final = TaskHeader(TaskId("run-1.1"), RUN, "demo", Address("ask"), 5)
EVENT: Final = TaskHeader(TaskId("run-1.2"), RUN, "demo", Address("wait"), 6, "paid")
SIZES: Final = (1, 9_000, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024)
"""Bytes of blobs, on both sides of every limit that a store may have."""


def a_header(run: RunId = RUN, created: int = 1) -> RunHeader:
    """Return the header of a run."""
    return RunHeader(run, "demo", "running", created, created)


def a_row(seq: int, epoch: int = 1, run: RunId = RUN, **more: Any) -> Row:
    """Return a row with a true hash."""
    address = Address(f"s{seq}")
    made = Row(run, seq, "step_completed", address, "f", 5, epoch, "", "", "", b'{"\\u0000": "\xc3\xa9"}', b"\x00\xff")
    made = replace(made, **more)
    return replace(made, hash=row_hash(made))


@contextmanager
def refused(code: str, words: str = "") -> Iterator[None]:
    """Expect a StateError with a code and some words."""
    try:
        yield
    except StateError as error:
        assert error.diagnostic.code == code, f"{error.diagnostic.code} instead of {code}: {error}"
        assert words in str(error), f"no `{words}` in `{error}`"
        return
    raise AssertionError(f"{code} was not raised")


@contextmanager
def opened(*openers: Open) -> Iterator[list[Store]]:
    """Open stores, and close them at the end."""
    stores = [opener() for opener in openers]
    try:
        yield stores
    finally:
        for store in stores:
            store.close()


# --- one store --------------------------------------------------------------------------------------------------------


def rows_come_back_as_they_were_written(open_store: Open) -> None:
    """What is appended is read again, whole, from any place, row by row."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim:
            first, second = a_row(1, claim.epoch), a_row(2, claim.epoch, labels="untrusted", address="é[0]", parent="p")
            store.append([first], {})
            store.append([second], {}, Projection(status="completed"))
        assert list(store.rows(RUN)) == [first, second]
        assert list(store.rows(RUN, after=1)) == [second]
        assert store.row(RUN, 2) == second
        assert [(item.seq, item.type, item.address) for item in store.index(RUN)] == [
            (row.seq, row.type, row.address) for row in (first, second)
        ]
        assert store.run("run").status == "completed"
        with refused("FLJ0805", "event 9"):
            store.row(RUN, 9)
        assert list(store.rows(OTHER)) == []


def long_runs_are_read_in_order(open_store: Open) -> None:
    """Many rows come in the order of their seq, and other statements may run in between."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim:
            written = [a_row(seq, claim.epoch) for seq in range(1, 1202)]
            store.append(written, {})
            read = []
            for row in store.rows(RUN):
                read.append(row)
                if row.seq % 400 == 0:
                    assert store.row(RUN, row.seq) == row
        assert read == written


def an_older_epoch_is_fenced_out(open_store: Open) -> None:
    """After a new claim nothing of the old one is written."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as old:
            store.append([a_row(1, old.epoch)], {})
        with store.claim(RUN) as new:
            assert new.epoch == old.epoch + 1
            with refused("FLJ0809"):
                store.append([a_row(2, old.epoch)], {})
            with refused("FLJ0809"):
                store.append([a_row(2, old.epoch), a_row(3, old.epoch)], {}, Projection(status="failed"))
            store.append([a_row(2, new.epoch)], {})
        assert [row.epoch for row in store.rows(RUN)] == [1, 2] and store.run(RUN).status == "running"


def a_seq_that_does_not_follow_is_refused(open_store: Open) -> None:
    """No row is written twice and none is left out, whether it comes alone or with others."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim:
            store.append([a_row(1, claim.epoch)], {})
            for seqs in ([1], [3], [3, 4], [2, 4], [1, 2]):
                with refused("FLJ0809"):
                    store.append([a_row(seq, claim.epoch) for seq in seqs], {})
            with refused("FLJ0809"):
                store.append([a_row(2, claim.epoch), a_row(3, claim.epoch + 1)], {})
        with refused("FLJ0809"):
            store.append([a_row(1, run=OTHER)], {})
        assert [row.seq for row in store.rows(RUN)] == [1]


def an_append_is_whole_or_not_at_all(open_store: Open) -> None:
    """A refused append leaves no row, no blob, no task, no kept output and no status."""
    with opened(open_store) as (store,):
        store.create(a_header())
        change = Projection(status="suspended", opened=(TASK,), kept=(Kept(Digest("k"), RUN, 1),))
        with store.claim(RUN) as claim, refused("FLJ0809"):
            store.append([a_row(1, claim.epoch), a_row(5, claim.epoch)], {sha256(b"x"): b"x"}, change)
        assert list(store.rows(RUN)) == [] and list(store.tasks()) == []
        assert store.run(RUN).status == "running" and store.kept(Digest("k")) is None
        with refused("FLJ0805", "missing"):
            store.blob(sha256(b"x"))


def batches_of_several_runs_are_one_transaction(open_store: Open) -> None:
    """All batches are written or none; a run is entered by its first append."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim, store.claim_new(OTHER) as new:
            assert new.epoch == 1
            made = RunHeader(OTHER, "demo", "running", 7, 7)
            theirs = Batch([a_row(1, 1, OTHER)], {}, Projection(created=made))
            with refused("FLJ0809"):
                store.append_all([theirs, Batch([a_row(9, claim.epoch)], {})])
            store.append_all([Batch([a_row(1, claim.epoch), a_row(2, claim.epoch)], {}), theirs])
            assert store.run(OTHER) == made
            with refused("FLJ0809"):
                store.append_all([Batch([a_row(3, claim.epoch)], {}), Batch([a_row(2, 9, OTHER)], {})])
        assert (len(list(store.rows(RUN))), len(list(store.rows(OTHER)))) == (2, 1)


def tasks_open_and_close_with_their_events(open_store: Open) -> None:
    """What a run waits for is listed by run and by event while it waits."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim:
            store.append([a_row(1, claim.epoch)], {}, Projection(opened=(EVENT, TASK)))
            assert list(store.tasks()) == list(store.tasks(RUN)) == [TASK, EVENT]
            assert list(store.tasks(OTHER)) == list(store.tasks(event="shipped")) == []
            assert list(store.tasks(event="paid")) == [EVENT] and list(store.tasks(RUN, event="")) == [TASK]
            store.append([a_row(2, claim.epoch)], {}, Projection(closed=(TASK.task, EVENT.task)))
        assert list(store.tasks()) == []


def blobs_are_kept_once_and_read_whole(open_store: Open) -> None:
    """A blob of any size comes back, also when it is written again."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim:
            datas = [(b"0123456789abcdef" * (size // 16 + 1))[:size] for size in SIZES]
            for seq, data in enumerate([*datas, datas[-1]], 1):
                store.append([a_row(seq, claim.epoch)], {sha256(data): data})
        for data in datas:
            assert store.blob(sha256(data)) == data
        with refused("FLJ0805", "missing"):
            store.blob(sha256(b"nothing"))


def what_is_kept_is_found_by_its_key(open_store: Open) -> None:
    """The event kept last under a key is the one that is found."""
    with opened(open_store) as (store,):
        store.create(a_header())
        with store.claim(RUN) as claim:
            first, second = a_row(1, claim.epoch), a_row(2, claim.epoch)
            assert store.kept(Digest("k")) is None
            store.append([first], {}, Projection(kept=(Kept(Digest("k"), RUN, 1),)))
            assert store.kept(Digest("k")) == first
            store.append([second], {}, Projection(kept=(Kept(Digest("k"), RUN, 2), Kept(Digest("l"), RUN, 1))))
        assert [store.kept(Digest(key)) for key in "klm"] == [second, first, None]


def runs_are_found_by_prefix_and_listed_newest_first(open_store: Open) -> None:
    """Ids may be shortened as far as they fit one run."""
    with opened(open_store) as (store,):
        for number, name in enumerate(["aa-1", "aa-2", "b-1"]):
            store.create(a_header(RunId(name), created=number))
        assert [store.run(prefix).run for prefix in ("b", "aa-1")] == ["b-1", "aa-1"]
        assert [item.run for item in store.runs()] == ["b-1", "aa-2", "aa-1"]
        assert [item.run for item in store.runs(1)] == ["b-1"]
        assert list(store.runs(status="failed")) == [] and len(store.runs(status="running")) == 3
        with refused("FLJ0801", "several"):
            store.run("aa")
        for nothing in ("", "zz", "b-11", "\0", "\udcff", "b_1", "%"):
            with refused("FLJ0801", "no run"):
                store.run(nothing)
        with refused("FLJ0801", "no run"), store.claim(RunId("zz")):
            pass


def wishes_are_left_and_taken_back(open_store: Open) -> None:
    """Whoever drives a run finds what was asked of it."""
    with opened(open_store) as (store,):
        store.create(a_header())
        assert store.asked(RUN) == store.asked(OTHER) == ""
        store.ask(RUN, "cancel")
        assert store.asked(RUN) == "cancel"
        store.ask(RUN, "")
        assert store.asked(RUN) == "" and not store.is_driven(RUN) and not store.is_driven(OTHER)


# --- two stores on one database ---------------------------------------------------------------------------------------


def what_was_written_is_there_for_others(open_store: Open) -> None:
    """Another process finds the same, and the next one does after both are gone."""
    data = b"a" * (1024 * 1024 + 1)
    with opened(open_store, open_store) as (one, two):
        with one.claim_new(RUN) as claim:
            one.append([a_row(1, claim.epoch)], {sha256(data): data}, Projection(created=a_header(), opened=(TASK,)))
        assert list(two.rows(RUN)) == [a_row(1)] and list(two.tasks()) == [TASK]
        two.ask(RUN, "cancel")
        assert one.asked(RUN) == "cancel"
    with opened(open_store) as (three,):
        assert three.blob(sha256(data)) == data and list(three.rows(RUN)) == [a_row(1)]


def a_run_is_driven_by_one_process(open_store: Open) -> None:
    """A run has an owner from its claim until it ends, pauses or is left; others are told of it."""
    with opened(open_store, open_store) as (one, two):
        with one.claim_new(RUN):
            one.append([a_row(1)], {}, Projection(created=a_header()))
            assert two.is_driven(RUN) and one.is_driven(RUN)
            for store in (one, two):
                with refused("FLJ0803", "driven by process"), store.claim(RUN):
                    pass
            one.append([a_row(2)], {}, Projection(status="suspended"))
            assert not two.is_driven(RUN)
        with suppress(KeyError), two.claim(RUN) as claim:
            two.append([a_row(3, claim.epoch)], {}, Projection(status="running"))
            assert one.is_driven(RUN)
            raise KeyError
        assert not one.is_driven(RUN)


def an_owner_that_is_gone_drives_nothing(open_store: Open) -> None:
    """When a process ends in the middle of a run another takes it, and nothing of the first is written any more."""
    with opened(open_store, open_store) as (one, two):
        with one.claim_new(RUN):
            one.append([a_row(1)], {}, Projection(created=a_header()))
            assert two.is_driven(RUN)
            one.close()
            assert not two.is_driven(RUN)
        with two.claim(RUN) as claim:
            assert claim.epoch == 2
            try:
                two.append([a_row(2, 1)], {})
            except LostOwnership:
                two.append([a_row(2, 2)], {})
        assert [row.epoch for row in two.rows(RUN)] == [1, 2]


CHECKS: Final[tuple[Callable[[Open], None], ...]] = (
    rows_come_back_as_they_were_written,
    long_runs_are_read_in_order,
    an_older_epoch_is_fenced_out,
    a_seq_that_does_not_follow_is_refused,
    an_append_is_whole_or_not_at_all,
    batches_of_several_runs_are_one_transaction,
    tasks_open_and_close_with_their_events,
    blobs_are_kept_once_and_read_whole,
    what_is_kept_is_found_by_its_key,
    runs_are_found_by_prefix_and_listed_newest_first,
    wishes_are_left_and_taken_back,
)

SHARED: Final[tuple[Callable[[Open], None], ...]] = (
    what_was_written_is_there_for_others,
    a_run_is_driven_by_one_process,
    an_owner_that_is_gone_drives_nothing,
)
