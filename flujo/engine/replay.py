"""Replay: the same runner over the same graph, with recorded results and nothing else wired to it.

Byte-equal means: for every address the stored bytes of fingerprint and outcome, every region's output and decision, the
context and the run's output. The chain of hashes is checked on the way, so that a changed byte is named where it is.

Long because it answers the whole port `Record` in another way than the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from flujo.core.errors import StateError
from flujo.core.events import (
    Draft,
    Event,
    EventAwaited,
    IterationFinished,
    RegionFinished,
    RegionReopened,
    RunFinished,
    StepCompleted,
    StepContinued,
    StepFailed,
    StepReturned,
    StepSkipped,
    TaskAnswered,
    TaskExpired,
    TaskOpened,
    TimerSet,
    UndoFinished,
)
from flujo.core.graph import Graph
from flujo.core.ids import ROOT, Address, RunId, TaskId, indexed
from flujo.core.outcomes import NOTHING_SPENT, Done, Failed, Outcome, Suspended
from flujo.core.ports import Clock
from flujo.core.record import dataclass
from flujo.core.rows import Row, row_hash
from flujo.core.storing import (
    NO_CHANGE,
    IndexRow,
    Projection,
    Store,
)
from flujo.core.values import JsonObject, JsonValue, stored_bytes
from flujo.engine.dispatch import Answer
from flujo.engine.journal import EndOfRecord, Offer
from flujo.engine.order import Order
from flujo.engine.past import Ended, Past, failure_of, usage_of
from flujo.engine.regions import run_region
from flujo.engine.runner import Runner
from flujo.engine.scope import RunFacts
from flujo.engine.undo import undo_failed, undo_stopped
from flujo.engine.verifying import verified

CUT_OFF = Suspended(())
"""The record ends here: the run was not finished when it was recorded."""

_COMPARED = {
    "step_continued": ("error",),
    "iteration_finished": ("output", "next_input", "delta", "exit"),
    "step_completed": ("output", "delta"),
    "region_finished": ("output", "decision", "delta"),
    "step_failed": ("error",),
    "step_skipped": (),
    "task_opened": ("kind", "message", "show", "choices", "schema", "to"),
    "undo_finished": ("of", "error", "by"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise than recorded."""

    address: str
    field: str
    recorded: JsonValue
    now: JsonValue

    def to_json(self) -> JsonObject:
        """Return the public JSON form."""
        return {"address": self.address, "field": self.field, "recorded": self.recorded, "now": self.now}


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of a replay: how many ends were compared, and what differs, first difference first."""

    run: RunId
    compared: int
    differences: tuple[Difference, ...]
    arguments: dict[Address, JsonObject]
    """The resolved arguments of each call, which the journal holds as fingerprints only."""

    @property
    def equal(self) -> bool:
        """Whether everything came out byte-equal."""
        return not self.differences


class ReplayRecord:
    """A run's record that answers nothing in advance and compares what would be appended (the port `Record`)."""

    is_replay = True

    def __init__(self, store: Store, run: RunId, clock: Clock) -> None:
        self._past = Past(store, run)
        self._clock = clock
        self._asked: set[Address] = set()
        self._met: set[Address] = set()
        self._ran_out: Address | None = None
        self.differences: list[Difference] = []
        self.compared = 0
        self._taken_over = 0
        self.next_seq = 0

    def load(self, rows: Iterable[Row]) -> None:
        """Read what is recorded and check the chain of hashes."""
        previous, expected = b"", 1
        for row in rows:
            if row.seq != expected:
                self.differ(row.address, f"event {expected}", "present", "missing")
            if row_hash(row) != row.hash:
                self.differ(row.address or f"event {row.seq}", "hash", row.hash.hex(), row_hash(row).hex())
            elif row.previous != previous:
                self.differ(row.address or f"event {row.seq}", "previous hash", row.previous.hex(), previous.hex())
            previous, expected = row.hash, row.seq + 1
            self._past.add(IndexRow(row.seq, row.type, row.address, row.fingerprint))
            if row.parent:
                self._taken_over = row.seq

    def differ(self, address: str, field: str, recorded: JsonValue, now: JsonValue) -> None:
        """Note a difference, once for each place and field."""
        if not any(item.address == address and item.field == field for item in self.differences):
            self.differences.append(Difference(address, field, recorded, now))

    # --- the port ---

    def ended(self, address: Address) -> IndexRow | None:
        """Return nothing: in a replay every step is entered, but for what a fork took over from another run."""
        row = self._past.ended(address) if self._taken_over else None
        return row if row is not None and row.seq <= self._taken_over else None

    def output(self, address: Address) -> Ended | None:
        """Return the recorded output of the step or region at an address if it completed."""
        return self._past.output(address)

    def entered(self, address: Address) -> Event | None:
        """Return the recorded entry of a timer; regions are entered anew, with the recorded moment."""
        event = self._past.last(address, "timer_set")
        return event if isinstance(event, TimerSet) else None

    def reopenings(self, address: Address) -> int:
        """Return how often the region was tried again: only its last, recorded try is replayed."""
        return self._past.reopenings(address)

    def whole(self) -> Past:
        """Return all that is recorded."""
        return self._past

    def undo(self, address: Address, of: int) -> Event | None:
        """Return nothing: in a replay every undo is run."""
        return None

    def iterations(self, loop: Address) -> int:
        """Return 0: in a replay every iteration is run, but for those that a fork took over."""
        count = 0
        while self._taken_over and (row := self._past.row(indexed(loop, count), "iteration_finished")) is not None:
            if row.seq > self._taken_over:
                break
            count += 1
        return count

    def iteration(self, address: Address) -> tuple[IterationFinished, frozenset[str]]:
        """Return the recorded end of an iteration that a fork took over."""
        row = self._past.row(address, "iteration_finished")
        if row is None:
            raise LookupError(address)
        event, labels = self.event(row.seq)
        assert isinstance(event, IterationFinished)
        return event, labels

    def decision(self, address: Address) -> Event | None:
        """Return the recorded end of a region or wait: races are not decided twice, and no event comes again."""
        return self._past.last(address, "region_finished", "step_completed")

    def now(self) -> int:
        """Return a moment before every deadline: time plays no part in a replay."""
        return 0

    async def until(self, due: int) -> bool:
        """Wait for nothing."""
        return True

    async def deadline(self, due: int) -> None:
        """Wait for ever: what ended in time then ends in time now, and recorded timeouts are recorded failures."""
        await asyncio.get_running_loop().create_future()

    def remember(self) -> AbstractContextManager[None]:
        """Do nothing: all is findable."""
        return nullcontext()

    def lane(self) -> AbstractContextManager[None]:
        """Do nothing: a replay commits nothing."""
        return nullcontext()

    def event(self, seq: int) -> tuple[Event, frozenset[str]]:
        """Return a recorded event whole, with its labels."""
        return self._past.event(seq)

    def question(
        self, address: Address, kind: str = "question"
    ) -> tuple[int, TaskAnswered | TaskExpired | None] | None:
        """Return the recorded question once it has been asked again."""
        return self._past.question(address, kind, after=0) if address in self._asked else None

    def awaited(self, address: Address) -> tuple[int, EventAwaited] | None:
        """Return the recorded beginning of a wait for an event."""
        return self._past.awaited(address, after=0)

    def offered(self, event: str) -> Offer | None:
        """Return nothing: a replay is sent no events."""
        return None

    def open_tasks(self, region: Address) -> tuple[TaskId, ...]:
        """Return nothing: a replay asks nobody."""
        return ()

    def timed_out(self, address: Address) -> bool:
        """Say whether the region at an address was recorded as having taken too long."""
        event = self._past.last(address, "step_failed", "region_finished", "run_finished")
        if isinstance(event, RegionFinished) and event.decision == "@caught":
            event = self._past.last(address, "step_failed")
        error = getattr(event, "error", None)
        return error is not None and error["code"] == "FLJ0508"

    def moment(self, address: Address) -> int:
        """Return the recorded moment."""
        for row in reversed(self._past.rows(address)):  # a redrive has entered the address anew
            event, _ = self.event(row.seq)
            moment = getattr(event, "moment", None)
            if moment is not None:
                return int(moment)
        return 0

    def append(self, *drafts: Draft, change: Projection = NO_CHANGE, hold: bool = False) -> int:
        """Compare events with what is recorded at their addresses."""
        for draft in drafts:
            self._compare(draft)
        return 0

    def _compare(self, draft: Draft) -> None:
        event, address = draft.event, draft.address
        if isinstance(event, TaskOpened):
            self._asked.add(address)
            row = next((row for row in reversed(self._past.rows(address)) if row.type == event.TYPE), None)
        elif isinstance(event, IterationFinished | UndoFinished):
            row = next((row for row in reversed(self._past.rows(address)) if row.type == event.TYPE), None)
        elif isinstance(event, RegionReopened):
            row = None  # the last try has come to the same end again: here the record was cut off
        elif isinstance(event, StepCompleted | StepFailed | StepSkipped | StepContinued | RegionFinished):
            row = self.call_end(address) if isinstance(event, StepCompleted | StepFailed) else self.end(address)
            self._met.add(address)
        else:
            return
        if row is None:
            self._ran_out = self._ran_out or address
            raise EndOfRecord(address)
        self.compared += 1
        if row.type != event.TYPE:
            self.differ(address, "end", row.type, event.TYPE)
            return
        if row.fingerprint != draft.fingerprint and not self._past.kept(address):
            self.differ(address, "fingerprint", row.fingerprint, draft.fingerprint)
        recorded, _ = self.event(row.seq)
        for field in _COMPARED[event.TYPE]:
            before, now = getattr(recorded, field), getattr(event, field)
            if stored_bytes(before) != stored_bytes(now):
                self.differ(address, field, before, now)

    def compare_end(self, outcome: Outcome) -> None:
        """Compare the run's output with the recorded one, if the run was finished."""
        last = self._finished()
        if last is None:
            return
        finished, _ = self.event(last.seq)
        assert isinstance(finished, RunFinished)
        self.compared += 1
        if self._past.stopping() is not None:
            return  # it ended from outside, wherever it stood
        if isinstance(outcome, Suspended):
            self.differ(self._ran_out or "", "end", None, "goes on where the record ends")
            return
        output = outcome.output if isinstance(outcome, Done) else None
        if stored_bytes(output) != stored_bytes(finished.output):
            self.differ("output of the run", "output", finished.output, output)

    def ran_out(self, address: Address) -> None:
        """Note that nothing is recorded at an address that was reached."""
        self._ran_out = self._ran_out or address

    def end(self, address: Address) -> IndexRow | None:
        """Return the recorded end of a step or region."""
        return self._past.ended(address)

    @property
    def finished(self) -> bool:
        """Whether the end of the run is recorded."""
        return self._finished() is not None

    def _finished(self) -> IndexRow | None:
        """Return the end of the run, unless it was redriven after it."""
        after = self._past.reopened(ROOT)
        rows = [row for row in self._past.rows(ROOT) if row.type == "run_finished" and row.seq > after]
        return rows[-1] if rows else None

    def call_end(self, address: Address) -> IndexRow | None:
        """Return the recorded end of a call: what came after its failure (a catch, `continue`) is not the call's."""
        end = self._past.ended(address)
        handled = end is not None and end.type in ("step_continued", "region_finished")
        after = 0 if handled else self._past.reopened(address)
        for row in reversed(self._past.rows(address)):
            if row.type == "step_completed":
                return row
            if row.type == "step_failed" and row.seq > after:
                event, _ = self.event(row.seq)
                if isinstance(event, StepFailed) and event.retry_at is None:
                    return row
        return None

    def returned(self, address: Address) -> Iterable[tuple[StepReturned, frozenset[str]]]:
        """Return what the attempts at an address gave before they were verified."""
        return self._past.all_returned(address)

    def attempt_end(self, address: Address, attempt: int) -> str | None:
        """Return the type of event that ended an attempt."""
        for row in self._past.rows(address):
            if (
                row.type in ("step_completed", "step_failed")
                and getattr(self.event(row.seq)[0], "attempt", 0) == attempt
            ):
                return row.type
        return None

    def unmet(self) -> list[Address]:
        """Return addresses that ended in the record and were never reached."""
        return [
            address
            for address in self._past.addresses()
            if address != ROOT
            and address not in self._met
            and (end := self.end(address)) is not None
            and end.seq > self._taken_over
        ]


class ReplayDispatcher:
    """Answers from the record; there is nothing here that could make a call."""

    def __init__(self, record: ReplayRecord) -> None:
        self._record = record
        self.arguments: dict[Address, JsonObject] = {}

    async def dispatch(self, order: Order) -> Answer:
        """Return the recorded outcome of a call, with the fingerprint its arguments have now."""
        address = order.frame.address
        self.arguments[address] = order.arguments
        if order.step is not None:
            await self._verify(order)
        row = self._record.call_end(address)
        if row is None:
            self._record.ran_out(address)
            return Answer(CUT_OFF, order.fingerprint, 1, 0)
        event, labels = self._record.event(row.seq)
        outcome: Outcome
        match event:
            case StepCompleted():
                outcome = Done(event.output, labels, usage_of(event.usage), event.detail)
                return Answer(outcome, order.fingerprint, event.attempt, event.started)
            case StepFailed():
                return Answer(failure_of(event), order.fingerprint, event.attempt, event.started)
        self._record.differ(address, "end", row.type, "call")
        return Answer(CUT_OFF, order.fingerprint, 1, 0)

    async def _verify(self, order: Order) -> None:
        """Verify again what each attempt gave: the calls that did so are compared, and what they came to."""
        record, address = self._record, order.frame.address
        for event, labels in record.returned(address):
            outcome = await verified(order, Done(event.output, labels, NOTHING_SPENT, event.detail), event.attempt)
            recorded = record.attempt_end(address, event.attempt)
            if recorded is None or isinstance(outcome, Suspended):
                continue
            now = "step_completed" if isinstance(outcome, Done) else "step_failed"
            if recorded != now:
                record.differ(address, f"attempt {event.attempt}", recorded, now)


async def replay(graph: Graph, facts: RunFacts, record: ReplayRecord) -> Replay:
    """Run `graph` again over a loaded record; compare everything, the end of the run included."""
    dispatcher = ReplayDispatcher(record)
    try:
        runner = Runner(graph, record, dispatcher, facts, run_region)
        outcome = await runner.run()
        if isinstance(outcome, Failed):
            outcome = await undo_failed(runner) or outcome
        stopping = record.whole().stopping()
        if stopping is not None and stopping.undo:
            await undo_stopped(runner, stopping, runner.scope)
        record.compare_end(outcome)
        for address in record.unmet():
            record.differ(address, "end", "recorded", "not reached")
    except StateError as error:
        record.differ("", "stored value", None, error.diagnostic.message)
    return Replay(facts.run, record.compared, tuple(record.differences), dispatcher.arguments)
