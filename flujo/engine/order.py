"""A call that is ready to be made: its arguments resolved, and the keys it is known by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from flujo.core.errors import FlujoError
from flujo.core.graph import Call, Node
from flujo.core.ids import Address, Digest
from flujo.core.record import dataclass
from flujo.core.values import EMPTY, JsonObject, JsonValue, canonical_bytes, sha256
from flujo.engine.scope import Frame, Scope, StepResult

RunStep = Callable[[Node, Scope, Address, StepResult | None], Awaitable[object]]
"""Runs a step in a region; returns its Outcome, and its result is then what came last in the scope."""


@dataclass(frozen=True, slots=True)
class Order:
    """A call whose arguments are resolved, and the keys it is known by where the blueprint names them."""

    call: Call
    frame: Frame
    arguments: JsonObject
    labels: frozenset[str] = EMPTY
    key: str | None = None
    reuse: JsonValue = None
    step: RunStep | None = None
    """Runs the calls that verify the output, where there are such."""

    @property
    def fingerprint(self) -> str:
        """Digest of all that decides the result (design 4)."""
        return sha256(self.call.identity.encode() + canonical_bytes(self.arguments))

    @property
    def kept_by(self) -> Digest:
        """Digest that an equal call has too: of skill or agent and the cache's key, else the fingerprint; and rules."""
        meta = self.call.meta
        if meta.cache is None or meta.cache.key is None:
            known_by = self.fingerprint.encode()
        else:
            known_by = self.call.identity.encode() + canonical_bytes(self.reuse)
        return sha256(b"\0".join([known_by, *(rule.identity.encode() for rule in meta.verify)]))


def order_of(node: Call, frame: Frame, given: StepResult) -> Order:
    """Return a call with its arguments resolved; the step's input fills the main parameter."""
    arguments = {} if node.arguments is None else node.arguments.render(frame)
    labels = frame.labels(node.arguments)
    if node.main is not None and node.main not in arguments:
        arguments = {**arguments, node.main: given.output}
        labels |= given.labels
    if node.meta.key is None and node.meta.cache is None:
        return Order(node, frame, arguments, labels)
    return Order(node, frame, arguments, labels, _key(node, frame), _reuse(node, frame))


def _key(node: Call, frame: Frame) -> str | None:
    """Return the idempotency key that the blueprint names for a call; raise FLJ0405 for none at all."""
    if node.meta.key is None:
        return None
    value = node.meta.key.render(frame)
    if value is None or value == "":
        what = "null" if value is None else "an empty text"
        raise FlujoError("FLJ0405", f"`idempotency_key` is {what}, and must tell this effect from others")
    return value if type(value) is str else canonical_bytes(value).decode()


def _reuse(node: Call, frame: Frame) -> JsonValue:
    cache = node.meta.cache
    return None if cache is None or cache.key is None else cache.key.render(frame)
