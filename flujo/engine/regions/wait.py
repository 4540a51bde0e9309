"""A pause: for a person's answer, for a time, or for an event from outside."""

from __future__ import annotations

from typing import Final

from flujo.core.errors import FlujoError
from flujo.core.events import Draft, EventAwaited, StepCompleted, TaskAnswered, TaskExpired, TaskOpened, TimerSet
from flujo.core.graph import Awaited, Flow, Preset, Question, Timer, Wait
from flujo.core.ids import child, task_id
from flujo.core.outcomes import Done, Failed, Outcome, Suspended
from flujo.core.storing import Projection, TaskHeader
from flujo.core.values import Value, a_type
from flujo.engine.journal import EndOfRecord, Offer
from flujo.engine.runner import Finished, Runner
from flujo.engine.scope import Frame, boolean, moment_of
from flujo.engine.tasks import open_task

UNTRUSTED: Final = frozenset({"untrusted"})


async def run_wait(runner: Runner, node: Wait, frame: Frame) -> Outcome:
    """Wait for what the step waits for; suspended when that is not to be had in this process."""
    match node.on:
        case Timer() as timer:
            return await _timer(runner, node, timer, frame)
        case Awaited() as awaited:
            return _event(runner, node, awaited, frame)
        case question:
            return await _question(runner, node, question, frame)


async def _question(runner: Runner, node: Wait, on: Question, frame: Frame) -> Outcome:
    record = runner.record
    if record.question(frame.address) is None:
        _ask(runner, node, on, frame)
    question = record.question(frame.address)
    if question is None:
        raise EndOfRecord(frame.address)
    seq, closed = question
    if isinstance(closed, TaskAnswered):
        return runner.complete(node, frame, Finished(Done(closed.answer)))
    if closed is None:
        task = task_id(frame.scope.facts.run, seq)
        event, _ = record.event(seq)
        assert isinstance(event, TaskOpened)
        in_time = event.expires is None or record.now() < event.expires
        if in_time and not record.timed_out(frame.address):
            return Suspended((task,), event.expires)
        record.append(Draft(TaskExpired(task), frame.address), change=Projection(closed=(task,)), hold=True)
    return await _expired(runner, node, on, frame)


def _ask(runner: Runner, node: Wait, on: Question, frame: Frame) -> None:
    message = on.message.render(frame)
    show = None if on.show is None else on.show.render(frame)
    to = None if on.to is None else on.to.render(frame)
    if to is not None and type(to) is not str:
        raise FlujoError("FLJ0405", f"`to` must be text, and is {a_type(to)}")
    asked = TaskOpened(
        "question", message, show, list(on.choices) or None, on.schema, frame.used_moment, _expiry(runner, node),
        to=to, quorum=on.quorum,
    )  # fmt: skip
    open_task(runner.record, frame, asked)


async def _expired(runner: Runner, node: Wait, on: Question, frame: Frame) -> Outcome:
    """Go on without an answer, as `on_timeout` says."""
    match on.on_timeout:
        case Preset(answer=answer):
            return runner.complete(node, frame, Finished(Done(answer, detail={"expired": True})))
        case Flow() as instead:
            mark = len(frame.scope.context.writes)
            given = frame.this or frame.scope.previous
            outcome = await runner.flow(instead, frame.scope.inner(given), child(frame.address, "@timeout"))
            if not isinstance(outcome, Done):
                return outcome
            return runner.finish(node, frame, outcome, "@timeout", mark)
    few = "nobody answered" if on.quorum == 1 else f"fewer than {on.quorum} people gave one answer"
    failed = Failed.of("FLJ0508", f"{few} within {node.meta.timeout:g} s", retry="timeout")
    return runner.fail(runner.placed(failed, node.meta, frame.address), frame)


async def _timer(runner: Runner, node: Wait, on: Timer, frame: Frame) -> Outcome:
    entered = runner.record.entered(frame.address)
    if not isinstance(entered, TimerSet):
        if on.until is not None:
            due = moment_of(on.until.render(frame))
        else:
            due = frame.moment() + int((on.seconds or 0) * 1_000_000)
        entered = TimerSet(due, frame.moment())
        runner.record.append(Draft(entered, frame.address))
    limit = frame.moment() + int(node.meta.timeout * 1_000_000) if node.meta.timeout is not None else None
    due = entered.due if limit is None else min(entered.due, limit)
    if not await runner.record.until(due):
        return Suspended((), due)
    if due == entered.due:
        return runner.complete(node, frame, Finished(Done(None)))
    failed = Failed.of("FLJ0508", f"the wait took longer than {node.meta.timeout:g} s", retry="timeout")
    return runner.fail(runner.placed(failed, node.meta, frame.address), frame)


def _event(runner: Runner, node: Wait, on: Awaited, frame: Frame) -> Outcome:
    """Take the event that is sent at this moment, if it is the one; the step's end is the record of it."""
    record, address = runner.record, frame.address
    recorded = record.decision(address)
    if isinstance(recorded, StepCompleted):
        return runner.complete(node, frame, Finished(Done(recorded.output, UNTRUSTED, detail=recorded.detail)))
    seq, began = record.awaited(address) or _begin(runner, node, on, frame)
    if record.timed_out(address) or (began.expires is not None and record.now() >= began.expires):
        record.append(change=Projection(closed=(task_id(frame.scope.facts.run, seq),)), hold=True)
        text = f"the event `{on.event}` did not come within {node.meta.timeout:g} s"
        failed = Failed.of("FLJ0508", text, retry="timeout")
        return runner.fail(runner.placed(failed, node.meta, address), frame)
    offer = record.offered(on.event)
    if offer is None or not _matches(on, offer, frame):
        return Suspended((), began.expires)
    offer.taken.append(address)
    record.append(change=Projection(closed=(task_id(frame.scope.facts.run, seq),)), hold=True)
    detail = {"event": offer.event, "sent_by": offer.by}
    return runner.complete(node, frame, Finished(Done(offer.payload, UNTRUSTED, detail=detail)))


def _begin(runner: Runner, node: Wait, on: Awaited, frame: Frame) -> tuple[int, EventAwaited]:
    """Record that the step waits from now on."""
    facts, moment = frame.scope.facts, frame.moment()
    began = EventAwaited(on.event, moment, _expiry(runner, node))
    task = task_id(facts.run, runner.record.next_seq)
    header = TaskHeader(task, facts.run, facts.name, frame.address, moment, on.event)
    return runner.record.append(Draft(began, frame.address), change=Projection(opened=(header,))), began


def _expiry(runner: Runner, node: Wait) -> int | None:
    """Return until when a wait that begins now goes on; after a redrive it begins anew."""
    return None if node.meta.timeout is None else runner.record.now() + int(node.meta.timeout * 1_000_000)


def _matches(on: Awaited, offer: Offer, frame: Frame) -> bool:
    """Say whether an event is the one. Where that cannot be told, the sender hears of it and the step waits on:
    nobody may end a run by sending it nonsense."""
    if on.match is None:
        return True
    scope = frame.scope.inner(frame.scope.previous, {"event": Value(offer.payload, UNTRUSTED)})
    try:
        return boolean(on.match, Frame(scope, frame.address, frame.entered_at), "match")
    except FlujoError as error:
        offer.faults.append(f"`{frame.address}`: {error}")
        return False
