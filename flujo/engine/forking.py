"""A fork: a new run that takes over what another had recorded before one of its steps, with some values changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flujo.core.errors import UsageError
from flujo.core.events import (
    Draft,
    Event,
    IterationFinished,
    RegionFinished,
    StepCompleted,
    TaskAnswered,
    TaskExpired,
    TaskOpened,
)
from flujo.core.graph import Call, Node
from flujo.core.ids import Address, RunId, inside, task_id
from flujo.core.record import dataclass
from flujo.core.storing import IndexRow
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue
from flujo.engine.past import Past
from flujo.engine.rolling import Line, calls, changes_things, folded, target_of, void_after
from flujo.engine.voiding import Void

_INSIDE: Final = frozenset({"iteration_finished", "region_reopened"})
"""Rows of what is still open at the fork that are taken over besides what has ended."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that the fork has instead of the recorded one: of the input, the context, or a step's output."""

    what: str
    path: Path
    value: JsonValue

    @property
    def name(self) -> str:
        """The place as it was written."""
        return ".".join((self.what, *self.path, *(("output",) if self.what == "steps" else ())))


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork that can be made: of which run, from which step, with what, and what becomes of the steps."""

    run: RunId
    step: Address
    changes: tuple[Change, ...]
    rows: tuple[IndexRow, ...]
    lines: tuple[Line, ...]

    def changed(self, what: str) -> list[Change]:
        """Return the changes of one kind."""
        return [change for change in self.changes if change.what == what]


def parse_change(key: str, value: JsonValue) -> Change:
    """Return the change that `--set KEY=VALUE` asks for; raise UsageError FLJ0005 for a key that names none."""
    what, *path = key.split(".")
    if what == "steps" and len(path) >= 2 and path[-1] == "output":
        return Change("steps", (".".join(path[:-1]),), value)
    if (what == "input" or (what == "context" and path)) and all(path):
        return Change(what, tuple(path), value)
    help = "write `input.PATH=VALUE`, `context.PATH=VALUE` or `steps.NAME.output=VALUE`"
    raise UsageError("FLJ0005", f"`--set {key}` names nothing that a fork can change", help=help)


def forking(past: Past, nodes: Mapping[Address, Node], step: str, changes: Sequence[Change]) -> Fork:
    """Return what a fork from a step does; raise UsageError FLJ0005 when that step was not come to."""
    target = target_of(past, nodes, step)
    begun = min(row.seq for address in past.addresses() if inside(address, target) for row in past.rows(address))
    void = Void(void_after(past, nodes, None, begun - 1), (), lambda address: past.iterations(address) > 0)
    kept = []
    for address in past.addresses():
        if address and not void(address) and "/@undo" not in address:
            ended = past.ended(address)
            whole = ended is not None and ended.type != "step_failed"
            kept += [row for row in past.rows(address) if _taken(row, whole=whole)]
    lines = []
    for address, node in calls(past, nodes):
        if not void(address):
            lines.append(Line(address, "kept", _call(node), f"it ended before `{target}`"))
        else:
            why = "its effect will happen a second time" if changes_things(node) else f"it comes with `{target}`"
            lines.append(Line(address, "again", _call(node), why))
    found = Fork(
        past.run, target, tuple(changes), tuple(sorted(kept, key=lambda row: row.seq)), tuple(folded(lines, nodes))
    )
    _check_outputs(found)
    return found


def _taken(row: IndexRow, *, whole: bool) -> bool:
    return (whole and not row.type.startswith("undo_")) or row.type in _INSIDE


def _call(node: Node) -> str:
    return node.target if isinstance(node, Call) else node.meta.kind


def _check_outputs(fork: Fork) -> None:
    """Raise UsageError FLJ0005 for an output that is to be changed and is not taken over."""
    ends = {row.address for row in fork.rows if row.type in ("step_completed", "region_finished")}
    for change in fork.changed("steps"):
        if change.path[0] not in ends:
            near = did_you_mean(change.path[0], ends)
            help = f"did you mean `{near}`?" if near else f"`{fork.step}` and what comes after it run again"
            raise UsageError("FLJ0005", f"`{change.name}` is no result that the fork keeps", help=help)


def changed_input(fork: Fork, value: JsonValue) -> JsonValue:
    """Return the input of the fork."""
    for change in fork.changed("input"):
        value = put(value, change.path, change.value)
    return value


def copies(fork: Fork, past: Past, run: RunId, first: int) -> Iterator[Draft]:
    """Yield the events that a fork takes over, the first of them to have the seq `first` in the run `run`."""
    tasks: dict[str, str] = {}
    for seq, row in enumerate(fork.rows, first):
        event, labels = past.event(row.seq)
        if isinstance(event, TaskOpened):
            tasks[task_id(fork.run, row.seq)] = task_id(run, seq)
        if isinstance(event, TaskAnswered | TaskExpired):
            event = replace(event, task=tasks.get(event.task, event.task))
        fingerprint = past.fingerprint(row.seq)
        yield Draft(_changed(event, row.address, fork), row.address, fingerprint, labels, fork.run)


def _changed(event: Event, address: Address, fork: Fork) -> Event:
    """Return an event with the values that the fork changes."""
    if isinstance(event, StepCompleted | RegionFinished):
        for change in fork.changed("steps"):
            if change.path[0] == address:
                event = replace(event, output=change.value)
    if isinstance(event, StepCompleted | RegionFinished | IterationFinished) and event.delta:
        event = replace(event, delta=[_kept_write(write, fork) for write in event.delta])
    return event


def _kept_write(write: JsonValue, fork: Fork) -> JsonValue:
    """Return a write to the context with what the fork says of its place."""
    path, value = write
    for change in fork.changed("context"):
        shared = min(len(path), len(change.path))
        if tuple(path[:shared]) != change.path[:shared]:
            continue
        if len(path) <= len(change.path):
            value = put(value, change.path[len(path) :], change.value)
        else:
            path, value = list(change.path), change.value
    return [path, value]


def put(value: Any, path: Path, new: JsonValue) -> JsonValue:
    """Return a value with another one at a path; raise UsageError FLJ0005 where there is no mapping on the way."""
    if not path:
        return new
    if not isinstance(value, dict):
        raise UsageError("FLJ0005", f"there is no `{path[0]}` to set: what is around it is no mapping")
    return {**value, path[0]: put(value.get(path[0], {} if len(path) > 1 else None), path[1:], new)}


def context_of(fork: Fork, context: JsonObject) -> JsonObject:
    """Return the context that a fork starts with."""
    value: Any = context
    for change in fork.changed("context"):
        value = put(value, change.path, change.value)
    started: JsonObject = value
    return started
