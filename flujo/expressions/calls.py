"""Calls of filters, tests, methods and functions: names checked and arguments bound while compiling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jinja2 import nodes

from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonValue
from flujo.expressions.budget import Budget
from flujo.expressions.faults import At, Fault, Missing, shorten
from flujo.expressions.filters import FILTERS
from flujo.expressions.filters.arguments import sequence
from flujo.expressions.filters.lists import ABSENT, dig
from flujo.expressions.frame import Eval, Frame, Op, constant, need
from flujo.expressions.operators import truth
from flujo.expressions.predicates import TESTS

Bound = tuple[Callable[..., Any], Sequence[Eval]]
"""A function of (budget, value, arguments...) and its arguments."""

BY_NAME = ("map", "select", "reject", "selectattr", "rejectattr")
"""Filters that take the name of a filter or test."""
TOLERANT = ("default", "d")
"""Filters that accept an undefined value."""
ALL_FILTERS = (*FILTERS, *BY_NAME, *TOLERANT)
ALL_TESTS = (*TESTS, "defined", "undefined")


def unknown(what: str, name: str, known: Iterable[str], at: At) -> Fault:
    """Return the fault of a filter, test, method or function that does not exist."""
    near = did_you_mean(name, known)
    help = f"did you mean `{near}`?" if near else None
    return Fault("FLJ0403", f"unknown {what} `{shorten(name)}`", help=help, at=at)


def bind(
    name: str, function: Callable[..., Any], given: tuple[list[Eval], dict[str, Eval]], at: At, hidden: int = 2
) -> list[Eval]:
    """Return a function's arguments in its order; `hidden` leading parameters are filled in by the evaluator."""
    positional, keywords = given
    code = function.__code__
    parameters = code.co_varnames[hidden : code.co_argcount]
    defaults = function.__defaults__ or ()
    if len(positional) > len(parameters):
        raise Fault("FLJ0408", f"`{name}` takes {_count(len(parameters))}, not {len(positional)}", at=at)
    bound: dict[str, Eval] = dict(zip(parameters, positional, strict=False))
    for word, evaluate in keywords.items():
        if word not in parameters:
            near = did_you_mean(word, parameters)
            raise Fault(
                "FLJ0408",
                f"`{name}` has no argument `{shorten(word)}`",
                help=f"did you mean `{near}`?" if near else None,
                at=at,
            )
        if word in bound:
            raise Fault("FLJ0408", f"`{name}` was given `{word}` twice", at=at)
        bound[word] = evaluate
    required = len(parameters) - len(defaults)
    for word in parameters[:required]:
        if word not in bound:
            raise Fault("FLJ0408", f"`{name}` needs the argument `{word}`", at=at)
    for word, value in zip(parameters[required:], defaults, strict=True):
        bound.setdefault(word, constant(value))
    return [bound[word] for word in parameters]


def _count(number: int) -> str:
    return "no arguments" if number == 0 else "one argument" if number == 1 else f"at most {number} arguments"


def applied(bound: Bound, at: At, whole: At) -> Op:
    """Return the operation that calls a function with the value on its left; `whole` is the place of both."""
    function, arguments = bound[0], tuple(bound[1])

    def run(frame: Frame, value: Any) -> Any:
        if type(value) is Missing:
            raise value.fault(frame.text)
        given = [need(frame, argument(frame)) for argument in arguments]
        frame.at = at
        result = function(frame.budget, value, *given)
        return Missing(whole, "there are no elements") if result is ABSENT else result

    return run


def filter_named(name: str, given: tuple[list[Eval], dict[str, Eval]], at: At) -> Bound:
    """Return a plain filter with its arguments bound; raise Fault."""
    if name not in FILTERS:
        raise unknown("filter", name, ALL_FILTERS, at)
    return FILTERS[name], bind(name, FILTERS[name], given, at)


def test_named(name: str, given: tuple[list[Eval], dict[str, Eval]], at: At) -> Bound:
    """Return a test with its arguments bound; raise Fault."""
    if name not in TESTS:
        raise unknown("test", name, ALL_TESTS, at)
    return TESTS[name], bind(name, TESTS[name], given, at)


def default_op(arguments: list[Eval]) -> Op:
    """Return `default(value, boolean)`: the value on the left, or another where it is undefined (or false)."""
    other, also_false = arguments

    def run(frame: Frame, value: Any) -> Any:
        if type(value) is Missing or (not truth(value) and need(frame, also_false(frame)) is True):
            return need(frame, other(frame))
        return value

    return run


def default(budget: Budget, value: JsonValue, default_value: JsonValue = "", boolean: JsonValue = False) -> JsonValue:
    """Give `default` its parameters; the evaluator does the work, since the value may be undefined."""
    return value


def defined_op(wanted: bool) -> Op:
    """Return `is defined` or `is undefined`."""
    return lambda frame, value: (type(value) is not Missing) is wanted


def _name_of(node: nodes.Expr, filter_name: str, at: At) -> str:
    if type(node) is nodes.Const and type(node.value) is str:
        return node.value
    raise Fault("FLJ0402", f"the name given to `{filter_name}` must be written out", at=at)


def call_by_name(node: nodes.Filter, given: tuple[list[Eval], dict[str, Eval]], at: At) -> Op:
    """Return `map`, `select`, `reject`, `selectattr` or `rejectattr`; raise Fault."""
    positional, keywords = given
    if node.name == "map":
        return _map(node, positional, keywords, at)
    keep = node.name.startswith("select")
    path: Eval | None = None
    names = list(node.args)
    if node.name.endswith("attr"):
        if not positional:
            raise Fault("FLJ0408", f"`{node.name}` needs the argument `attribute`", at=at)
        path, positional, names = positional[0], positional[1:], names[1:]
    test: Bound | None = None
    wanted: bool | None = None
    if names:
        name = _name_of(names[0], node.name, at)
        if name in ("defined", "undefined"):
            wanted = name == "defined"
        else:
            test = test_named(name, (positional[1:], keywords), at)
    return _Selection(node.name, keep, path, test, wanted, at)


def _map(node: nodes.Filter, positional: list[Eval], keywords: dict[str, Eval], at: At) -> Op:
    if "attribute" in keywords and not positional:
        if set(keywords) - {"attribute", "default"}:
            raise Fault("FLJ0408", "`map` takes `attribute` and `default`, or the name of a filter", at=at)
        return _picked(keywords["attribute"], keywords.get("default"), at)
    if not positional:
        raise Fault("FLJ0408", "`map` needs `attribute=...` or the name of a filter", at=at)
    name = _name_of(node.args[0], "map", at)
    function, arguments = filter_named(name, (positional[1:], keywords), at)

    def run(frame: Frame, value: Any) -> Any:
        items = sequence(frame.budget, need(frame, value), "map")
        given = [need(frame, argument(frame)) for argument in arguments]
        frame.at = at
        frame.budget.each(len(items))
        results = []
        for place, item in enumerate(items):
            result = function(frame.budget, item, *given)
            if result is ABSENT:
                raise Fault("FLJ0404", f"`{name}` finds no elements in item {place}", at=at)
            results.append(result)
        return results

    return run


def _picked(path: Eval, other: Eval | None, at: At) -> Op:
    def run(frame: Frame, value: Any) -> Any:
        items = sequence(frame.budget, need(frame, value), "map")
        attribute = need(frame, path(frame))
        instead = ABSENT if other is None else need(frame, other(frame))
        frame.at = at
        frame.budget.each(len(items))
        results = []
        for place, item in enumerate(items):
            result = dig(frame.budget, item, attribute, "map")
            if result is ABSENT:
                if instead is ABSENT:
                    help = "give `default=...`, or use `selectattr` first"
                    raise Fault("FLJ0404", f"item {place} has no `{attribute}`", help=help, at=at)
                result = instead
            results.append(result)
        return results

    return run


class _Selection:
    """An operation that keeps the elements that pass a test, or those that do not."""

    def __init__(
        self, name: str, keep: bool, path: Eval | None, test: Bound | None, wanted: bool | None, at: At
    ) -> None:
        self.name = name
        self.keep = keep
        self.path = path
        self.test = test
        self.wanted = wanted
        self.at = at

    def __call__(self, frame: Frame, value: Any) -> Any:
        items = sequence(frame.budget, need(frame, value), self.name)
        path = None if self.path is None else need(frame, self.path(frame))
        given = [] if self.test is None else [need(frame, argument(frame)) for argument in self.test[1]]
        frame.at = self.at
        frame.budget.each(len(items))
        return [item for item in items if self.passes(frame.budget, item, path, given) is self.keep]

    def passes(self, budget: Budget, item: JsonValue, path: JsonValue, given: list[JsonValue]) -> bool:
        """Say whether an element passes; one without the attribute passes `undefined` only."""
        if self.path is not None:
            item = dig(budget, item, path, self.name)
        if self.wanted is not None:
            return (item is not ABSENT) is self.wanted
        if item is ABSENT:
            return False
        return truth(item) if self.test is None else bool(self.test[0](budget, item, *given))
