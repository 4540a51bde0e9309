"""The journal of one run: look up by address, append, nothing else.

The terminal event of a step is *held* and written together with whatever comes next, but always before the next effect
begins; so a step costs one commit. What is held counts as recorded for nobody until it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field
from typing import Protocol

from flujo.core.errors import FlujoError, StateError
from flujo.core.events import (
    BLOB_FIELD,
    Draft,
    Event,
    EventAwaited,
    IterationFinished,
    TaskAnswered,
    TaskExpired,
    TaskOpened,
    body_of,
)
from flujo.core.ids import Address, Digest, TaskId, inside
from flujo.core.ports import Clock
from flujo.core.record import dataclass
from flujo.core.rows import Row, fields_hash, row_hash
from flujo.core.storing import (
    NO_CHANGE,
    Batch,
    IndexRow,
    Projection,
    Store,
)
from flujo.core.values import MAX_VALUE_BYTES, JsonValue, sha256, stored_bytes
from flujo.engine.commit import Committer
from flujo.engine.crashes import Crashes, crashes
from flujo.engine.past import Ended, Past

BLOB_BYTES = 8 * 1024
"""A value of more stored bytes than this is kept once, as a blob, and named by its digest."""

_ENTRIES = (
    "step_started",
    "step_returned",
    "region_entered",
    "timer_set",
    "event_awaited",
    "task_opened",
)
"""Events that may hold the moment at which their address was entered."""

_ASKING = (TaskOpened, TaskAnswered, TaskExpired, EventAwaited)

Observer = Callable[[Row], None]
"""Told of each row once it is written."""


@dataclass(slots=True)
class Offer:
    """An event that is sent to a run: `taken` are the steps that took it, `faults` why others could not tell."""

    event: str
    payload: JsonValue
    by: str
    taken: list[Address] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class EndOfRecord(Exception):
    """A replay has come to where a step, a branch or the run was cut off when it was recorded."""


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

    def output(self, address: Address) -> Ended | None:
        """Return the output of the step or region at an address if it completed (see `remember`)."""
        ...

    def question(
        self, address: Address, kind: str = "question"
    ) -> tuple[int, TaskAnswered | TaskExpired | None] | None:
        """Return the seq of the last task of a kind opened at an address, with what closed it, if anything did."""
        ...

    def awaited(self, address: Address) -> tuple[int, EventAwaited] | None:
        """Return the seq at which a step began to wait for an event, with that, if it has."""
        ...

    def offered(self, event: str) -> Offer | None:
        """Return the event that is sent to the run at this moment, if it has that name."""
        ...

    def remember(self) -> AbstractContextManager[None]:
        """Keep what is appended findable while it is open: a region inside it may be entered again."""
        ...

    def now(self) -> int:
        """Return the moment it is, in microseconds."""
        ...

    async def until(self, due: int) -> bool:
        """Wait until a moment has come; False at once when that is longer than this process waits."""
        ...

    async def deadline(self, due: int) -> None:
        """Wait until a moment has come, however long that is."""
        ...

    def entered(self, address: Address) -> Event | None:
        """Return the recorded entry of the region or timer at an address, if there is one."""
        ...

    def reopenings(self, address: Address) -> int:
        """Return how often the region at an address was tried again."""
        ...

    def iterations(self, loop: Address) -> int:
        """Return how many iterations of a loop are recorded as finished."""
        ...

    def iteration(self, address: Address) -> tuple[IterationFinished, frozenset[str]]:
        """Return the recorded end of one iteration."""
        ...

    def decision(self, address: Address) -> Event | None:
        """Return the recorded end of a region or wait that is entered again: what it decided (a replay has one)."""
        ...

    def open_tasks(self, region: Address) -> tuple[TaskId, ...]:
        """Return the questions that are open inside a region: nobody need answer them once it is decided."""
        ...

    def timed_out(self, address: Address) -> bool:
        """Say whether the region at an address is known to have taken too long (a replay knows)."""
        ...

    is_replay: bool
    """Whether all that happened is recorded: that decides what runs side by side, not who is first now."""

    def whole(self) -> Past:
        """Return all that is recorded by now, by address."""
        ...

    def undo(self, address: Address, of: int) -> Event | None:
        """Return how far the undo of an effect has come: its start, or its end; None if it was not begun."""
        ...

    def moment(self, address: Address) -> int:
        """Return the moment the address was entered: the recorded one, else now."""
        ...

    def append(self, *drafts: Draft, change: Projection = NO_CHANGE, hold: bool = False) -> int:
        """Add events; return the seq of the last. With `hold` they may be written with the next ones."""
        ...

    def lane(self) -> AbstractContextManager[None]:
        """Count a lane of steps that runs beside others, while it is open."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """The right to write a run's events: the epoch, how they are committed, who is told, and how long it waits.

    A wait of more than `wait_max` seconds suspends the run. With an `offer` the run is driven to give it that event.
    """

    epoch: int
    committer: Committer
    observe: Observer | None = None
    wait_max: float = 60.0
    offer: Offer | None = None


class Journal:
    """A run's events, with the right to add to them (the ports `Record` and `Writer`)."""

    is_replay = False

    def __init__(self, store: Store, past: Past, clock: Clock, owner: Owner) -> None:
        self.run = past.run
        self.past = past
        self._store = store
        self._clock = clock
        self._owner = owner
        self._seq = 0
        self._hash = b""
        self._held: list[Row] = []
        self._blobs: dict[Digest, bytes] = {}
        self._change = NO_CHANGE
        self._remembering = 0
        self.crashes = Crashes()
        self.ended = past.ended
        self.event = past.event
        self.question = past.question
        self.iterations = past.iterations
        self.awaited = past.awaited
        self.undo = past.undo

    def load(self) -> None:
        """Read the index of what is recorded; check that the last row is whole."""
        rows = self._store.index(self.run)
        self.past.read(rows)
        if rows:
            last = self._store.row(self.run, rows[-1].seq)
            if row_hash(last) != last.hash or last.seq != len(rows):
                raise StateError("FLJ0805", f"event {last.seq} of run `{self.run}` does not fit its hash")
            self._seq, self._hash = last.seq, last.hash
            self.crashes = crashes(rows)

    def whole(self) -> Past:
        """Return all that is recorded by now, by address: what this process appended is findable from here on."""
        self.flush()
        self.past.read(self._store.index(self.run))
        return self.past

    @property
    def next_seq(self) -> int:
        """The seq that the next event will have."""
        return self._seq + 1

    def entered(self, address: Address) -> Event | None:
        """Return the recorded entry of the region or timer at an address, if there is one."""
        return self.past.last(address, "region_entered", "timer_set")

    def offered(self, event: str) -> Offer | None:
        """Return the event that is sent to the run at this moment, if it has that name."""
        offer = self._owner.offer
        return offer if offer is not None and offer.event == event else None

    def output(self, address: Address) -> Ended | None:
        """Return the output of the step or region at an address if it completed."""
        self.flush()
        return self.past.output(address)

    def reopenings(self, address: Address) -> int:
        """Return how often the region at an address was tried again since the last redrive."""
        return self.past.reopenings(address)

    def iteration(self, address: Address) -> tuple[IterationFinished, frozenset[str]]:
        """Return the recorded end of one iteration."""
        row = next(row for row in reversed(self.past.rows(address)) if row.type == "iteration_finished")
        event, labels = self.event(row.seq)
        assert isinstance(event, IterationFinished)
        return event, labels

    def decision(self, address: Address) -> Event | None:
        """Return nothing: a region that is entered here has not been decided."""
        return None

    def open_tasks(self, region: Address) -> tuple[TaskId, ...]:
        """Return the questions that are open inside a region: nobody need answer them once it is decided."""
        if not self.past.asked:
            return ()
        self.flush()
        return tuple(task.task for task in self._store.tasks(self.run) if inside(task.step, region))

    def timed_out(self, address: Address) -> bool:
        """Return False: what takes too long is found out by waiting."""
        return False

    def moment(self, address: Address) -> int:
        """Return the moment the address was entered: the recorded one, else now."""
        for row in reversed(self.past.rows(address)):
            if row.type not in _ENTRIES and (row.type != "step_failed" or row.seq <= self.past.reopened(address)):
                continue
            if row.seq > self._seq - len(self._held):
                self.flush()  # remembered before it was written
            moment = getattr(self.event(row.seq)[0], "moment", None)
            if moment is not None:  # a task that asks whether a call took effect has none
                return int(moment)
        return self._clock.now()

    @contextmanager
    def remember(self) -> Iterator[None]:
        """Keep what is appended findable while it is open: a region inside it may be entered again."""
        self._remembering += 1
        try:
            yield
        finally:
            self._remembering -= 1

    def now(self) -> int:
        """Return the moment it is, in microseconds."""
        return self._clock.now()

    async def until(self, due: int) -> bool:
        """Wait until a moment has come; False at once when that is longer than this process waits."""
        self.flush()
        seconds = (due - self._clock.now()) / 1_000_000
        if seconds > self._owner.wait_max:
            return False
        if seconds > 0:
            await self._clock.sleep(seconds)
        return True

    async def deadline(self, due: int) -> None:
        """Wait until a moment has come, however long that is."""
        await self._clock.sleep(max(0.0, (due - self._clock.now()) / 1_000_000))

    # --- appending ---

    def append(self, *drafts: Draft, change: Projection = NO_CHANGE, hold: bool = False) -> int:
        """Add events and write all that is held, unless `hold`; return the seq of the last."""
        for draft in drafts:
            self._held.append(self._row(draft))
        if change is not NO_CHANGE:
            self._change = self._change.then(change)
        if not hold:
            self.flush()
        return self._seq

    def flush(self) -> None:
        """Write what is held, now, in one transaction."""
        if self._held:
            self._owner.committer.write(self)

    def holds_only(self, type: str) -> bool:
        """Say whether nothing waits to be written but one event of a type."""
        return [row.type for row in self._held] == [type]

    async def commit(self) -> None:
        """Return when all that was held is written; other lanes' events may go with it."""
        if self._held:
            await self._owner.committer.commit(self)

    def kept(self, key: Digest) -> Row | None:
        """Return the event that holds the output kept under a key, also when this run has only just kept it."""
        self.flush()
        return self._store.kept(key)

    def lane(self) -> AbstractContextManager[None]:
        """Count a lane of steps that runs beside others, while it is open."""
        return self._owner.committer.lane()

    def ready(self) -> Batch:
        """Return what waits to be written."""
        return Batch(self._held, self._blobs, self._change)

    def written(self, count: int) -> None:
        """Forget the first `count` rows: they are in the store now."""
        rows, self._held = self._held[:count], self._held[count:]
        if not self._held:
            self._blobs, self._change = {}, NO_CHANGE
        if self._owner.observe:
            for row in rows:
                self._owner.observe(row)

    def _row(self, draft: Draft) -> Row:
        event = draft.event
        body, blob = self._encode(event)
        labels = ",".join(sorted(draft.labels)) if draft.labels else ""
        fields = (
            self.run, self._seq + 1, event.TYPE, draft.address, draft.fingerprint, self._clock.now(),
            self._owner.epoch, labels, blob, draft.parent, body, self._hash,
        )  # fmt: skip
        self._hash = fields_hash(*fields)
        self._seq += 1
        if self._remembering or isinstance(event, _ASKING):
            self.past.add(IndexRow(self._seq, event.TYPE, draft.address, ""))
        return Row(*fields, self._hash)

    def _encode(self, event: Event) -> tuple[bytes, str]:
        fields = body_of(event)
        body = stored_bytes(fields)
        if len(body) <= BLOB_BYTES:
            return body, ""
        if len(body) > MAX_VALUE_BYTES:
            raise FlujoError("FLJ0812", f"a value of {len(body):,} bytes is too large: 16 MiB is the most")
        name = BLOB_FIELD.get(event.TYPE, "")
        value = stored_bytes(fields.get(name))
        if len(value) <= BLOB_BYTES:
            return body, ""
        blob = sha256(value)
        self._blobs[blob] = value
        del fields[name]
        return stored_bytes(fields), blob
