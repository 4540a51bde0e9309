"""A row of the journal: an event as it is stored, and its hash.

The hash covers all fields of the row, each with its length in front, and the hash of the row before it.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import field
from typing import Literal

from flujo.core.ids import Address, RunId
from flujo.core.record import dataclass

_LENGTH = struct.Struct(">Q").pack

RunStatus = Literal["running", "completed", "partial", "failed", "suspended", "cancelled", "denied"]


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is stored. `at` is wall time in microseconds; order is decided by `seq` alone.

    `blob` is the digest of a value too large for the body: the event's `output`, or for RunStarted its `input`.
    """

    run: RunId
    seq: int
    type: str
    address: Address
    fingerprint: str
    at: int
    epoch: int
    labels: str
    blob: str
    parent: str
    body: bytes
    previous: bytes
    hash: bytes = field(default=b"")


def row_hash(row: Row) -> bytes:
    """Return the SHA-256 over all fields of a row but its hash: see `fields_hash`."""
    return fields_hash(
        row.run, row.seq, row.type, row.address, row.fingerprint, row.at, row.epoch,
        row.labels, row.blob, row.parent, row.body, row.previous,
    )  # fmt: skip


def fields_hash(*values: str | int | bytes) -> bytes:
    """Return the SHA-256 over values, each preceded by its length as eight big-endian bytes.

    Text stands for its UTF-8 bytes, an integer for its decimal digits.
    """
    parts: list[bytes] = []
    for value in values:
        part = value if type(value) is bytes else str(value).encode()
        parts += (_LENGTH(len(part)), part)
    return hashlib.sha256(b"".join(parts)).digest()
