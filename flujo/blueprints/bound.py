"""The worst case of a blueprint: what a run of it can use at most, and which parts have no bound.

A chain adds up; branches side by side add what they use and take the longest time; of a choice the dearest way counts;
a map counts its items, a loop its `max`, a `retry` its attempts; a catch comes on top, and so does undoing it all. A
request to a model has as many tokens as its JSON has bytes and 64 for each message, and `max_tokens` come back.
Not counted: what is repeated after a crash or a redrive, what a person decides about a call in doubt, the time that
flujo's own work and its builtin skills take. Long because every node and every field of a step has its rule here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from graphlib import TopologicalSorter
from math import ceil
from typing import Any, Final

from flujo.blueprints.amounts import (
    NOTHING,
    Amounts,
    Bound,
    Open,
    largest,
    summed,
    together,
    used,
)
from flujo.blueprints.program import constant
from flujo.blueprints.sizes import SchemaOf, literal_bytes, most_items, only_name, property_schema, template_bytes
from flujo.core.graph import (
    Awaited,
    Branch,
    Call,
    Flow,
    Graph,
    Loop,
    Map,
    Node,
    Question,
    Reduce,
    Retry,
    Timer,
    Wait,
)
from flujo.core.ids import ROOT, Address, child, quoted
from flujo.core.ports import ModelRequest
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, stored_bytes
from flujo.expressions import CompiledTemplate

_REQUEST: Final = ModelRequest("", ())
_PER_MESSAGE: Final = 64
_MESSAGES: Final = 2
_REPAIR: Final = 4_096
"""Tokens of the reasons that a reply is sent back with; the reply itself comes on top."""

_RETRY_AFTER: Final = 300.0
"""Seconds that a provider can make an attempt wait (core.backoff)."""

_TIME: Final = frozenset({"seconds"})


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens of a model, and how many tokens it reads at most; None is not known."""

    usd_in: float | None = None
    usd_out: float | None = None
    context: int | None = None


Prices = Callable[[str], Price]
"""What is known of the price of a model, by its name as written."""


def no_prices(model: str) -> Price:
    """Return that nothing is known."""
    return Price()


def worst_case(graph: Graph, prices: Prices = no_prices) -> Bound:
    """Return the bound of a run of `graph`."""
    return worst_case_of(graph.root, graph.inputs, graph.pinned.get("skills", {}), prices)


def worst_case_of(root: Flow, inputs: JsonObject | None, skills: JsonObject, prices: Prices = no_prices) -> Bound:
    """Return the bound of a run of the steps under `root`; `skills` are the entries of the catalogue by id."""
    bound = _Walk(prices, skills).steps(root, ROOT, _Scope(inputs))
    return bound.lasting_at_most(root.meta.timeout).whole()


class _Scope:
    """The names whose size is known from a schema: the input, and the steps of a list and of those around it."""

    def __init__(self, inputs: JsonObject | None, above: _Scope | None = None, flow: Flow | None = None) -> None:
        self._inputs = inputs
        self._above = above
        self._item: Any = above._item if above is not None else None
        self._steps: Mapping[str, Node] = {node.meta.name: node for node in flow.children} if flow is not None else {}

    def inside(self, flow: Flow) -> _Scope:
        """Return the scope of a list in this one."""
        return _Scope(self._inputs, self, flow)

    def of_item(self, item: Any) -> _Scope:
        """Return the scope of what a map does, with the schema of `item`."""
        scope = _Scope(self._inputs, self)
        scope._item = item
        return scope

    def schema(self, name: Sequence[str]) -> Any:
        """Return the schema of what a name leads to, if it is checked before anything can read it."""
        if name[0] == "input":
            return property_schema(self._inputs, name[1:])
        if name[0] == "item":
            return property_schema(self._item, name[1:])
        if name[0] == "steps" and len(name) > 2 and name[2] == "output":
            found = list(self._named(name[1]))
            if len(found) == 1:  # of two with one name it is not plain which is meant
                return property_schema(_checked_output(found[0]), name[3:])
        return None

    def _named(self, name: str) -> Iterator[Node]:
        here: _Scope | None = self
        while here is not None:
            if name in here._steps:
                yield here._steps[name]
            here = here._above


def _checked_output(node: Node) -> Any:
    """Return the schema that a step's output is sure to fit: the one that an agent's replies are checked against."""
    if isinstance(node, Call) and node.runner == "agent" and not isinstance(node.meta.on_error, Flow):
        return node.config.get("output_schema")
    return None


def items_of(node: Map, schema_of: SchemaOf) -> int | None:
    """Return how many items a map has at most, batches counted as items; None when nothing says so."""
    over, count = node.over, None
    if isinstance(over, CompiledTemplate) and isinstance(over.source, list | dict):
        count = len(over.source)
    elif (always := constant(over)) is not None:
        count = len(always[0]) if isinstance(always[0], list | dict) else None
    elif (name := only_name(over)) is not None:
        count = most_items(schema_of(name))
    return count if count is None or node.batch is None else ceil(count / node.batch)


class _Walk:
    """One look at a program, from the inside out."""

    def __init__(self, prices: Prices, skills: JsonObject) -> None:
        self._prices = prices
        self._skills = skills
        self._imports = 0

    def _unknown(self, node: Node, address: Address, of: Iterable[str], why: str, each: Amounts | None = None) -> Bound:
        """Return the bound of what has none; in the other file of an import there is no path to it."""
        return Bound(open=(Open(address, () if self._imports else node.meta.path, frozenset(of), why, each),))

    def steps(self, flow: Flow, region: Address, scope: _Scope) -> Bound:
        """Return the bound of a list of steps."""
        scope = scope.inside(flow)
        bounds = {node.meta.name: self.node(node, child(region, node.meta.name), scope) for node in flow.children}
        whole = summed([NOTHING, *bounds.values()])
        if flow.is_chain:
            return whole
        order = TopologicalSorter({node.meta.name: node.meta.needs for node in flow.children}).static_order()
        needs = {node.meta.name: node.meta.needs for node in flow.children}
        end: dict[str, float] = {}
        for name in order:
            start = max((end[need] for need in needs[name]), default=0.0)
            end[name] = start + bounds[name].known.seconds
        return whole.with_seconds(max(end.values(), default=0.0))

    def node(self, node: Node, address: Address, scope: _Scope) -> Bound:
        """Return the bound of a step with all its attempts, its catch and its undo."""
        meta = node.meta
        if isinstance(node, Call):
            bound = self._call(node, address, scope)
        elif isinstance(node, Wait):
            bound = self._wait(node, address, scope)
        else:
            bound = _tried(self._region(node, address, scope), meta.retry).lasting_at_most(meta.timeout)
        if isinstance(meta.on_error, Flow):
            bound = summed((bound, self.steps(meta.on_error, child(address, "@catch"), scope)))
        if meta.undo is not None and not meta.undo.rollback_only:
            undo = self.steps(meta.undo.body, child(address, "@undo"), _Scope(None))
            bound = summed((bound, undo.undone()))
        return bound

    # --- leaves ---

    def _call(self, node: Call, address: Address, scope: _Scope) -> Bound:
        meta, retry = node.meta, node.meta.retry or Retry()
        one = self._request(node, address, scope) if node.runner == "agent" else self._skill(node, address)
        if meta.timeout is not None:
            one = one.lasting_at_most(meta.timeout)
        rules = [self.node(rule.call, child(child(address, "@verify"), rule.call.meta.name), scope)
                 for rule in meta.verify if rule.call is not None]  # fmt: skip
        bound = _tried(summed((one, *rules)), retry, is_agent=node.runner == "agent")
        if node.runner == "agent" and retry.attempts > 1 and retry.on & {"invalid_output", "any"}:
            bound = summed((bound, self._repairs(node, retry.attempts - 1)))
        if meta.approval is None:
            return bound
        expires = meta.approval.expires
        if expires is not None:
            return summed((bound, Bound(Amounts(seconds=expires))))
        return summed((bound, self._unknown(node, address, _TIME, "a person has to agree, and nothing says by when")))

    def _skill(self, node: Call, address: Address) -> Bound:
        counted = Bound(Amounts(steps=1, calls=0 if node.effect == "pure" else 1))
        entry, timeout = self._skills.get(node.target, {}), node.meta.timeout
        if node.target == "core.sleep":
            given = node.arguments.source if node.arguments is not None else None
            seconds = given.get("seconds") if isinstance(given, dict) else None
            if isinstance(seconds, int | float) and not isinstance(seconds, bool):
                return counted.with_seconds(max(float(seconds), 0.0))
            why = "how long it sleeps is computed"
        elif entry.get("origin") == "builtin" and not entry.get("permissions"):
            return counted  # it computes, or works on files: a matter of moments
        else:
            why = f"`{node.target}` has no `timeout`"
        if timeout is not None:
            return counted.with_seconds(timeout)
        return summed((counted, self._unknown(node, address, _TIME, why)))

    def _request(self, node: Call, address: Address, scope: _Scope) -> Bound:
        """Return the bound of one request to a model."""
        price = self._prices(node.config.get("model", ""))
        tokens_out = node.config.get("max_tokens") or _REQUEST.max_tokens
        counted = Amounts(steps=1, calls=1, tokens_out=tokens_out, seconds=_REQUEST.timeout)
        size = self._request_bytes(node, scope)
        size = min((one for one in (size, price.context) if one is not None), default=None)
        counted = counted._replace(tokens_in=size or 0)
        parts = []
        if price.usd_in is None or price.usd_out is None:
            why = f"the price of `{node.config.get('model')}` is not known"
            parts.append(self._unknown(node, address, {"usd"}, why))
        else:
            counted = counted._replace(usd=(counted.tokens_in * price.usd_in + tokens_out * price.usd_out) / 1e6)
        if size is None:
            of = {"tokens_in", "usd"} if price.usd_in != 0 else {"tokens_in"}
            parts.append(self._unknown(node, address, of, "nothing says how long its input can be"))
        return summed((Bound(counted), *parts))

    def _request_bytes(self, node: Call, scope: _Scope) -> int | None:
        """Return the bytes of a request and 64 for each message; None when its input can be of any size."""
        given, sizes = node.arguments, []
        if given is not None:
            sizes.append(template_bytes(given, scope.schema))
        source = given.source if given is not None else None
        if not (isinstance(source, dict) and "input" in source):
            sizes.append(None if node.meta.input is None else template_bytes(node.meta.input, scope.schema))
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes):
            return None
        fixed = 2 * len(stored_bytes(node.config)) + literal_bytes(node.config.get("output_schema"))
        empty = len(stored_bytes(_REQUEST.to_json()))
        return fixed + empty + sum(known) + (_MESSAGES + 1) * _PER_MESSAGE

    def _repairs(self, node: Call, times: int) -> Bound:
        """Return what it costs to send back replies that did not fit, with the reasons."""
        price = self._prices(node.config.get("model", ""))
        tokens = (node.config.get("max_tokens") or _REQUEST.max_tokens) + _REPAIR + 2 * _PER_MESSAGE
        return Bound(Amounts(tokens_in=tokens, usd=tokens * (price.usd_in or 0.0) / 1e6)).times(times)

    def _wait(self, node: Wait, address: Address, scope: _Scope) -> Bound:
        meta, none = node.meta, partial(self._unknown, node, address, _TIME)
        match node.on:
            case Timer(seconds=float() | int() as seconds):
                bound = Bound(Amounts(seconds=float(seconds)))
            case Timer():
                bound = none("until when it waits is computed")
            case Awaited(event=name):
                bound = none(f"it waits for the event `{name}`")
            case Question(on_timeout=instead):
                bound = none("a person is waited for").lasting_at_most(meta.timeout)
                if isinstance(instead, Flow):
                    return summed((bound, self.steps(instead, child(address, "@timeout"), scope)))
        return bound.lasting_at_most(meta.timeout)

    # --- regions ---

    def _region(self, node: Flow | Branch | Map | Loop, address: Address, scope: _Scope) -> Bound:
        match node:
            case Branch():
                ways = [self.steps(flow, child(address, quoted(key)), scope) for key, flow in node.branches]
                return largest([NOTHING, *ways])
            case Loop():
                return self.steps(node.body, address, scope).times(node.max)
            case Map():
                return summed((self._items(node, address, scope), self._reduce(node.reduce, address, scope)))
            case Flow(imported=None):
                return self._branches(node, address, scope)
        assert node.imported is not None
        graph = node.imported.graph
        self._imports += 1
        bound = self.steps(graph.root, address, _Scope(graph.inputs))
        self._imports -= 1
        return bound

    def _branches(self, node: Flow, address: Address, scope: _Scope) -> Bound:
        flows = [flow for flow in node.children if isinstance(flow, Flow)]
        bounds = [self.steps(flow, child(address, quoted(flow.meta.name)), scope) for flow in flows]
        whole = together(bounds, node.join.max_concurrency if node.join else len(bounds))
        if node.join is None:
            return whole
        first, choice = NOTHING, node.join.choice
        if choice is not None:
            choice = replace(choice, meta=replace(choice.meta, input=node.meta.input))  # that is what it is given
            first = self.node(choice, child(address, choice.meta.name), scope)
        return summed((first, whole, self._reduce(node.join.reduce, address, scope)))

    def _items(self, node: Map, address: Address, scope: _Scope) -> Bound:
        name, count = only_name(node.over), items_of(node, scope.schema)
        items = scope.schema(name) if name is not None and node.batch is None else None
        item = items.get("items") if isinstance(items, dict) and items.get("type") == "array" else None
        one = self.steps(node.body, address, scope.of_item(item))
        if count is None:
            why = "nothing says how many items there are"
            parts = self._unknown(node, address, used(one.known), why, one.known) if any(one.known) else NOTHING
            return summed((Bound(open=one.open), parts))
        rounds = ceil(count / node.max_concurrency)
        return one.times(count).with_seconds(one.known.seconds * rounds)

    def _reduce(self, reduce: Reduce | None, address: Address, scope: _Scope) -> Bound:
        if reduce is None or reduce.call is None:
            return NOTHING
        return self.node(reduce.call, child(address, "@reduce"), scope)


def _tried(one: Bound, retry: Retry | None, *, is_agent: bool = False) -> Bound:
    """Return the bound of all attempts, with the pauses between them."""
    if retry is None or retry.attempts == 1:
        return one
    bound = one.times(retry.attempts)
    pauses = sum(_pause(retry, made, is_agent or one.known.tokens_out > 0) for made in range(1, retry.attempts))
    seconds = bound.known.seconds + pauses
    if retry.max_time is not None:  # no attempt begins later
        seconds = min(seconds, retry.max_time + one.known.seconds)
    return bound.with_seconds(seconds)


def _pause(retry: Retry, made: int, asks_model: bool) -> float:
    """Return the longest pause after an attempt, as `core.backoff.pause` makes it."""
    if retry.on == {"invalid_output"}:
        return 0.0
    match retry.backoff:
        case "constant":
            delay = retry.delay
        case "linear":
            delay = retry.delay * made
        case "exponential":
            delay = retry.delay * 2.0 ** (made - 1)
    return max(min(delay, retry.max_delay), _RETRY_AFTER if asks_model else 0.0)
