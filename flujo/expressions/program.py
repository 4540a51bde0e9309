"""One text, compiled: parsed, checked, turned into closures, its constants tried."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, NoReturn

from jinja2 import TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from flujo.core.graph import Names, Ref
from flujo.core.record import dataclass
from flujo.core.values import JsonValue
from flujo.expressions.budget import MAX_DEPTH, Budget, GaveUp, Trial, over
from flujo.expressions.build import Builder
from flujo.expressions.faults import Fault, Problem
from flujo.expressions.frame import Eval, Frame, Statement
from flujo.expressions.references import NO_ALIASES, Aliases, NameRead
from flujo.expressions.scan import Scan, environment, reworded, scan, scan_plain
from flujo.expressions.statements import body

CACHED_LENGTH: Final = 512
SHALLOW: Final = 12
DEEP_STACK: Final = 4_000
_WORDS: Final = frozenset(
    ["true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"]
)
"""Names that are values or operators."""


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled text. With `problems` it must not be run."""

    text: str
    evaluate: Eval
    slots: int = 0
    reads: tuple[NameRead, ...] = ()
    functions: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    direct: Ref | None = None
    """The reference the whole text is, if it is nothing else."""
    weighed: bool = True
    """Whether the result may be a value the template made, so that its size must be looked at."""

    def run(self, names: Names, budget: Budget) -> JsonValue:
        """Return the value of the text; raise Fault with its place."""
        frame = Frame(names, budget, self.text, self.slots)
        try:
            value = self.evaluate(frame)
            if self.weighed and (type(value) is list or type(value) is dict):
                frame.at = (0, len(self.text))
                budget.hold(budget.weigh(value)[0])
        except Fault as fault:
            if fault.at is None:
                fault.at = frame.at
            raise
        except RecursionError as error:
            raise Fault(
                "FLJ0406", "the template is nested too deeply to be evaluated", at=(0, len(self.text))
            ) from error
        return value


def compile_text(
    text: str,
    bare: bool = False,
    outer: frozenset[str] = frozenset(),
    only: frozenset[str] | None = None,
    aliases: Aliases = NO_ALIASES,
) -> Program:
    """Return the program of a text: a template, or a `bare` expression, which may name `only` some names."""
    compiler = _cached if len(text) <= CACHED_LENGTH else _compile
    return compiler(text, bare, outer, only, aliases)


def _compile(text: str, bare: bool, outer: frozenset[str], only: frozenset[str] | None, aliases: Aliases) -> Program:
    try:
        plain = None if bare else scan_plain(text)
        found = plain or scan(text, bare)
        name = _name(plain) if plain else None
        if plain and len(plain.tokens) > MAX_TOKENS:
            raise over(f"the name has more than {MAX_TOKENS // 2:,} parts")
        expression, statements = (name, []) if name else _parse(found, bare)
    except Fault as fault:
        return Program(text, _nothing, problems=(fault.problem((0, len(text))),))
    builder = Builder(found, outer, only, aliases)
    direct: Ref | None = None
    weighed = True
    if expression is not None:
        evaluate = builder.strictly(expression)
        weighed = isinstance(expression, nodes.Expr) and not _is_lookup(expression)
        if len(builder.reads) == 1 and not weighed and not builder.reads[0].tail and not builder.slots:
            direct = builder.reads[0].ref if _is_reference(expression) else None
    else:
        evaluate = _joined(body(builder, statements))
        weighed = False
    problems = tuple(fault.problem((0, len(text))) for fault in builder.faults) or _trial(text, builder, evaluate)
    return Program(
        text, evaluate, builder.slots, tuple(builder.reads), frozenset(builder.functions), problems, direct, weighed
    )


_cached = lru_cache(maxsize=2048)(_compile)


def _nothing(frame: Frame) -> JsonValue:
    return None


def _is_lookup(node: nodes.Node) -> bool:
    """Say whether an expression only looks something up, so that its value was there before."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return isinstance(node, nodes.Name)


def _is_reference(node: nodes.Node) -> bool:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            return False
        node = node.node
    return isinstance(node, nodes.Name)


def _parse(found: Scan, bare: bool) -> tuple[nodes.Expr | None, list[nodes.Node]]:
    """Return the syntax tree: one expression that is the whole text, or statements."""
    parser = Parser(environment(), "")
    parser.stream = TokenStream(found.tokens, None, None)
    try:
        with _deep_stack(found.depth):
            if not bare:
                statements = parser.subparse()
                return _whole(found, statements), statements
            expression = parser.parse_expression()
            if not parser.stream.eos:
                parser.fail("unexpected text after the expression")
            return expression, []
    except TemplateSyntaxError as error:
        _syntax_fault(error, found)
    except RecursionError as error:
        raise over("the template is nested too deeply") from error


def _name(found: Scan) -> nodes.Expr | None:
    """Return the tree of a text that is one name with its parts; None where Jinja gives its first word a meaning."""
    first, *rest = found.tokens[1:-1]
    if first.value in _WORDS or len(rest) > 2 * MAX_DEPTH:
        return None
    node: nodes.Expr = nodes.Name(first.value, "load", lineno=1)
    for token in rest[1::2]:
        node = nodes.Getattr(node, token.value, "load", lineno=token.lineno - 1)
    return node


MAX_TOKENS: Final = 2_000
"""Tokens of a template that is one name: no data is as deep."""


@contextmanager
def _deep_stack(depth: int) -> Iterator[None]:
    """Let Jinja's parser, which takes 14 Python frames a bracket, go as deep as our limits allow."""
    before = sys.getrecursionlimit()
    if depth <= SHALLOW or before >= DEEP_STACK:
        yield
        return
    sys.setrecursionlimit(DEEP_STACK)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _whole(found: Scan, statements: list[nodes.Node]) -> nodes.Expr | None:
    """Return the expression of a text that is nothing but `{{ expression }}`."""
    if not found.plain or len(statements) != 1 or not isinstance(statements[0], nodes.Output):
        return None
    parts = statements[0].nodes
    expressions = [part for part in parts if not isinstance(part, nodes.TemplateData)]
    blank = all(not part.data.strip() for part in parts if isinstance(part, nodes.TemplateData))
    return expressions[0] if blank and len(expressions) == 1 else None


def _syntax_fault(error: TemplateSyntaxError, found: Scan) -> NoReturn:
    if found.spans:
        index = min(error.lineno, len(found.spans) - 1)
        at = found.spans[index]
    else:
        at = (0, len(found.text))
    message = reworded(error.message or "the template is not well formed")
    raise Fault("FLJ0401", message, at=at) from error


def _joined(statement: Statement) -> Eval:
    def run(frame: Frame) -> str:
        out: list[str] = []
        statement(frame, out)
        return "".join(out)

    return run


class _NoNames:
    """The names of a constant: none."""

    def get(self, ref: Ref) -> JsonValue:
        raise LookupError(ref)

    def call(self, function: str) -> JsonValue:
        raise LookupError(function)


def _trial(text: str, builder: Builder, evaluate: Eval) -> tuple[Problem, ...]:
    """Evaluate what is constant, as far as that is cheap; return what a rendering would meet there."""
    whole = not builder.reads and not builder.functions
    problems = []
    for part in [evaluate] if whole else builder.constants:
        frame = Frame(_NoNames(), Trial(), text, builder.slots)
        try:
            part(frame)
        except Fault as fault:
            problems.append(fault.problem(frame.at))
        except (GaveUp, RecursionError):
            continue
    return tuple(problems)
