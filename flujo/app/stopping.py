"""Cancel, rollback and fork as a user asks for them: what they would do, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flujo.core.errors import StateError, UsageError
from flujo.core.events import RunHalted, RunStarted
from flujo.core.graph import Node
from flujo.core.ids import Address, RunId
from flujo.core.json_schema import problems
from flujo.core.ports import Clock
from flujo.core.record import dataclass
from flujo.core.storing import Store
from flujo.core.values import JsonValue, ValueProblem, load
from flujo.engine.crowd import GRACE
from flujo.engine.execution import Driving, Engine
from flujo.engine.forking import Fork, changed_input, context_of, forking, parse_change
from flujo.engine.past import Past
from flujo.engine.rolling import Line, Rollback, cancelling, rolling_back
from flujo.engine.watch import wish

_PATIENCE = GRACE + 5.0
"""Seconds that the process which drives a run has to end it."""

_TURN = 0.1


@dataclass(frozen=True, slots=True)
class Stopper:
    """Ends runs from outside, and makes new ones of old ones."""

    engine: Engine
    store: Store
    clock: Clock

    def preview_cancel(self, run: RunId, nodes: Mapping[Address, Node], *, undo: bool) -> list[Line]:
        """Return what becomes of the steps of a run that is cancelled."""
        return cancelling(self._past(run), nodes, undo=undo)

    def preview_rollback(self, run: RunId, nodes: Mapping[Address, Node], to: str) -> Rollback:
        """Return what a rollback does; raise UsageError FLJ0005 when there is no such result to go back to."""
        return rolling_back(self._past(run), nodes, to)

    def preview_fork(self, run: RunId, nodes: Mapping[Address, Node], step: str, changes: Sequence[str]) -> Fork:
        """Return what a fork does; raise UsageError FLJ0005 for a step or a change that is none, FLJ0004 for an input
        that does not fit."""
        given = [parse_change(*_pair(text)) for text in changes]
        fork = forking(self._past(run), nodes, step, given)
        graph, started = self.engine.graph(run), self._past(run).event(1)[0]
        assert isinstance(started, RunStarted)
        input = changed_input(fork, started.input)
        context_of(fork, graph.context)  # a place that is none is said before anything is done
        wrong = problems(input, graph.inputs) if graph.inputs is not None else []
        if wrong and fork.changed("input"):
            raise UsageError("FLJ0004", f"the input does not fit `inputs`: {wrong[0]}")
        return fork

    async def cancel(self, run: RunId, stopping: RunHalted, how: Driving) -> None:
        """Cancel a run: here, or by asking the process that drives it; raise StateError when that does not end it."""
        end = self.clock.now() + int(_PATIENCE * 1_000_000)
        asked = False
        while True:
            try:
                await self.engine.stop(run, stopping, how)
            except StateError as error:
                if asked and self.store.run(run).status == "cancelled":
                    return
                if error.diagnostic.code != "FLJ0803" or self.clock.now() > end:
                    raise
            else:
                return
            if not asked:
                self.store.ask(run, wish(stopping.by, undo=stopping.undo))
                asked = True
            await self.clock.sleep(_TURN)

    def _past(self, run: RunId) -> Past:
        past = Past(self.store, run)
        past.read(self.store.index(run))
        return past


def _pair(text: str) -> tuple[str, JsonValue]:
    """Return key and value of `KEY=VALUE`; the value is JSON if it parses, else text."""
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError("FLJ0005", f"`--set {text}` has no value", help="write `--set KEY=VALUE`")
    try:
        return key, load(value)
    except ValueProblem:
        return key, value
