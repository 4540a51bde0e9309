"""What is recorded of a run, found by address: an index in memory, values loaded when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from flujo.core.errors import StateError
from flujo.core.events import (
    Event,
    EventAwaited,
    RegionFinished,
    RunHalted,
    RunResumed,
    StepCompleted,
    StepFailed,
    StepReturned,
    TaskAnswered,
    TaskExpired,
    TaskOpened,
    UndoFinished,
    UndoStarted,
    event_of,
)
from flujo.core.ids import Address, Digest, RunId
from flujo.core.outcomes import NOTHING_SPENT, Failed, Usage
from flujo.core.record import dataclass
from flujo.core.rows import Row
from flujo.core.storing import IndexRow, Store
from flujo.core.values import EMPTY, JsonObject, Value, load_stored
from flujo.engine.answers import settled
from flujo.engine.voiding import Void, around

_PLAIN_ENDS: Final = frozenset({"step_completed", "step_skipped"})
_OF_TASKS: Final = frozenset({"task_opened", "task_answered", "task_expired"})
_GOOD_ENDS: Final = _PLAIN_ENDS | {"step_continued"}


@dataclass(frozen=True, slots=True)
class Ended:
    """The output of a step or region that completed, and the seq of its end."""

    seq: int
    value: Value


class Past:
    """The recorded events of one run."""

    def __init__(self, store: Store, run: RunId) -> None:
        self.run = run
        self._store = store
        self.read(())

    def read(self, rows: Iterable[IndexRow]) -> None:
        """Take in the whole of what is recorded, anew."""
        self._rows: dict[Address, tuple[IndexRow, ...]] = {}
        self._reopened: dict[Address, int] = {}
        self._iterations: dict[Address, int] = {}
        self._voids: list[Void] = []
        self._stopping = 0
        self.asked = False
        self.passed_over = False
        for row in rows:
            self.add(row)

    def add(self, row: IndexRow) -> None:
        """Take a row into the index; rows come in order."""
        rows = self._rows.get(row.address)
        self._rows[row.address] = (row,) if rows is None else (*rows, row)
        if row.type in _PLAIN_ENDS:  # nearly always
            return
        match row.type:
            case "step_continued":
                self.passed_over = True
            case "task_opened" | "event_awaited":
                self.asked = True
            case "run_resumed":
                event = self.event(row.seq)[0]
                if isinstance(event, RunResumed) and event.reason == "redrive":
                    self._forget(event)
                    self._stopping = 0
                    self._reopened[row.address] = row.seq
            case "run_halted":
                self._stopping = row.seq
            case "region_reopened":
                self._reopened[row.address] = row.seq
            case "iteration_finished":
                loop, _, index = row.address.removesuffix("]").rpartition("[")
                self._iterations[Address(loop)] = int(index) + 1

    def stopping(self) -> RunHalted | None:
        """Return why the run goes no further, if it was cancelled or rolled back since the last redrive."""
        event = self.event(self._stopping)[0] if self._stopping else None
        return event if isinstance(event, RunHalted) else None

    def _forget(self, event: RunResumed) -> None:
        """Let go of what a redrive says no longer holds."""
        if not event.void:
            return
        void = Void(event.void, event.kept or (), self._iterations.__contains__)
        self._rows = {address: rows for address, rows in self._rows.items() if not void(address)}
        self._iterations = {
            loop: void.iterations.get(loop, count) for loop, count in self._iterations.items() if not void.covers(loop)
        }
        self._voids.append(void)

    def kept(self, address: Address) -> bool:
        """Say whether a result was kept although what it was built on may have changed."""
        return any(address in void.kept for void in self._voids)

    def generation(self, address: Address) -> int:
        """Return how often what was recorded at an address was made void: a call made anew has a key of its own."""
        return sum(void.covers(address) for void in self._voids)

    def rows(self, address: Address) -> Sequence[IndexRow]:
        """Return the rows of an address in order."""
        return self._rows.get(address, ())

    def addresses(self) -> Iterator[Address]:
        """Yield all addresses in the order of their first rows."""
        return iter(self._rows)

    def reopened(self, address: Address) -> int:
        """Return the seq after which failures at an address count: the last redrive, or retry of a region around it."""
        latest = self._reopened.get(Address(""), 0)
        if len(self._reopened) > 1 or (self._reopened and not latest):
            for region in around(address):
                latest = max(latest, self._reopened.get(region, 0))
        return latest

    def reopenings(self, address: Address) -> int:
        """Return how often the region at an address was tried again since the last redrive."""
        after = self._reopened.get(Address(""), 0)
        return sum(row.type == "region_reopened" and row.seq > after for row in self.rows(address))

    def ended(self, address: Address) -> IndexRow | None:
        """Return the event that ended the step or region at an address, if there is one.

        A failure is an end when no further attempt was planned and nothing reopened it.
        """
        rows = self._rows.get(address, ())
        if len(rows) == 1 and rows[0].type in _GOOD_ENDS:  # nearly always
            return rows[0]
        for row in reversed(rows):
            if row.type in _GOOD_ENDS:
                return row
            if row.type == "region_finished":
                after = self.reopened(address)
                return row if row.seq > after or getattr(self.event(row.seq)[0], "error", None) is None else None
            if row.type == "step_failed" and row.seq > self.reopened(address):
                return row if self._failed(row).retry_at is None else None
        return None

    def output(self, address: Address) -> Ended | None:
        """Return the output of the step or region at an address if it completed."""
        row = self.ended(address)
        event, labels = (None, EMPTY) if row is None else self.event(row.seq)
        match event:
            case StepCompleted() | RegionFinished(error=None) if row is not None:
                return Ended(row.seq, Value(event.output, labels))
        return None

    def failures(self, address: Address) -> list[Failed]:
        """Return the failed attempts at an address that count, oldest first."""
        after = self.reopened(address)
        rows = [row for row in self.rows(address) if row.type == "step_failed" and row.seq > after]
        return [failure_of(self._failed(row)) for row in rows]

    def retry_at(self, address: Address) -> int | None:
        """Return when the next attempt at an address is due, if one was planned."""
        for row in reversed(self.rows(address)):
            if row.type == "step_failed" and row.seq > self.reopened(address):
                return self._failed(row).retry_at
        return None

    def earlier(self, address: Address) -> tuple[int, int | None]:
        """Return how many attempts at an address have failed, reopened ones included, and when the first began."""
        rows = [row for row in self.rows(address) if row.type == "step_failed"]
        return len(rows), self._failed(rows[0]).started if rows else None

    def returned(self, address: Address, attempt: int) -> tuple[StepReturned, frozenset[str]] | None:
        """Return what an attempt gave before it was verified, if that is recorded."""
        for event, labels in self.all_returned(address):
            if event.attempt == attempt:
                return event, labels
        return None

    def all_returned(self, address: Address) -> Iterator[tuple[StepReturned, frozenset[str]]]:
        """Yield what the attempts at an address gave before they were verified."""
        for row in self.rows(address):
            if row.type == "step_returned":
                event, labels = self.event(row.seq)
                assert isinstance(event, StepReturned)
                yield event, labels

    def doubt(self, address: Address) -> IndexRow | None:
        """Return the start of an attempt that never ended, if there is one: nobody knows whether it took effect."""
        started = None
        for row in self.rows(address):
            if row.type == "step_started":
                started = row
            elif row.type in ("step_failed", "step_completed", "step_returned"):
                started = None
        return started

    def effect(self, address: Address) -> IndexRow | None:
        """Return the event that recorded what the step at an address did: its end, or the start of a doubt."""
        doubt = self.doubt(address)
        if doubt is not None:
            return doubt
        row = self.ended(address)
        if row is None or row.type not in ("step_completed", "region_finished"):
            return None
        event = self.event(row.seq)[0] if row.type == "region_finished" else None
        caught = isinstance(event, RegionFinished) and (event.error is not None or event.decision == "@caught")
        return None if caught else row

    def undo(self, address: Address, of: int) -> Event | None:
        """Return how far the undo of an effect has come: its start, or its end; None if it was not begun."""
        for row in reversed(self.rows(address)):
            if row.type in ("undo_started", "undo_finished"):
                event = self.event(row.seq)[0]
                if isinstance(event, UndoStarted | UndoFinished) and event.of == of:
                    return event
        return None

    def question(
        self, address: Address, kind: str = "question", after: int | None = None, about: Digest | None = None
    ) -> tuple[int, TaskAnswered | TaskExpired | None] | None:
        """Return the seq of the last task of a kind opened at an address, with what closed it, if anything did: the
        answer that settles it, or that its time ran out.

        Those before a redrive or retry do not count, nor those before the event `after` where it is given, nor those
        that are not `about` one call where that is given.
        """
        seq, opened, closed = 0, None, None
        answers: list[TaskAnswered] = []
        after = self.reopened(address) if after is None else after
        for row in self.rows(address):
            if row.seq <= after or row.type not in _OF_TASKS:
                continue
            match self.event(row.seq)[0]:
                case TaskOpened() as event:
                    if event.kind == kind and about in (None, event.call):
                        seq, opened, closed, answers = row.seq, event, None, []
                case TaskAnswered(task=task) as event if task.endswith(f".{seq}"):
                    answers.append(event)
                case TaskExpired(task=task) as event if task.endswith(f".{seq}"):
                    closed = event
        return None if opened is None else (seq, closed or settled(opened.kind, opened.quorum, answers))

    def answers(self, address: Address, task: str) -> list[TaskAnswered]:
        """Return the answers that were given to a task at an address."""
        events = [self.event(row.seq)[0] for row in self.rows(address) if row.type == "task_answered"]
        return [event for event in events if isinstance(event, TaskAnswered) and event.task == task]

    def awaited(self, address: Address, after: int | None = None) -> tuple[int, EventAwaited] | None:
        """Return the seq at which a step began to wait for an event, with that; see `question` for what counts."""
        after = self.reopened(address) if after is None else after
        for row in reversed(self.rows(address)):
            if row.type == "event_awaited" and row.seq > after:
                event = self.event(row.seq)[0]
                assert isinstance(event, EventAwaited)
                return row.seq, event
        return None

    def last(self, address: Address, *types: str) -> Event | None:
        """Return the last event of one of some types at an address."""
        for row in reversed(self.rows(address)):
            if row.type in types:
                return self.event(row.seq)[0]
        return None

    def row(self, address: Address, type: str) -> IndexRow | None:
        """Return the last row of a type at an address."""
        return next((row for row in reversed(self.rows(address)) if row.type == type), None)

    def iterations(self, loop: Address) -> int:
        """Return how many iterations of a loop are recorded as finished."""
        return self._iterations.get(loop, 0)

    def event(self, seq: int) -> tuple[Event, frozenset[str]]:
        """Return a recorded event whole, with its labels; the value in a blob is put back."""
        return self.event_of(self._store.row(self.run, seq))

    def fingerprint(self, seq: int) -> str:
        """Return the fingerprint of a recorded event."""
        return self._store.row(self.run, seq).fingerprint

    def event_of(self, row: Row) -> tuple[Event, frozenset[str]]:
        """Return the event of a row, with its labels; the value in a blob is put back."""
        try:
            large = load_stored(self._store.blob(Digest(row.blob))) if row.blob else None
            event = event_of(row, large)
        except (AttributeError, KeyError, ValueError, TypeError, StateError) as error:
            if isinstance(error, StateError) and error.diagnostic.code != "FLJ0805":
                raise
            where = f" of step `{row.address}`" if row.address else ""
            raise StateError(
                "FLJ0805", f"event {row.seq}{where} of run `{self.run}` cannot be read: {error}"
            ) from error
        return event, frozenset(row.labels.split(",")) if row.labels else EMPTY

    def _failed(self, row: IndexRow) -> StepFailed:
        event = self.event(row.seq)[0]
        assert isinstance(event, StepFailed)
        return event


def failure_of(event: StepFailed) -> Failed:
    """Return the failure an event recorded, with the detail the next attempt may look at."""
    return replace(Failed.from_json(event.error), detail=event.detail)


def usage_of(usage: JsonObject | None) -> Usage:
    """Return what an event says was spent."""
    return Usage(**{key: usage[key] for key in ("tokens_in", "tokens_out", "calls", "usd")}) if usage else NOTHING_SPENT
