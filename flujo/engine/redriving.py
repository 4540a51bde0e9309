"""What a redrive keeps and what it runs again: undone results, and all that was built on them, no longer hold."""

from __future__ import annotations

from flujo.core.errors import StateError, UsageError
from flujo.core.events import UndoFinished
from flujo.core.graph import Call, Flow
from flujo.core.ids import Address, child
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.engine.past import Past
from flujo.engine.places import nodes_by_address, plain
from flujo.engine.voiding import Void, dependents


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person says of completed writes that a redrive comes to again: addresses, with or without indices."""

    again: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()


NO_CHOICE = Choice()


def no_longer_holds(past: Past, root: Flow, choice: Choice) -> tuple[list[str], list[str]]:
    """Return the addresses that no longer hold and those inside them that do.

    Raise StateError FLJ0813 when a completed write that nothing undid would run again and nobody has chosen that, and
    UsageError FLJ0005 for a choice that names no completed write.
    """
    _check_names(past, root, choice)
    stopping = past.stopping()
    rolled_back = stopping.void or [] if stopping is not None else []
    begun = [address for address in past.addresses() if any(row.type == "undo_started" for row in past.rows(address))]
    void = [*dependents(root, [address for address in begun if undone(past, address)]), *rolled_back]
    if not void:
        return [child(address, "@undo") for address in begun], []
    left = [child(address, "@undo") for address in begun if not Void(void, (), _no_loop)(address)]
    predicate = Void([*void, *left], (), lambda address: past.iterations(address) > 0)
    agreed = Void(rolled_back, (), _no_loop)  # whoever rolled back was told of them
    standing = [address for address in _writes(past, root) if predicate.covers(address) and not undone(past, address)]
    kept = [address for address in standing if _named(address, choice.keep)]
    said = {address for address in standing if _named(address, choice.again) or agreed.covers(address)}
    unsaid = [address for address in standing if address not in kept and address not in said]
    if unsaid:
        names = ", ".join(f"`{address}`" for address in unsaid)
        raise StateError(
            "FLJ0813",
            f"a redrive would run what was done and not undone a second time: {names}",
            help=f"say `--again {unsaid[0]}` to run it again, or `--keep {unsaid[0]}` to keep its result",
        )
    return [*void, *left], [str(address) for address in kept]


def _check_names(past: Past, root: Flow, choice: Choice) -> None:
    """Raise UsageError FLJ0005 when a name is that of no completed write."""
    names = sorted(choice.again | choice.keep)
    writes = _writes(past, root) if names else []
    for name in names:
        if not any(_named(address, frozenset({name})) for address in writes):
            near = did_you_mean(name, [*writes, *map(plain, writes)])
            help = f"did you mean `{near}`?" if near else "`flujo lens show RUN` shows the steps"
            raise UsageError("FLJ0005", f"`{name}` is no write that this run completed", help=help)


def undone(past: Past, address: Address) -> bool:
    """Say whether what the step at an address did was taken back."""
    row = past.effect(address)
    event = past.undo(address, row.seq) if row is not None else None
    return isinstance(event, UndoFinished) and event.error is None


def _writes(past: Past, root: Flow) -> list[Address]:
    """Return where calls that change things were completed."""
    nodes = nodes_by_address(root)
    found = []
    for address in past.addresses():
        node = nodes.get(plain(address))
        ended = past.ended(address) if isinstance(node, Call) and node.changes_things else None
        if ended is not None and ended.type == "step_completed" and "/@undo" not in address:
            found.append(address)
    return found


def _named(address: Address, names: frozenset[str]) -> bool:
    return address in names or plain(address) in names


def _no_loop(address: Address) -> bool:
    return False
