"""The journal of one run: look up by address, append, nothing else.

The terminal event of a step is *held* and written together with whatever comes next, but always before the next effect
begins; so a step costs one commit. What is held counts as recorded for nobody until it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from flujo.core.errors import FlujoError, StateError
from flujo.core.events import (
    BLOB_FIELD,
    Draft,
    Event,
    RegionEntered,
    RunResumed,
    StepFailed,
    StepStarted,
    TaskAnswered,
    TaskOpened,
    body_of,
    event_of,
)
from flujo.core.ids import Address, Digest, RunId
from flujo.core.outcomes import Failed
from flujo.core.ports import NO_CHANGE, Clock, IndexRow, Projection, Store
from flujo.core.rows import Row, fields_hash, row_hash
from flujo.core.values import EMPTY, MAX_VALUE_BYTES, load_stored, sha256, stored_bytes

BLOB_BYTES = 8 * 1024
"""A value of more stored bytes than this is kept once, as a blob, and named by its digest."""

_TERMINAL = frozenset({"step_completed", "step_skipped", "region_finished"})

Observer = Callable[[Row], None]
"""Told of each row once it is written."""


class Record(Protocol):
    """What the runner needs of a run's past and future: the journal, or a replay that compares instead of writing."""

    @property
    def next_seq(self) -> int:
        """The seq that the next event will have."""
        ...

    def ended(self, address: Address) -> IndexRow | None:
        """Return the event that ended the step or region at an address, if there is one."""
        ...

    def event(self, seq: int) -> tuple[Event, frozenset[str]]:
        """Return a recorded event whole, with its labels."""
        ...

    def question(self, address: Address) -> tuple[int, TaskAnswered | None] | None:
        """Return the seq of the last task opened at an address, with its answer if it has one."""
        ...

    def entered(self, address: Address) -> bool:
        """Say whether the entry of the region at an address is recorded; its moment is then the recorded one."""
        ...

    def moment(self, address: Address) -> int:
        """Return the moment the address was entered: the recorded one, else now."""
        ...

    def append(self, *drafts: Draft, change: Projection = NO_CHANGE, hold: bool = False) -> int:
        """Add events; return the seq of the last. With `hold` they may be written with the next ones."""
        ...


class Journal:
    """A run's events, with the right to add to them."""

    def __init__(self, store: Store, run: RunId, epoch: int, clock: Clock, observe: Observer | None = None) -> None:
        self.run = run
        self._store = store
        self._epoch = epoch
        self._clock = clock
        self._observe = observe
        self._seq = 0
        self._hash = b""
        self._held: list[Row] = []
        self._blobs: dict[Digest, bytes] = {}
        self._index: dict[Address, list[IndexRow]] = {}
        self.reopened_at = 0

    def load(self) -> None:
        """Read the index of what is recorded; check that the last row is whole."""
        rows = self._store.index(self.run)
        self.index(rows)
        if rows:
            last = self._store.row(self.run, rows[-1].seq)
            if row_hash(last) != last.hash or last.seq != len(rows):
                raise StateError("FLJ0805", f"event {last.seq} of run `{self.run}` does not fit its hash")
            self._seq, self._hash = last.seq, last.hash

    def index(self, rows: Sequence[IndexRow]) -> None:
        """Take the index of what is recorded."""
        for row in rows:
            if row.type == "run_resumed":
                event = self.event(row.seq)[0]
                if isinstance(event, RunResumed) and event.reason == "redrive":
                    self.reopened_at = row.seq
            self._index.setdefault(row.address, []).append(row)

    @property
    def next_seq(self) -> int:
        """The seq that the next event will have."""
        return self._seq + 1

    # --- looking up ---

    def ended(self, address: Address) -> IndexRow | None:
        """Return the event that ended the step or region at an address, if there is one.

        A failure is an end when no further attempt was planned and no redrive came after it.
        """
        for row in reversed(self._index.get(address, ())):
            if row.type in _TERMINAL:
                return row
            if row.type == "step_failed" and row.seq > self.reopened_at:
                return row if self._failed(row).retry_at is None else None
        return None

    def retry_at(self, address: Address) -> int | None:
        """Return when the next attempt at an address is due, if one was planned."""
        for row in reversed(self._index.get(address, ())):
            if row.type == "step_failed" and row.seq > self.reopened_at:
                return self._failed(row).retry_at
        return None

    def failures(self, address: Address) -> list[Failed]:
        """Return the failed attempts at an address since the last redrive, oldest first."""
        rows = [row for row in self._index.get(address, ()) if row.type == "step_failed"]
        return [failure_of(self._failed(row)) for row in rows if row.seq > self.reopened_at]

    def earlier(self, address: Address) -> tuple[int, int | None]:
        """Return how many attempts at an address have failed, redriven ones included, and when the first began."""
        rows = [row for row in self._index.get(address, ()) if row.type == "step_failed"]
        return len(rows), self._failed(rows[0]).started if rows else None

    def _failed(self, row: IndexRow) -> StepFailed:
        event = self.event(row.seq)[0]
        assert isinstance(event, StepFailed)
        return event

    def entered(self, address: Address) -> bool:
        """Say whether the entry of the region at an address is recorded; its moment is then the recorded one."""
        return any(row.type == "region_entered" for row in self._index.get(address, ()))

    def moment(self, address: Address) -> int:
        """Return the moment the address was entered: the recorded one, else now."""
        for row in reversed(self._index.get(address, ())):
            if row.type in ("step_started", "region_entered"):
                event = self.event(row.seq)[0]
                assert isinstance(event, StepStarted | RegionEntered)
                return event.moment
        return self._clock.now()

    def doubt(self, address: Address) -> IndexRow | None:
        """Return the start of an attempt that never ended, if there is one: nobody knows whether it took effect."""
        started = None
        for row in self._index.get(address, ()):
            if row.type == "step_started":
                started = row
            elif row.type in ("step_failed", "step_completed"):
                started = None
        return started

    def question(self, address: Address) -> tuple[int, TaskAnswered | None] | None:
        """Return the seq of the last task opened at an address since the last redrive, with its answer if any."""
        opened = 0
        answer = None
        for row in self._index.get(address, ()):
            if row.seq > self.reopened_at and row.type == "task_opened":
                opened, answer = row.seq, None
            elif row.seq > self.reopened_at and row.type == "task_answered":
                event = self.event(row.seq)[0]
                answer = event if isinstance(event, TaskAnswered) else None
        return (opened, answer) if opened else None

    def event(self, seq: int) -> tuple[Event, frozenset[str]]:
        """Return a recorded event whole, with its labels; the value in a blob is put back."""
        row = self._store.row(self.run, seq)
        large = load_stored(self._store.blob(Digest(row.blob))) if row.blob else None
        try:
            event = event_of(row, large)
        except (ValueError, TypeError) as error:
            where = f" of step `{row.address}`" if row.address else ""
            raise StateError("FLJ0805", f"event {seq}{where} of run `{self.run}` cannot be read: {error}") from error
        return event, frozenset(row.labels.split(",")) if row.labels else EMPTY

    # --- appending ---

    def append(self, *drafts: Draft, change: Projection = NO_CHANGE, hold: bool = False) -> int:
        """Add events and write all that is held, unless `hold`; return the seq of the last."""
        for draft in drafts:
            self._held.append(self._row(draft))
        if not hold:
            self.flush(change)
        return self._seq

    def flush(self, change: Projection = NO_CHANGE) -> None:
        """Write what is held in one transaction."""
        rows, blobs = self._held, self._blobs
        if not rows:
            return
        self._held, self._blobs = [], {}
        self._store.append(rows, blobs, change)
        if self._observe:
            for row in rows:
                self._observe(row)

    def _row(self, draft: Draft) -> Row:
        event = draft.event
        body, blob = self._encode(event)
        labels = ",".join(sorted(draft.labels)) if draft.labels else ""
        fields = (
            self.run, self._seq + 1, event.TYPE, draft.address, draft.fingerprint, self._clock.now(), self._epoch,
            labels, blob, "", body, self._hash,
        )  # fmt: skip
        self._hash = fields_hash(*fields)
        self._seq += 1
        if isinstance(event, TaskOpened | TaskAnswered):
            self._index.setdefault(draft.address, []).append(IndexRow(self._seq, event.TYPE, draft.address, ""))
        return Row(*fields, self._hash)

    def _encode(self, event: Event) -> tuple[bytes, str]:
        fields = body_of(event)
        body = stored_bytes(fields)
        if len(body) <= BLOB_BYTES:
            return body, ""
        if len(body) > MAX_VALUE_BYTES:
            raise FlujoError("FLJ0812", f"a value of {len(body):,} bytes is too large for the journal")
        name = BLOB_FIELD.get(event.TYPE, "")
        value = stored_bytes(fields.get(name))
        if len(value) <= BLOB_BYTES:
            return body, ""
        blob = sha256(value)
        self._blobs[blob] = value
        del fields[name]
        return stored_bytes(fields), blob


def failure_of(event: StepFailed) -> Failed:
    """Return the failure an event recorded, with the detail the next attempt may look at."""
    return replace(Failed.from_json(event.error), detail=event.detail)
