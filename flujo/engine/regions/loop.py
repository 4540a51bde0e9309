"""A list of steps again and again, until an exit is true or `max` is reached."""

from __future__ import annotations

from flujo.core.events import Draft, IterationFinished
from flujo.core.graph import Loop, Template
from flujo.core.ids import Address, indexed
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.values import EMPTY, Value
from flujo.engine.conversation import HISTORY, Talk
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, Scope, StepResult, boolean

ALL_WRITES_EVERY = 100
"""Every so many iterations a loop records all that it has written to the context."""


async def run_loop(runner: Runner, node: Loop, frame: Frame, given: StepResult) -> Outcome:
    """Run the iterations that are left; the output is the last one's, or that of `output`."""
    loop = _Iterations(runner, node, frame, given)
    if node.conversation is None:
        return await loop.run()
    with runner.record.remember():  # what was said is read from the record
        return await loop.run()


class _Iterations:
    """A loop on its way: what the next iteration gets, and the last one's steps and output."""

    def __init__(self, runner: Runner, node: Loop, frame: Frame, given: StepResult) -> None:
        self._runner = runner
        self._node = node
        self._frame = frame
        self._given = given
        self._output = given
        self._begin = self._mark = len(frame.scope.context.writes)
        self._last: Scope | None = None
        self._talk: Talk | None = None

    async def run(self) -> Outcome:
        """Iterate until an exit is true, or `max` is reached."""
        node, frame = self._node, self._frame
        if node.init is not None:
            self._given = StepResult("completed", Value(node.init.render(frame), frame.labels(node.init)))
            self._output = self._given
        if node.conversation is not None:
            self._talk = Talk(node.conversation, self._runner.record, frame, self._given)
        number, exit = self._caught_up()
        while exit is None:
            if node.while_ is not None and not self._goes_on(node.while_, number):
                exit = "while"
                break
            if number == node.max:
                exit = "max"
                break
            scope = self._scope(number)
            outcome = await self._runner.flow(node.body, scope, indexed(frame.address, number))
            if not isinstance(outcome, Done):
                return outcome
            exit = self._end_of_iteration(number, scope, outcome)
            number += 1
        return self._end(exit, number)

    def _caught_up(self) -> tuple[int, str | None]:
        """Take up where the record ends: at the first iteration that did not finish."""
        record, context = self._runner.record, self._frame.scope.context
        done = record.iterations(self._frame.address)
        if done == 0:
            return 0, None
        if self._node.while_ is not None or self._node.output is not None:
            self._last = self._finished(done - 1)
        first = done - 1 - (done - 1) % ALL_WRITES_EVERY
        event, labels = IterationFinished(), EMPTY
        for number in range(first, done):
            event, labels = record.iteration(indexed(self._frame.address, number))
            context.apply(event.delta, labels)
        self._mark = len(context.writes)
        self._output = StepResult("completed", Value(event.output, labels))
        self._given = self._output
        if self._node.next_input is not None:
            self._given = StepResult("completed", Value(event.next_input, labels))
        if self._last is not None:
            self._last.previous = self._output
        return done, event.exit

    def _finished(self, number: int) -> Scope:
        """Return the scope of a finished iteration with its steps: `while` and `output` look at them."""
        if number:
            event, labels = self._runner.record.iteration(indexed(self._frame.address, number - 1))
            self._output = StepResult("completed", Value(event.output, labels))
        scope = self._scope(number)
        self._runner.recall(self._node.body, scope, indexed(self._frame.address, number))
        return scope

    def _scope(self, number: int) -> Scope:
        first = number == 0
        loop = {"index": number + 1, "first": first, "previous": None if first else self._output.output}
        labels = EMPTY if first else self._output.labels
        names = {"loop": Value(loop, labels)}
        if self._talk is not None:
            names[HISTORY] = self._talk.before(number)
        return self._frame.scope.inner(self._given, names)

    def _goes_on(self, condition: Template, number: int) -> bool:
        """Say whether `while` holds: it sees the steps of the iteration just ended."""
        scope = self._scope(number)
        if self._last is not None:
            scope.steps = self._last.steps
        return self._true(condition, scope, number, "while")

    def _end_of_iteration(self, number: int, scope: Scope, outcome: Done) -> str | None:
        """Record the end of an iteration; return which exit is true, if one is."""
        node, context = self._node, self._frame.scope.context
        self._output = StepResult("completed", Value(outcome.output, outcome.labels))
        scope.previous = self._output
        exit = None
        if node.until is not None and self._true(node.until, scope, number, "until"):
            exit = "until"
        self._given, following = self._output, None
        if exit is None and node.next_input is not None:
            inside = self._inside(scope, number)
            following = node.next_input.render(inside)
            self._given = StepResult("completed", Value(following, inside.labels(node.next_input)))
        delta = context.since(self._begin if number % ALL_WRITES_EVERY == 0 else self._mark)
        self._mark = len(context.writes)
        event = IterationFinished(outcome.output, following, delta, exit)
        draft = Draft(event, indexed(self._frame.address, number), "", outcome.labels)
        self._runner.record.append(draft, hold=True)
        self._last = scope
        return exit

    def _inside(self, scope: Scope, number: int) -> Frame:
        return Frame(scope, Address(f"{indexed(self._frame.address, number)}/@end"), self._frame.entered_at)

    def _true(self, condition: Template, scope: Scope, number: int, field: str) -> bool:
        if "now" in condition.functions:
            self._runner.entered(self._frame)
        return boolean(condition, self._inside(scope, number), field)

    def _end(self, exit: str, number: int) -> Outcome:
        node, frame = self._node, self._frame
        endless = node.until is not None or node.while_ is not None
        if exit == "max" and endless and node.fails_at_max:
            text = f"`{frame.address}` ran {node.max} times and its exit was never true"
            help = "raise `max`, or say `on_max: continue`" if node.meta.kind == "loop" else "raise `max`"
            failed = Failed.of("FLJ0506", text, retry="never", help=help)
            return self._runner.fail(self._runner.placed(failed, node.meta, frame.address), frame)
        done = Done(self._output.output, self._output.labels)
        if node.output is not None:
            scope = self._last or self._scope(number)
            inside = self._inside(scope, number)
            done = Done(node.output.render(inside), inside.labels(node.output))
        return self._runner.finish(node, frame, done, {"exit": exit, "iterations": number}, self._begin)
