"""Names of things: typed identifiers and the one place where addresses are built.

An address is a path plus iteration indices, `fan[2]/critique`. It never depends on the order in which things
happened to run, so a recorded result can always be found again.
"""

from typing import NewType

RunId = NewType("RunId", str)
"""A run: lower-case letters and digits, sortable by time of creation."""

Address = NewType("Address", str)
"""A place in a run; the root region has the empty address."""

TaskId = NewType("TaskId", str)
"""A question to a person: the run's id, a dot and the sequence number of its TaskOpened event."""

Digest = NewType("Digest", str)
"""SHA-256 in lower-case hex."""

ROOT = Address("")


def child(parent: Address, name: str) -> Address:
    """Return the address of the step `name` inside the region at `parent`."""
    return Address(f"{parent}/{name}" if parent else name)


def indexed(parent: Address, index: int) -> Address:
    """Return the address of item, iteration or turn `index` of the region at `parent`."""
    return Address(f"{parent}[{index}]")


def quoted(key: str) -> str:
    """Return a branch key as part of an address: `%`, `/`, `[` and `]` are percent-encoded."""
    for sign in "%/[]":
        key = key.replace(sign, f"%{ord(sign):02X}")
    return key


def inside(address: Address, region: Address) -> bool:
    """Say whether an address is that of a region or of something in it."""
    return not region or address == region or address.startswith((f"{region}/", f"{region}["))


def task_id(run: RunId, seq: int) -> TaskId:
    """Return the id of the task that the event `seq` of `run` opened."""
    return TaskId(f"{run}.{seq}")


def run_of_task(task: TaskId) -> RunId:
    """Return the run that opened `task`."""
    return RunId(task.rpartition(".")[0])
