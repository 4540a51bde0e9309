"""A person's consent to one call: asked for once, and counted for exactly what they were shown.

What an approval counts for is a digest of run, step, skill with version, and arguments. It covers every attempt of that
call, also after a redrive or another try of a region around it; one changed byte, another item or another iteration is
another call. A `no`, or a question that expired, holds until the step is tried again on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flujo.core.errors import FlujoError
from flujo.core.events import Draft, TaskAnswered, TaskExpired, TaskOpened
from flujo.core.graph import Approval, Call
from flujo.core.ids import Digest, TaskId, task_id
from flujo.core.json_schema import problems
from flujo.core.outcomes import Failed, Outcome, Suspended
from flujo.core.ports import Skills
from flujo.core.storing import Projection
from flujo.core.values import JsonObject, digest
from flujo.engine.journal import Journal
from flujo.engine.order import Order
from flujo.engine.tasks import open_task

Check = Callable[[], Outcome | None]
"""Says why a call cannot work; nobody is asked about one that cannot."""


def consent(journal: Journal, order: Order, check: Check) -> Outcome | None:
    """Ask a person whether a call may be made; None when enough of them have agreed to exactly this one."""
    address, call = order.frame.address, digest([journal.run, order.frame.address, order.fingerprint])
    question = journal.past.question(address, "approval", after=0, about=call)
    if question is None:
        return check() or _ask(journal, order, call)
    seq, closed = question
    if closed is None:
        return _wait(journal, order, seq)
    if isinstance(closed, TaskAnswered) and closed.answer == "yes":
        return None
    if seq <= journal.past.reopened(address):
        return check() or _ask(journal, order, call)
    return _denied(order, closed)


def _ask(journal: Journal, order: Order, call: Digest) -> Outcome:
    """Open a task that shows exactly what will be done."""
    frame, approval = order.frame, order.call.meta.approval or Approval()
    text = f"may `{frame.address}` call {order.call.target}?"
    message = text if approval.message is None else approval.message.render(frame)
    expires = None if approval.expires is None else journal.now() + int(approval.expires * 1_000_000)
    shown: JsonObject = {"skill": order.call.target, "arguments": order.arguments}
    asked = TaskOpened(
        "approval", message, shown, ["yes", "no"], None, frame.used_moment, expires,
        by=list(approval.by) or None, quorum=approval.quorum, call=call,
    )  # fmt: skip
    return open_task(journal, frame, asked, tuple(_overtaken(journal, order)))


def _overtaken(journal: Journal, order: Order) -> Iterator[TaskId]:
    """Yield the task that asked about this step with other arguments, if it is still open."""
    last = journal.past.question(order.frame.address, "approval", after=0)
    if last is not None and last[1] is None:
        yield task_id(journal.run, last[0])


def misfit(call: Call, arguments: JsonObject, skills: Skills) -> Failed | None:
    """Return why arguments do not fit the parameters of a skill."""
    if call.runner != "step":
        return None
    try:
        spec = skills.load(call.target).spec
    except FlujoError as error:
        return Failed.of(error.diagnostic.code, str(error), retry="never", help=error.diagnostic.help)
    found = problems(arguments, spec.parameters)
    if not found:
        return None
    help = f"`flujo skills show {spec.id}` shows the types"
    return Failed.of("FLJ0604", f"the arguments of `{spec.id}` do not fit: {found[0]}", retry="never", help=help)


def _wait(journal: Journal, order: Order, seq: int) -> Outcome:
    """Wait for the answer, until the question expires."""
    task = task_id(journal.run, seq)
    asked = journal.event(seq)[0]
    assert isinstance(asked, TaskOpened)
    if asked.expires is None or journal.now() < asked.expires:
        return Suspended((task,), asked.expires)
    expired = TaskExpired(task)
    journal.append(Draft(expired, order.frame.address), change=Projection(closed=(task,)), hold=True)
    return _denied(order, expired)


def _denied(order: Order, closed: TaskAnswered | TaskExpired) -> Failed:
    address, approval = order.frame.address, order.call.meta.approval or Approval()
    if isinstance(closed, TaskExpired):
        text = f"nobody approved `{address}` within {approval.expires or 0:g} s"
        return Failed.of("FLJ0701", text, retry="never")
    because = f": {closed.comment}" if closed.comment else ""
    return Failed.of("FLJ0701", f"`{closed.by}` did not approve `{address}`{because}", retry="never")
