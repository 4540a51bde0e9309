"""What a condition says about names: `a.b is defined` makes reading `a.b` safe where it holds."""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

from flujo.expressions.calls import TOLERANT
from flujo.expressions.faults import Fault
from flujo.expressions.references import NO_ALIASES, Aliases, constant_key, reference

Fact = tuple[tuple[str, ...], tuple[str | int, ...]]
"""A reference and tail that are known to be defined."""

DEFINED: Final = ("defined", "undefined")
MAX_CONDITIONS: Final = 8
"""Conditions joined by `and` and `or` that are looked at."""


def facts_of(node: nodes.Node, aliases: Aliases = NO_ALIASES) -> tuple[list[Fact], list[Fact]]:
    """Return what is known to be defined where a condition is true, and where it is false.

    `a and b` gives the facts of both where it is true, `a or b` where it is false.
    """
    facts: tuple[list[Fact], list[Fact]] = ([], [])
    # a condition, and what it is where the whole is true, and where the whole is false (None: not known)
    conditions: list[tuple[nodes.Node, bool | None, bool | None]] = [(node, True, False)]
    for _ in range(MAX_CONDITIONS):
        if not conditions:
            break
        part, *values = conditions.pop()
        while type(part) is nodes.Not:
            part, values = part.node, [None if value is None else not value for value in values]
        if type(part) is nodes.And or type(part) is nodes.Or:
            telling = type(part) is nodes.And  # `and` tells of its parts where it is true, `or` where it is false
            when_true, when_false = (value if value is telling else None for value in values)
            conditions += [(part.left, when_true, when_false), (part.right, when_true, when_false)]
        elif type(part) is nodes.Test and part.name in DEFINED:
            fact = fact_of(part.node, aliases)
            for known, value in zip(facts, values, strict=True):
                if fact is not None and value is (part.name == "defined"):
                    known.append(fact)
    return facts


def fact_of(node: nodes.Node, aliases: Aliases = NO_ALIASES) -> Fact | None:
    """Return what it means that an expression is defined; None where its keys are computed."""
    keys: list[str | int] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        key = constant_key(node)
        if key is None:
            return None
        keys.append(key)
        node = node.node
    if type(node) is not nodes.Name:
        return None
    keys.reverse()
    name, used = aliases.of(node.name, keys) or (node.name, 0)
    del keys[:used]
    try:
        ref = reference(name, keys, (0, 0))
    except Fault:
        return None
    return ref, tuple(keys[len(ref) - 1 :])


def tolerates(link: nodes.Node | None) -> bool:
    """Say whether what follows an expression accepts that it is undefined."""
    if type(link) is nodes.Filter:
        return link.name in TOLERANT
    return type(link) is nodes.Test and link.name in DEFINED
