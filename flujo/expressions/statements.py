"""Text, `{{ }}`, `{% if %}`, `{% for %}` and `{% set %}`: statements to closures that add to the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from jinja2 import nodes

from flujo.core.values import JsonValue
from flujo.expressions.budget import MAX_DEPTH, over, text_size
from flujo.expressions.build import Builder
from flujo.expressions.facts import facts_of
from flujo.expressions.faults import At, Fault, type_error
from flujo.expressions.filters.arguments import sequence
from flujo.expressions.frame import UNSET, Eval, Frame, Statement
from flujo.expressions.operators import a, to_text, truth

ROUND: Final = 2
"""Steps that one round of a loop takes by itself."""


def body(builder: Builder, parts: Sequence[nodes.Node]) -> Statement:
    """Return a list of statements as one; faults are collected by the builder."""
    builder.depth += 1
    try:
        if builder.depth > MAX_DEPTH:
            fault = over(f"the template is nested deeper than {MAX_DEPTH} levels")
            fault.at = builder.places.start(parts[0]) if parts else None
            builder.faults.append(fault)
            return _in_order([])
        statements = []
        for part in parts:
            try:
                statements += _statement(builder, part)
            except Fault as fault:
                builder.faults.append(fault)
        return _in_order(statements)
    finally:
        builder.depth -= 1


def _in_order(statements: list[Statement]) -> Statement:
    if len(statements) == 1:
        return statements[0]

    def run(frame: Frame, out: list[str]) -> None:
        for statement in statements:
            statement(frame, out)

    return run


def _statement(builder: Builder, node: nodes.Node) -> list[Statement]:
    match node:
        case nodes.Output():
            return [_piece(builder, part) for part in node.nodes]
        case nodes.If():
            return [_if(builder, node)]
        case nodes.For():
            return [_for(builder, node)]
        case nodes.Assign():
            value = builder.strictly(node.node)
            store = _store(builder, node.target)
            return [lambda frame, out: store(frame, value(frame))]
        case nodes.AssignBlock():
            return [_block(builder, node)]
    raise Fault("FLJ0402", "this statement is not allowed in templates", at=builder.places.start(node))


def _piece(builder: Builder, node: nodes.Expr) -> Statement:
    if isinstance(node, nodes.TemplateData):
        text, size = node.data, text_size(node.data)

        def write(frame: Frame, out: list[str]) -> None:
            frame.budget.make(size)
            out.append(text)

        return write
    value, at = builder.strictly(node), builder.places.span(node)

    def run(frame: Frame, out: list[str]) -> None:
        budget = frame.budget
        before = budget.held
        result = value(frame)
        frame.at = at
        text = to_text(budget, result)
        budget.held = before  # what the expression made on its way is gone; its text stays
        budget.make(text_size(text))
        out.append(text)

    return run


def _if(builder: Builder, node: nodes.If) -> Statement:
    cases: list[tuple[Eval, Statement]] = []
    known = 0
    for case in (node, *node.elif_):
        test = builder.strictly(case.test)
        when_true, when_false = facts_of(case.test, builder.aliases)
        with builder.knowing(when_true):
            cases.append((test, body(builder, case.body)))
        builder.facts.extend(when_false)
        known += len(when_false)
    otherwise = body(builder, node.else_)
    del builder.facts[len(builder.facts) - known :]

    def run(frame: Frame, out: list[str]) -> None:
        for test, then in cases:
            frame.budget.spend(1)
            if truth(test(frame)):
                then(frame, out)
                return
        otherwise(frame, out)

    return run


class _Store:
    """Puts a value into local names: one, or one for each element of a list."""

    def __init__(self, slots: list[int], at: At, single: bool) -> None:
        self.slots = slots
        self.at = at
        self.single = single

    def __call__(self, frame: Frame, value: JsonValue) -> None:
        if self.single:
            frame.slots[self.slots[0]] = value
            return
        frame.budget.spend(len(self.slots))
        if type(value) is not list or len(value) != len(self.slots):
            frame.at = self.at
            raise type_error(f"{len(self.slots)} names need a list of as many elements, not {_amount(value)}")
        for slot, part in zip(self.slots, value, strict=True):
            frame.slots[slot] = part


def _amount(value: JsonValue) -> str:
    return f"one of {len(value)}" if type(value) is list else a(value)


def _store(builder: Builder, target: nodes.Node) -> _Store:
    names = target.items if isinstance(target, nodes.Tuple) else [target]
    at = (builder.places.start(names[0])[0], builder.places.start(names[-1])[1])
    if not all(type(name) is nodes.Name for name in names):
        raise Fault("FLJ0402", "only plain names can be set", at=at)
    slots = [builder.declare(name.name, name) for name in names]  # type: ignore[attr-defined]
    return _Store(slots, at, single=target is names[0])


def _block(builder: Builder, node: nodes.AssignBlock) -> Statement:
    if node.filter is not None:
        raise Fault("FLJ0402", "a `set` block takes no filter", at=builder.places.start(node))
    inside = body(builder, node.body)
    store = _store(builder, node.target)

    def run(frame: Frame, out: list[str]) -> None:
        parts: list[str] = []
        inside(frame, parts)
        store(frame, "".join(parts))

    return run


class _For:
    """A loop over a list's elements, a mapping's keys or a text's characters."""

    def __init__(self, builder: Builder, node: nodes.For) -> None:
        if node.recursive:
            raise Fault("FLJ0402", "recursive loops are not allowed in templates", at=builder.places.start(node))
        self.at = builder.places.span(node.iter)
        self.over = builder.iterated(node.iter)
        self.first = builder.slots
        builder.scopes.append({})
        self.store = _store(builder, node.target)
        self.test = None if node.test is None else builder.strictly(node.test)
        self.loop = builder.declare("loop", node)
        self.inside = body(builder, node.body)
        builder.scopes.pop()
        self.end = builder.slots
        self.needs_loop = self.loop in builder.slot_reads
        self.otherwise = body(builder, node.else_)

    def __call__(self, frame: Frame, out: list[str]) -> None:
        value = self.over(frame)
        frame.at = self.at
        budget = frame.budget
        items: Sequence[JsonValue] = value if type(value) is range else sequence(budget, value, "for")
        if self.test is not None:
            items = self.filtered(frame, items, self.test)
            frame.at = self.at
        budget.reserve(ROUND * len(items))
        if not items:
            self.otherwise(frame, out)
        for index, item in enumerate(items):
            self.clear(frame)
            if self.needs_loop:
                budget.each(9)
                frame.slots[self.loop] = _loop(index, items)
            self.store(frame, item)
            self.inside(frame, out)
            if index == 0:
                budget.begin(ROUND * len(items))
        self.clear(frame)

    def filtered(self, frame: Frame, items: Sequence[JsonValue], test: Eval) -> list[JsonValue]:
        """Return the elements for which `if` holds."""
        frame.budget.each(len(items))
        kept = []
        for item in items:
            self.clear(frame)
            self.store(frame, item)
            if truth(test(frame)):
                kept.append(item)
        return kept

    def clear(self, frame: Frame) -> None:
        """Forget the names that the body set in the round before."""
        frame.slots[self.first : self.end] = [UNSET] * (self.end - self.first)


def _for(builder: Builder, node: nodes.For) -> Statement:
    return _For(builder, node)


def _loop(index: int, items: Sequence[JsonValue]) -> dict[str, Any]:
    """Return what `loop` is inside `{% for %}`; the first has no `previtem` and the last no `nextitem`."""
    length = len(items)
    loop = {
        "index": index + 1,
        "index0": index,
        "revindex": length - index,
        "revindex0": length - index - 1,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
    }
    if index:
        loop["previtem"] = items[index - 1]
    if index + 1 < length:
        loop["nextitem"] = items[index + 1]
    return loop
