"""Jinja's syntax tree to closures: an allow-list over its expression nodes; whatever is not here is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from jinja2 import nodes

from flujo.core.suggest import did_you_mean
from flujo.expressions import calls
from flujo.expressions.budget import MAX_DEPTH, over
from flujo.expressions.facts import DEFINED, Fact, facts_of, tolerates
from flujo.expressions.faults import At, Fault, Missing, shorten
from flujo.expressions.frame import Eval, Frame, Op, chain, constant, need, strict
from flujo.expressions.lookups import element, field, local, numbers, steps_of
from flujo.expressions.making import compared, list_of, mapping_of, text_of
from flujo.expressions.methods import METHODS
from flujo.expressions.operators import ARITHMETIC, COMPARISON, negative, positive, slice_of, truth
from flujo.expressions.places import Places, left_of
from flujo.expressions.references import DRAWN, FUNCTIONS, ROOTS, Aliases, NameRead, Spelling, constant_key, reference
from flujo.expressions.scan import Scan

MAX_FAULTS: Final = 20
"""Faults reported of one text."""


class Builder:
    """Builds the closures of one text; collects its reads, functions and faults on the way."""

    def __init__(self, scan: Scan, locals_: frozenset[str], only: frozenset[str] | None, aliases: Aliases) -> None:
        self.scan = scan
        self.places = Places(scan)
        self.outer = locals_
        self.only = only
        self.aliases = aliases
        self.faults: list[Fault] = []
        self.reads: list[NameRead] = []
        self.functions: set[str] = set()
        self.constants: list[Eval] = []
        self.scopes: list[dict[str, int]] = [{}]
        self.slots = 0
        self.slot_reads: set[int] = set()
        self.facts: list[Fact] = []
        self.depth = 0
        self.changing = 0

    # --- expressions --------------------------------------------------------------------------------------------------

    def expression(self, node: nodes.Node) -> Eval:
        """Return the closure of an expression; what is wrong with it goes to `faults`, up to some."""
        if len(self.faults) >= MAX_FAULTS:
            return constant(None)
        self.depth += 1
        mark, changing = len(self.constants), self.changing
        try:
            if self.depth > MAX_DEPTH:
                fault = over(f"the expression is nested deeper than {MAX_DEPTH} levels")
                fault.at = self.places.start(node)
                raise fault
            result = self._spine(node)
        except Fault as fault:
            self.faults.append(fault)
            return constant(None)
        finally:
            self.depth -= 1
        if self.changing == changing:  # of constants inside constants only the outermost is tried
            del self.constants[mark:]
            if type(node) is not nodes.Const:
                self.constants.append(result)
        return result

    def strictly(self, node: nodes.Node) -> Eval:
        """Return an expression that must have a value."""
        return strict(self.expression(node))

    def _spine(self, node: nodes.Node) -> Eval:
        """Build a chain `a.b[c] | d + e`, which leans to the left, without recursion."""
        links: list[nodes.Node] = []
        while (left := left_of(node)) is not None:
            links.append(node)
            node = left
        links.reverse()
        mark, changing = len(self.constants), self.changing
        base, used = self._base(node, links)
        begin = self.places.span(node)[0]
        ops: list[Op] = []
        for link in links[used:]:
            before = self.changing
            op = self._link(link, (begin, self.places.end(link)))
            if before == changing != self.changing and ops:
                self.constants[mark:mark] = [chain(base, list(ops))]
            ops.append(op)
        return chain(base, ops)

    def _base(self, node: nodes.Node, links: list[nodes.Node]) -> tuple[Eval, int]:
        """Return what a chain begins with, and how many of its links that already covers."""
        match node:
            case nodes.Name():
                return self._name(node, links)
            case nodes.Const():
                return constant(node.value), 0
            case nodes.List() | nodes.Tuple():
                return self._list(node), 0
            case nodes.Dict():
                return self._dict(node), 0
            case nodes.Concat():
                return self._concat(node), 0
            case nodes.Compare():
                return self._compare(node), 0
            case nodes.CondExpr():
                return self._choice(node), 0
            case nodes.Not():
                part = self.strictly(node.node)
                return lambda frame: not part(frame), 0
            case nodes.Neg() | nodes.Pos():
                return self._sign(node), 0
            case nodes.Call() if type(node.node) is nodes.Name:
                return self._function(node, node.node.name), 0
            case nodes.Call():
                raise Fault("FLJ0402", "only functions and methods can be called", at=self.places.start(node))
        raise Fault("FLJ0402", "this syntax is not allowed in templates", at=self.places.start(node))

    def _link(self, node: nodes.Node, at: At) -> Op:
        match node:
            case nodes.Getattr():
                self._deny(node.attr, node)
                return field(node.attr, at)
            case nodes.Getitem():
                return self._subscript(node, at)
            case nodes.Filter():
                return self._filter(node, at)
            case nodes.Test():
                return self._test(node, at)
            case nodes.Call():
                return self._method(node, at)
            case nodes.And() | nodes.Or():
                return self._logic(node)
            case nodes.BinExpr():
                right, work = self.strictly(node.right), ARITHMETIC[type(node).__name__]

                def run(frame: Frame, value: Any) -> Any:
                    if type(value) is Missing:
                        raise value.fault(frame.text)
                    other = right(frame)
                    frame.at = at
                    return work(frame.budget, value, other)

                return run
        raise Fault("FLJ0402", "this syntax is not allowed in templates", at=self.places.start(node))

    # --- names --------------------------------------------------------------------------------------------------------

    def _name(self, node: nodes.Name, links: list[nodes.Node]) -> tuple[Eval, int]:
        name, at = node.name, self.places.start(node)
        for level, scope in enumerate(reversed(self.scopes)):
            if name in scope:
                return self._local(name, level, at, links)
        if self.only is not None and name not in self.only:
            raise self._unknown_name(name, at)
        return self._read(name, links, at, name in self.outer or self.only is not None)

    def _unknown_name(self, name: str, at: At) -> Fault:
        near = did_you_mean(name, self.only or ())
        return Fault(
            "FLJ0302", f"unknown name `{shorten(name)}`", help=f"did you mean `{near}`?" if near else None, at=at
        )

    def _local(self, name: str, level: int, at: At, links: list[nodes.Node]) -> tuple[Eval, int]:
        """Return a local name; where it is not set yet, what the name means outside."""
        scopes = self.scopes[: len(self.scopes) - level]
        slot = scopes[-1][name]
        self.changing += 1
        self.slot_reads.add(slot)
        outer: Eval = constant(Missing(at, "it is not set here"))
        for scope in scopes[:-1]:
            if name in scope:
                outer = local(scope[name], outer)
        if name in ROOTS:
            outer, _ = self._read(name, [], at, name in self.outer)
        return local(slot, outer), 0

    def _read(self, name: str, links: list[nodes.Node], at: At, plain: bool) -> tuple[Eval, int]:
        """Return a value from outside; the reference takes in the constant keys that follow the name."""
        keys: list[str | int] = []
        for link in links:
            key = constant_key(link)
            if key is None:
                break
            self._deny(key, link)
            keys.append(key)
        rest = links[len(keys)] if len(keys) < len(links) else None
        end = self.places.end(links[len(keys) - 1]) if keys else at[1]
        whole = (at[0], end)
        alias = None if plain else self.aliases.of(name, keys)
        spelling, used = None, 0
        if alias is not None:
            name, used = alias
            spelling = Spelling((at[0], self.places.end(links[used - 1]) if used else at[1]), name)
        ref = (name,) if plain else reference(name, keys[used:], whole)
        used += len(ref) - 1
        tail = tuple(keys[used:])
        guarded = tolerates(rest) or any(ref == known and tail[: len(more)] == more for known, more in self.facts)
        self.changing += 1
        self.reads.append(NameRead(ref, tail, whole, guarded, spelling))
        own = (at[0], self.places.end(links[used - 1])) if used else at

        def run(frame: Frame) -> Any:
            try:
                return frame.names.get(ref)
            except LookupError:
                return Missing(own, "there is no such value")

        return run, used

    def declare(self, name: str, node: nodes.Node) -> int:
        """Return the slot of a local name in the innermost scope."""
        self._deny(name, node)
        scope = self.scopes[-1]
        if name not in scope:
            scope[name] = self.slots
            self.slots += 1
        return scope[name]

    def _deny(self, key: str | int, node: nodes.Node) -> None:
        if type(key) is str and key.startswith("__"):
            at = self.places.span(node) if isinstance(node, nodes.Expr) else self.places.start(node)
            raise Fault("FLJ0402", f"the name `{shorten(key)}` is not allowed: it begins with `__`", at=at)

    # --- parts of expressions -----------------------------------------------------------------------------------------

    def _list(self, node: nodes.List | nodes.Tuple) -> Eval:
        return list_of([self.strictly(item) for item in node.items])

    def _dict(self, node: nodes.Dict) -> Eval:
        return mapping_of(
            [(self.strictly(pair.key), self.strictly(pair.value), self.places.start(pair.key)) for pair in node.items]
        )

    def _concat(self, node: nodes.Concat) -> Eval:
        return text_of([self.strictly(part) for part in node.nodes], self.places.span(node))

    def _compare(self, node: nodes.Compare) -> Eval:
        first = self.strictly(node.expr)
        rest = [(COMPARISON[operand.op], self.strictly(operand.expr)) for operand in node.ops]
        return compared(first, rest, self.places.span(node))

    def _choice(self, node: nodes.CondExpr) -> Eval:
        test = self.strictly(node.test)
        when_true, when_false = facts_of(node.test, self.aliases)
        with self.knowing(when_true):
            one = self.expression(node.expr1)
        if node.expr2 is None:
            nothing = Missing(self.places.span(node), "the condition is false and there is no `else`")
            return lambda frame: one(frame) if truth(test(frame)) else nothing
        with self.knowing(when_false):
            other = self.expression(node.expr2)
        return lambda frame: one(frame) if truth(test(frame)) else other(frame)

    def _logic(self, node: nodes.And | nodes.Or) -> Op:
        is_and = type(node) is nodes.And
        when_true, when_false = facts_of(node.left, self.aliases)
        with self.knowing(when_true if is_and else when_false):
            right = self.strictly(node.right)

        def run(frame: Frame, value: Any) -> Any:
            left = need(frame, value)
            return right(frame) if truth(left) is is_and else left

        return run

    def _sign(self, node: nodes.Neg | nodes.Pos) -> Eval:
        part, at = self.strictly(node.node), self.places.start(node)
        work = negative if type(node) is nodes.Neg else positive

        def run(frame: Frame) -> Any:
            value = part(frame)
            frame.at = at
            return work(frame.budget, value)

        return run

    def _subscript(self, node: nodes.Getitem, at: At) -> Op:
        if type(node.arg) is nodes.Slice:
            given = (node.arg.start, node.arg.stop, node.arg.step)
            bounds = [constant(None) if part is None else self.strictly(part) for part in given]

            def cut(frame: Frame, value: Any) -> Any:
                source = need(frame, value)
                start, stop, step = (bound(frame) for bound in bounds)
                frame.at = at
                return slice_of(frame.budget, source, (start, stop, step))

            return cut
        key = constant_key(node)
        if key is not None:
            self._deny(key, node)
            return field(key, at) if type(key) is str else element(constant(key), at)
        return element(self.strictly(node.arg), at)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _arguments(self, node: nodes.Call | nodes.Filter | nodes.Test) -> tuple[list[Eval], dict[str, Eval]]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise Fault("FLJ0402", "`*` and `**` are not allowed in a call", at=self.places.start(node))
        positional = [self.expression(argument) for argument in node.args]
        return positional, {str(item.key): self.expression(item.value) for item in node.kwargs}

    def _filter(self, node: nodes.Filter, whole: At) -> Op:
        at = self.places.start(node)
        given = self._arguments(node)
        if node.name in calls.TOLERANT:
            return calls.default_op(calls.bind(node.name, calls.default, given, at))
        if node.name in calls.BY_NAME:
            return calls.call_by_name(node, given, at)
        return calls.applied(calls.filter_named(node.name, given, at), at, whole)

    def _test(self, node: nodes.Test, whole: At) -> Op:
        at = self.places.after(node, 2 if self.scan.tokens[node.lineno + 1].test("name:not") else 1)
        given = self._arguments(node)
        if node.name in DEFINED:
            if given[0] or given[1]:
                raise Fault("FLJ0408", f"`{node.name}` takes no arguments", at=at)
            return calls.defined_op(node.name == "defined")
        return calls.applied(calls.test_named(node.name, given, at), at, whole)

    def _method(self, node: nodes.Call, whole: At) -> Op:
        assert isinstance(node.node, nodes.Getattr)
        name, at = node.node.attr, self.places.after(node.node, 1)
        given = self._arguments(node)
        self._deny(name, node.node)
        if name not in METHODS:
            raise calls.unknown("method", name, METHODS, at)
        return calls.applied((METHODS[name], calls.bind(name, METHODS[name], given, at)), at, whole)

    def _function(self, node: nodes.Call, name: str) -> Eval:
        at = self.places.start(node.node)
        given = self._arguments(node)
        known = FUNCTIONS if self.only is None else ("range",)
        if name not in known:
            raise calls.unknown("function", name, known, at)
        if name in DRAWN:
            if given[0] or given[1]:
                raise Fault("FLJ0408", f"`{name}` takes no arguments", at=at)
            self.changing += 1
            self.functions.add(name)
            return lambda frame: frame.names.call(name)
        return numbers(self._range(given, at))

    def iterated(self, node: nodes.Node) -> Eval:
        """Return what a loop goes through: as an expression, but a `range` is not made into a list."""
        if type(node) is nodes.Call and type(node.node) is nodes.Name and node.node.name == "range":
            return self._range(self._arguments(node), self.places.start(node.node))
        return self.strictly(node)

    def _range(self, given: tuple[list[Eval], dict[str, Eval]], at: At) -> Eval:
        if given[1] or not 1 <= len(given[0]) <= 3:
            raise Fault("FLJ0408", "`range` takes one to three integers", at=at)
        return steps_of([strict(part) for part in given[0]], at)

    # --- places and knowledge -----------------------------------------------------------------------------------------

    @contextmanager
    def knowing(self, facts: list[Fact]) -> Iterator[None]:
        """Build what runs only where some names are known to be defined."""
        self.facts.extend(facts)
        try:
            yield
        finally:
            del self.facts[len(self.facts) - len(facts) :]
