"""What a condition says about names: `a.b is defined` makes reading `a.b` safe where it holds."""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

from flujo.expressions.faults import Fault
from flujo.expressions.references import constant_key, reference

Fact = tuple[tuple[str, ...], tuple[str | int, ...]]
"""A reference and tail that are known to be defined."""

DEFINED: Final = ("defined", "undefined")
MAX_CONDITIONS: Final = 32
"""Conditions joined by `and` and `or` that are looked at."""


def facts_of(node: nodes.Node) -> tuple[list[Fact], list[Fact]]:
    """Return what is known to be defined where a condition is true, and where it is false.

    `a and b` gives the facts of both where it is true, `a or b` where it is false.
    """
    facts: tuple[list[Fact], list[Fact]] = ([], [])
    open_ends = [(node, True, True)]  # a condition, and whether it tells something where the whole is true, false
    for _ in range(MAX_CONDITIONS):
        if not open_ends:
            break
        part, if_true, if_false = open_ends.pop()
        negated = False
        while type(part) is nodes.Not:
            part, negated = part.node, not negated
        if type(part) is nodes.And or type(part) is nodes.Or:
            joins = (type(part) is nodes.And) is not negated
            told = (if_true and joins, if_false and not joins)
            told = (told[1], told[0]) if negated else told
            open_ends += [(part.left, *told), (part.right, *told)]
        elif type(part) is nodes.Test and part.name in DEFINED:
            fact, holds = fact_of(part.node), (part.name == "defined") is not negated
            if fact is not None and (if_true if holds else if_false):
                facts[0 if holds else 1].append(fact)
    return facts


def fact_of(node: nodes.Node) -> Fact | None:
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
    try:
        ref = reference(node.name, keys, (0, 0))
    except Fault:
        return None
    return ref, tuple(keys[len(ref) - 1 :])
