"""A pause: for a person's answer, or for a time."""

from __future__ import annotations

from flujo.core.events import Draft, TaskOpened, TimerSet
from flujo.core.graph import Question, Timer, Wait
from flujo.core.ids import task_id
from flujo.core.outcomes import Done, Failed, Outcome, Suspended
from flujo.core.storing import Projection
from flujo.engine.dispatch import open_task
from flujo.engine.journal import EndOfRecord
from flujo.engine.runner import Finished, Runner
from flujo.engine.scope import Frame, moment_of


async def run_wait(runner: Runner, node: Wait, frame: Frame) -> Outcome:
    """Wait for what the step waits for; suspended when that is not to be had in this process."""
    if isinstance(node.on, Timer):
        return await _timer(runner, node, node.on, frame)
    return _question(runner, node, node.on, frame)


def _question(runner: Runner, node: Wait, on: Question, frame: Frame) -> Outcome:
    record = runner.record
    if record.question(frame.address) is None:
        message = on.message.render(frame)
        show = None if on.show is None else on.show.render(frame)
        choices = list(on.choices) or None
        expires = None if node.meta.timeout is None else frame.moment() + int(node.meta.timeout * 1_000_000)
        asked = TaskOpened("question", message, show, choices, on.schema, frame.used_moment, expires)
        open_task(record, frame, asked)
    question = record.question(frame.address)
    if question is None:
        raise EndOfRecord(frame.address)
    seq, answered = question
    if answered is not None:
        return runner.complete(node, frame, Finished(Done(answered.answer)))
    task = task_id(frame.scope.facts.run, seq)
    if node.meta.timeout is None:
        return Suspended((task,))
    event, _ = record.event(seq)
    assert isinstance(event, TaskOpened)
    assert event.expires is not None
    if record.now() < event.expires and not record.timed_out(frame.address):
        return Suspended((task,), event.expires)
    failed = Failed.of("FLJ0508", f"nobody answered within {node.meta.timeout:g} s", retry="timeout")
    record.append(change=Projection(closed=(task,)), hold=True)
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
