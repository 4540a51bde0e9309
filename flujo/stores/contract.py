"""What all stores check and say alike, whatever database is behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from flujo.core.errors import LostOwnership, StateError
from flujo.core.ids import Digest, RunId
from flujo.core.record import dataclass
from flujo.core.storing import NO_CHANGE, Batch, RunHeader
from flujo.core.values import sha256

INLINE_BLOB = 1024 * 1024
"""A blob up to this many bytes is a row of the same transaction; a larger one is kept elsewhere or in pieces."""

BUSY_SECONDS = 30.0
"""How long a store tries again while its database is locked or gone."""

Durability = Literal["full", "normal"]
"""full: a commit is synced, it survives a loss of power; normal: it survives the end of the process."""


@dataclass(frozen=True, slots=True)
class OwnerClaim:
    """A run held by this process."""

    epoch: int


def follow(batch: Batch) -> bool:
    """Say whether a batch's rows follow each other, all of one epoch."""
    start, epoch = batch.rows[0].seq, batch.rows[0].epoch
    return all(row.seq == start + place and row.epoch == epoch for place, row in enumerate(batch.rows))


def is_single(batches: Sequence[Batch]) -> bool:
    """Say whether all there is to write is one row: what a plain step needs."""
    first = batches[0]
    return len(batches) == 1 and len(first.rows) == 1 and not first.blobs and first.change is NO_CHANGE


def let_go(batches: Sequence[Batch]) -> set[RunId]:
    """Return the runs that end or pause with these batches: their owner has let them go."""
    return {batch.rows[-1].run for batch in batches if batch.change.status not in (None, "running")}


def header(row: tuple[Any, ...]) -> RunHeader:
    """Return the header that a row of the runs is."""
    return RunHeader(RunId(row[0]), row[1], row[2], row[3], row[4])


def the_one(prefix: str, found: Sequence[tuple[Any, ...]]) -> RunHeader:
    """Return the run that a prefix means, of those whose ids begin with it; raise StateError FLJ0801."""
    exact = [row for row in found if row[0] == prefix]
    if prefix and (exact or len(found) == 1):
        return header((exact or found)[0])
    if prefix and found:
        names = ", ".join(f"`{row[0]}`" for row in found)
        raise StateError("FLJ0801", f"`{prefix}` fits several runs: {names}", help="give more of the id")
    raise unknown(prefix)


def whole(digest: Digest, data: bytes | None) -> bytes:
    """Return a blob's data; raise StateError FLJ0805 when it is missing or is not what its digest says."""
    if data is None or sha256(data) != digest:
        state = "missing" if data is None else "damaged"
        raise StateError("FLJ0805", f"the stored value `{digest[:12]}...` is {state}")
    return data


def unknown(run: str) -> StateError:
    """Return what is said of a run that is not there."""
    return StateError("FLJ0801", f"there is no run `{run}`", help="`flujo lens list` shows the runs")


def no_event(run: RunId, seq: int) -> StateError:
    """Return what is said of an event that is not there."""
    return StateError("FLJ0805", f"event {seq} of run `{run}` is missing")


def driven(run: RunId, owner: str) -> StateError:
    """Return what is said of a run that a living owner drives; its name begins with the process."""
    text = f"run `{run}` is being driven by process {owner.rpartition('-')[0]}"
    return StateError("FLJ0803", text, help="wait for it, or end that process")


def taken_over(run: RunId) -> LostOwnership:
    """Return what is said to an owner that lost its run."""
    hint = f"nothing to do: `flujo lens show {run}` shows how it goes on"
    return LostOwnership("FLJ0809", f"run `{run}` was taken over by another process", help=hint)


def newer(name: str, schema: str) -> StateError:
    """Return what is said of a database that this version does not know."""
    return StateError("FLJ0806", f"the state in `{name}` was written by a newer flujo (schema {schema})")
