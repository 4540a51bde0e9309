"""Where the parts of a syntax tree stand in the text: nodes have the index of a token, tokens have offsets."""

from __future__ import annotations

from jinja2 import nodes

from flujo.expressions.faults import At
from flujo.expressions.scan import Scan


class Places:
    """The offsets of the nodes of one text."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan

    def start(self, node: nodes.Node) -> At:
        """Return the offsets of the token a node was made at."""
        return self.scan.spans[min(node.lineno, len(self.scan.spans) - 1)]

    def after(self, node: nodes.Node, count: int) -> At:
        """Return the offsets of the token `count` after a node's own."""
        return self.scan.spans[min(node.lineno + count, len(self.scan.spans) - 1)]

    def span(self, node: nodes.Node) -> At:
        """Return the offsets of a whole expression."""
        first: nodes.Node = node
        while (left := left_of(first)) is not None:
            first = left
        match first:
            case nodes.Tuple() if first.items:  # its own token is a comma
                begin = self.span(first.items[0])[0]
            case nodes.Concat():
                begin = self.span(first.nodes[0])[0]
            case nodes.Compare():
                begin = self.span(first.expr)[0]
            case nodes.CondExpr():
                begin = self.span(first.expr1)[0]
            case _:
                begin = self.start(first)[0]
        return begin, max(self.end(node), begin + 1)

    def end(self, node: nodes.Node) -> int:
        """Return the offset after the last token of an expression."""
        spans, closers, place = self.scan.spans, self.scan.closers, node.lineno
        match node:
            case nodes.Getattr():
                place += 1
            case nodes.Getitem() | nodes.Call() | nodes.List() | nodes.Dict():
                place = closers.get(place, place + 1)
            case nodes.Filter():
                place = closers.get(place + 1, place)
            case nodes.BinExpr():
                return self.end(node.right)
            case nodes.Tuple() if node.items:
                return self.end(node.items[-1])
            case nodes.Concat():
                return self.end(node.nodes[-1])
            case nodes.Compare():
                return self.end(node.ops[-1].expr)
            case nodes.CondExpr():
                return self.end(node.expr2 or node.test)
            case nodes.Not() | nodes.Neg() | nodes.Pos():
                return self.end(node.node)
            case nodes.Test():
                return self.end(node.args[-1]) if node.args else self.after(node, 1)[1]
        return spans[min(place, len(spans) - 1)][1]


def left_of(node: nodes.Node) -> nodes.Expr | None:
    """Return the operand on the left of a link of a chain; None where the chain begins."""
    if isinstance(node, nodes.Concat | nodes.Compare):
        return None
    if isinstance(node, nodes.BinExpr):
        return node.left
    if isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Filter | nodes.Test):
        return node.node
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        return node.node.node
    return None
