"""What ending a run from outside does to its steps, worked out before it is done: kept, undone, staying, run again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from flujo.core.errors import UsageError
from flujo.core.graph import Call, Node, Wait
from flujo.core.ids import ROOT, Address, child
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject
from flujo.engine.past import Past
from flujo.engine.places import plain, regions_around
from flujo.engine.redriving import undone
from flujo.engine.undo import effects
from flujo.engine.voiding import around

Fate = Literal["kept", "undone", "stays", "again"]
"""kept: its result holds; undone: what it did is taken back; stays: it did something that nothing takes back."""


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one step, and why; `call` is what it calls, or what undoes it."""

    step: Address
    fate: Fate
    call: str
    why: str

    def to_json(self) -> JsonObject:
        """Return the public JSON form."""
        return {"step": self.step, "fate": self.fate, "call": self.call, "why": self.why}


@dataclass(frozen=True, slots=True)
class Rollback:
    """A rollback that can be done: to which step, what it undoes from, and what no longer holds then."""

    to: Address
    after: int
    void: tuple[Address, ...]
    lines: tuple[Line, ...]


def cancelling(past: Past, nodes: Mapping[Address, Node], *, undo: bool) -> list[Line]:
    """Return what becomes of the steps of a run that is cancelled."""
    doomed = {effect.address for effect in effects(past, nodes) if not effect.undo.rollback_only} if undo else set()
    lines = []
    for address, node in calls(past, nodes):
        if address in doomed:
            lines.append(Line(address, "undone", undo_call(node), "`--undo` takes it back"))
        elif changes_things(node):
            lines.append(Line(address, "stays", _call(node), _why_it_stays(node, asked=undo)))
        else:
            lines.append(Line(address, "kept", _call(node), "a redrive takes its result"))
    return folded(lines, nodes)


def rolling_back(past: Past, nodes: Mapping[Address, Node], to: str) -> Rollback:
    """Return what a rollback to a step does; raise UsageError FLJ0005 when there is no such result to go back to."""
    target = _target(past, to)
    row = past.ended(target)
    assert row is not None
    taken = {effect.address for effect in effects(past, nodes, row.seq) if not undone(past, effect.address)}
    lines = []
    for address, node in calls(past, nodes):
        effect = past.effect(address)
        after = effect is not None and effect.seq > row.seq
        if undone(past, address):
            lines.append(Line(address, "again", _call(node), "it is undone already"))
        elif not after:
            lines.append(Line(address, "kept", _call(node), "it ended before"))
        elif address in taken:
            lines.append(Line(address, "undone", undo_call(node), "it ended after, and runs again in a redrive"))
        elif changes_things(node):
            lines.append(Line(address, "stays", _call(node), "it has no `undo`; it runs again in a redrive"))
        else:
            lines.append(Line(address, "again", _call(node), "it ended after"))
    return Rollback(target, row.seq, tuple(void_after(past, nodes, target, row.seq)), tuple(folded(lines, nodes)))


def folded(lines: Sequence[Line], nodes: Mapping[Address, Node]) -> list[Line]:
    """Return lines with one for each region at the top where the same becomes of all, and nothing changes things."""
    groups: dict[Address, list[Line]] = {}
    for line in lines:
        groups.setdefault(next(regions_around(line.step), line.step), []).append(line)
    found: list[Line] = []
    for region, inside in groups.items():
        plainly = all(line.fate in ("kept", "again") and not changes_things(nodes[plain(line.step)]) for line in inside)
        if plainly and region in nodes and len({line.fate for line in inside}) == 1:
            inside = [replace(inside[0], step=region, call=_call(nodes[region]))]
        found += inside
    return found


def void_after(past: Past, nodes: Mapping[Address, Node], target: Address | None, after: int) -> list[Address]:
    """Return the addresses of all that was recorded after an event, each region as a whole where that can be."""
    first: dict[Address, int] = {}
    last: dict[Address, int] = {}
    for address in past.addresses():
        seqs = [row.seq for row in past.rows(address) if not row.type.startswith("undo_")]
        if address != ROOT and seqs and "/@undo" not in address:
            last[address] = seqs[-1]
            for region in around(address):
                first[region] = min(seqs[0], first.get(region, seqs[0]))
    void: dict[Address, None] = {}
    holding = set() if target is None else set(around(target))
    for address in (address for address, seq in last.items() if seq > after):
        whole = [region for region in around(address) if first[region] > after]
        if whole:
            void[whole[-1]] = None
        elif address in holding or not isinstance(nodes.get(plain(address)), Call | Wait):
            void[child(address, "@end")] = None  # what is inside it and was done before is kept
        else:
            void[address] = None
    return list(void)


def undo_call(node: Node) -> str:
    """Return what undoes a step: the skill or agent that its undo calls first, or the kind of the step there."""
    return _call(node.meta.undo.body.children[0] if node.meta.undo is not None else node)


def _call(node: Node) -> str:
    return node.target if isinstance(node, Call) else node.meta.kind


def changes_things(node: Node) -> bool:
    """Say whether a node is a call with effects."""
    return isinstance(node, Call) and node.changes_things


def calls(past: Past, nodes: Mapping[Address, Node]) -> Iterator[tuple[Address, Node]]:
    """Yield the calls and waits that ended or began, and what else has an undo, in the order of the run."""
    for address in past.addresses():
        node = nodes.get(plain(address))
        if node is None or "/@undo" in address or not (isinstance(node, Call | Wait) or node.meta.undo):
            continue
        if past.effect(address) is not None:
            yield address, node


def _why_it_stays(node: Node, *, asked: bool) -> str:
    if node.meta.undo is None:
        return "it changed something and has no `undo`"
    return "its `undo` is for a rollback only" if asked else "add `--undo` to take it back"


def target_of(past: Past, nodes: Mapping[Address, Node], wanted: str) -> Address:
    """Return the address of the step that is meant, which the run came to; raise UsageError FLJ0005."""
    known = [one for address in past.addresses() for one in around(address) if plain(one) in nodes]
    known = list(dict.fromkeys(one for one in known if "/@undo" not in one and not one.endswith("]")))
    found = [one for one in known if one == wanted] or [one for one in known if plain(one) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"`{address}`" for address in found[:5])
        raise UsageError("FLJ0005", f"the run came to `{wanted}` {len(found)} times", help=f"name one of {listed}")
    near = did_you_mean(wanted, known)
    help = f"did you mean `{near}`?" if near else "`flujo lens show RUN` shows the steps"
    raise UsageError("FLJ0005", f"the run did not come to a step `{wanted}`", help=help)


def _target(past: Past, wanted: str) -> Address:
    """Return the address of the completed step that is meant."""
    ended = [address for address in past.addresses() if past.effect(address) is not None and "/@undo" not in address]
    found = [address for address in ended if address == wanted] or [one for one in ended if plain(one) == wanted]
    if len(found) == 1 and not undone(past, found[0]):
        ended_row = past.ended(found[0])
        if ended_row is not None and ended_row.type != "step_failed":
            return found[0]
    if len(found) > 1:
        listed = ", ".join(f"`{address}`" for address in found[:5])
        raise UsageError("FLJ0005", f"`{wanted}` ended {len(found)} times", help=f"name one of {listed}")
    if found:
        text = f"`{wanted}` was undone or is in doubt, there is nothing to go back to"
        raise UsageError("FLJ0005", text, help="name a step before it")
    near = did_you_mean(wanted, ended)
    help = f"did you mean `{near}`?" if near else "`flujo lens show RUN` shows the steps"
    raise UsageError("FLJ0005", f"no step `{wanted}` was completed", help=help)
