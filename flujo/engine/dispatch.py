"""Dispatchers answer "what is the outcome of this call?": the live one through the policies and the step's runner.

The replay one, in `replay`, answers from the journal alone; no skill and no model is wired to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from flujo.core.errors import StateError
from flujo.core.events import Draft, StepCompleted, StepFailed, StepReturned, StepStarted, TaskAnswered, TaskOpened
from flujo.core.graph import Call
from flujo.core.ids import Address, Digest, task_id
from flujo.core.outcomes import NOTHING_SPENT, Done, Failed, Outcome, Suspended
from flujo.core.ports import (
    CallContext,
    Clock,
    Model,
    Policy,
    SkillContext,
    Skills,
    StepKind,
)
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, sha256
from flujo.engine.consent import consent, misfit
from flujo.engine.crowd import in_time, protect
from flujo.engine.journal import Journal
from flujo.engine.order import Order
from flujo.engine.past import usage_of
from flujo.engine.secrecy import Confidence
from flujo.engine.tasks import open_task
from flujo.engine.verifying import verified
from flujo.engine.watch import Watch


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a call, with what its terminal event records."""

    outcome: Outcome
    fingerprint: str
    attempt: int
    started: int
    keep: Digest | None = None
    """The key under which the output is kept for equal calls."""


class Dispatcher(Protocol):
    """Answers what the outcome of a call is."""

    async def dispatch(self, order: Order) -> Answer:
        """Return the outcome of a call that has no recorded end."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What live calls may use: everything outside comes in through here."""

    runners: Mapping[str, StepKind]
    skills: Skills
    clock: Clock
    workspace: Path
    policies: Sequence[Policy]
    model: Model | None = None
    confidence: Confidence = field(default_factory=Confidence)


class LiveDispatcher:
    """Makes calls: through the policies, one attempt at a time, each failed one recorded."""

    def __init__(
        self, journal: Journal, tools: Tools, watch: Watch | None = None, *, tells_starts: bool = False
    ) -> None:
        self._journal = journal
        self._tools = tools
        self._watch = watch
        self._tells_starts = tells_starts

    async def dispatch(self, order: Order) -> Answer:
        """Return the outcome of a call that has no recorded end."""
        if self._watch is not None:
            self._watch.glance(self._tools.clock.now())
        attempts = LiveAttempts(order, self._journal, self._tools)
        if self._tells_starts:
            attempts.tells_start = True
        if order.call.changes_things:
            settled = attempts.settle_doubt()
            if settled is not None:
                return attempts.answer(settled)
        proceed: Callable[[], Awaitable[Outcome]] = attempts.make
        for policy in reversed(self._tools.policies):
            if policy.applies(order.call):
                proceed = partial(policy.around, attempts, proceed)
        return attempts.answer(await proceed())


class LiveAttempts:
    """The attempts at one call (the port `Attempts`)."""

    def __init__(self, order: Order, journal: Journal, tools: Tools) -> None:
        self.call = order.call
        self._order = order
        self._journal = journal
        self._tools = tools
        self._fingerprint = order.fingerprint
        self._address = order.frame.address
        self.failures: list[Failed] = []
        self._made = 0
        self._began: int | None = None
        self._due: int | None = None
        if journal.past.rows(self._address):
            self.failures = journal.past.failures(self._address)
            self._made, self._began = journal.past.earlier(self._address)
            self._due = journal.past.retry_at(self._address)
        self._started = 0
        self._keep: Digest | None = None
        self.tells_start = order.call.changes_things
        """Whether the start of an attempt is recorded: where an attempt that is cut off must be known of."""

    def answer(self, outcome: Outcome) -> Answer:
        """Return an outcome with the attempt that led to it."""
        if isinstance(outcome, Failed):
            outcome = replace(outcome, attempts=len(self.failures) + 1)
        return Answer(outcome, self._fingerprint, self._made + 1, self._started, self._keep)

    def chance(self) -> float:
        """Return the call's next random number, the same on replay."""
        return self._order.frame.chance(self._made)

    def elapsed(self) -> float:
        """Return seconds since the first attempt began."""
        return (self._tools.clock.now() - (self._began or self._started)) / 1_000_000

    async def wait(self) -> Outcome | None:
        """Wait until the next attempt is due, if one is planned; a wait that is too long suspends the run."""
        due, self._due = self._due, None
        if due is None or await self._journal.until(due):
            return None
        return Suspended((), due)

    def again(self, failed: Failed, delay: float) -> None:
        """Record a failed attempt and plan the next one in `delay` seconds."""
        self._made += 1
        self._began = self._began or self._started
        self._due = self._tools.clock.now() + int(delay * 1_000_000)
        self.failures.append(failed)
        event = failure_event(failed, self._made, self._started, self._due)
        event = replace(event, moment=self._order.frame.used_moment)
        self._journal.append(Draft(event, self._address, self._fingerprint))

    async def make(self) -> Outcome:
        """Make one attempt."""
        call, tools, arguments = self.call, self._tools, self._revealed()
        if isinstance(arguments, Failed):
            return tools.confidence.hide(arguments)
        key = self._key()
        if self.tells_start:
            frame = self._order.frame
            sees = None if call.meta.undo is None else frame.seen_by_undo()
            started = StepStarted(self._made + 1, frame.moment(), key, sees)
            self._journal.append(Draft(started, self._address, self._fingerprint), hold=True)
        await self._journal.commit()
        self._started = tools.clock.now()
        context = SkillContext(
            self._journal.run, self._address, key, tools.workspace, tools.clock, self._order.frame.source()
        )
        run = tools.runners[call.runner].run
        assert run is not None, call.runner
        context_of_call = CallContext(tools.skills, tools.model, context, self._made + 1, self.failures)
        work = run(call, arguments, context_of_call)
        outcome = await (protect(work) if call.changes_things else work)
        if tools.confidence.redactor.forms or type(outcome) is Failed:
            outcome = tools.confidence.hide(outcome)
        if call.secrets and isinstance(outcome, Done):
            return replace(outcome, labels=outcome.labels | {f"secret:{name}" for name in call.secrets})
        return outcome

    def _key(self) -> str:
        """Return the idempotency key: the same for every attempt, another one once what was done was undone."""
        text = self._order.key or sha256(f"{self._journal.run}\0{self._address}\0{self._fingerprint}".encode())
        generation = self._journal.past.generation(self._address)
        return f"{text}/{generation + 1}" if generation else text

    def consent(self) -> Outcome | None:
        """Ask a person whether the call may be made; None when one has agreed to exactly this call."""
        return consent(self._journal, self._order, self._misfit)

    def _misfit(self) -> Outcome | None:
        """Return why the arguments do not fit the skill, where that can be told before the call."""
        given = self._revealed()
        found = given if isinstance(given, Failed) else misfit(self.call, given, self._tools.skills)
        return None if found is None else self._tools.confidence.hide(found)

    def _revealed(self) -> JsonObject | Failed:
        """Return the arguments with the values of secrets in them."""
        call, arguments = self.call, self._order.arguments
        return self._tools.confidence.reveal(call, arguments, self._order.frame) if call.secrets else arguments

    def reuse(self) -> Outcome | None:
        """Return the output that an equal call gave earlier, if one is kept and young enough."""
        row = self._journal.kept(self._order.kept_by)
        if row is None:
            return None
        cache = self.call.meta.cache
        if cache and cache.ttl is not None and row.at + cache.ttl * 1_000_000 <= self._tools.clock.now():
            return None
        try:
            event, labels = self._journal.past.event_of(row)
        except StateError:
            return None  # what cannot be read is not kept: the call is made
        assert isinstance(event, StepCompleted)
        return Done(event.output, labels, detail={"cached": {"run": row.run, "step": row.address}})

    def keep(self) -> None:
        """Have the output kept for equal calls, in the transaction that records it."""
        self._keep = self._order.kept_by

    def returned(self) -> Done | None:
        """Return what the attempt under way gave, if it had been made when the process before this one ended."""
        found = self._journal.past.returned(self._address, self._made + 1)
        if found is None:
            return None
        event, labels = found
        self._started = event.started
        return Done(event.output, labels, usage_of(event.usage), event.detail)

    async def verify(self, done: Done) -> Outcome:
        """Return `done` if its output keeps the call's rules, else the failure of the attempt."""
        attempt, order = self._made + 1, self._order
        if order.step is not None and self._journal.past.returned(self._address, attempt) is None:
            usage = None if done.usage == NOTHING_SPENT else done.usage.to_json()
            event = StepReturned(attempt, order.frame.moment(), done.output, self._started, usage, done.detail)
            self._journal.append(Draft(event, self._address, self._fingerprint, done.labels), hold=True)
        return await verified(order, done, attempt)

    async def within(self, seconds: float, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Go on, for so long at most; a call that may have taken effect by then is in doubt."""
        outcome = await in_time(proceed(), self._tools.clock.sleep(seconds))
        if outcome is not None:
            return outcome
        if self.call.changes_things and self.call.idempotent == "no":
            return self._ask_whether_done("took too long")
        return Failed.of("FLJ0508", f"the call took longer than {seconds:g} s", retry="timeout")

    def settle_doubt(self) -> Outcome | None:
        """Return what a person said of an attempt that was cut off; None when the call may be made.

        A call that is idempotent, or whose receiver knows its key, goes again with the same key.
        """
        doubt = self._journal.past.doubt(self._address)
        if doubt is None or self.call.idempotent != "no":
            return None
        question = self._journal.past.question(self._address, "in_doubt", after=doubt.seq)
        if question is None:
            return self._ask_whether_done("was cut off")
        seq, answered = question
        if not isinstance(answered, TaskAnswered):
            return Suspended((task_id(self._journal.run, seq),))
        match answered.answer:
            case {"choice": "done", "output": output}:
                return Done(output)
            case {"choice": "retry"}:
                return None
        return Failed.of("FLJ0810", f"`{answered.by}` said that the call which was cut off failed", retry="never")

    def _ask_whether_done(self, what: str) -> Suspended:
        question = whether_done(self.call, self._address, what, self._order.arguments)
        return open_task(self._journal, self._order.frame, question)


def whether_done(call: Call, address: Address, what: str, arguments: JsonObject) -> TaskOpened:
    """Return the question whether a call whose end is not known took effect."""
    text = f"`{address}` ({call.target}) {what}: did it take effect?"
    shown: JsonObject = {"skill": call.target, "arguments": arguments}
    return TaskOpened("in_doubt", text, shown, ["done", "retry", "fail"])


def failure_event(failed: Failed, attempt: int, started: int, retry_at: int | None) -> StepFailed:
    """Return the event of a failed attempt."""
    usage = None if failed.usage == NOTHING_SPENT else failed.usage.to_json()
    error = {**failed.to_json(), "retry": failed.retry}
    return StepFailed(error, attempt, started, retry_at, usage, failed.detail)
