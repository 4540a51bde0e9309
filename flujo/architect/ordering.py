"""The order of operations on a table: mostly that of the words, except where only another one makes sense."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.architect.operations import Operation
from flujo.architect.reading import Reading
from flujo.architect.words import Words

_THEN = {"then", "afterwards", "next", "finally", "dann", "danach", "luego", "despues", "puis", "ensuite"}


class Unordered(ValueError):
    """Operations that do not fit together in any order; `words` are those of the goal that say so."""

    def __init__(self, message: str, words: Sequence[Words] = ()) -> None:
        super().__init__(message)
        self.words = words[0] if words else None


def in_order(operations: Sequence[Operation], reading: Reading) -> list[Operation]:
    """Return operations in the order they must run; raise Unordered when there is none."""
    kinds = [operation.kind for operation in operations]
    for kind in ("group", "count", "top", "select"):
        if kinds.count(kind) > 1:
            raise Unordered(f"there is more than one {kind} in it, and which comes first is not understood")
    group = next((item for item in operations if item.kind in ("group", "count")), None)
    figures = {item.name for item in group.aggregates} if group else set()
    before, after = _split(operations, group, figures, reading)
    return [*_filters_first(before, reading), *([group] if group else []), *_filters_first(after, reading)]


def _split(
    operations: Sequence[Operation], group: Operation | None, figures: set[str], reading: Reading
) -> tuple[list[Operation], list[Operation]]:
    """Return what comes before the grouping and what comes after it."""
    before: list[Operation] = []
    after: list[Operation] = []
    for item in operations:
        if item is group:
            continue
        words = reading.words(item.use)
        if item.kind == "filter":
            late = _is_late(item, group, figures, words)
        elif group is None or group.kind == "count":
            if set(item.columns) & {"count"} and item.kind == "sort":
                raise Unordered("there is no count to sort by: say what to count by which column", words)
            if group is not None and item.kind != "top":
                raise Unordered("it has no effect on a single count", words)
            late = False
        else:
            late = item.kind == "top" or set(item.columns) <= {*group.columns, *figures}
            if not late:
                raise Unordered("after counting by columns there is no such column any more", words)
        (after if late else before).append(item)
    return before, after


def _is_late(item: Operation, group: Operation | None, figures: set[str], words: Sequence[Words]) -> bool:
    tested = set(item.tested)
    if "" in tested:
        if group is None or group.kind == "count" or item.start < group.start or "count" not in figures:
            raise Unordered("it does not say which column is compared", words)
        if tested - {"", *group.columns, *figures}:
            raise Unordered("it compares rows and groups at once: split the sentence", words)
        return True
    if not tested & figures:
        return False
    if group is None or item.start < group.start:
        raise Unordered("it compares a figure before it is worked out", words)
    if tested - {*group.columns, *figures}:
        raise Unordered("it compares rows and groups at once: split the sentence", words)
    return True


def _filters_first(operations: list[Operation], reading: Reading) -> list[Operation]:
    """Return filters, then the rest in the order of the words; the first rows are taken last."""
    filters = [item for item in operations if item.kind == "filter"]
    top = [item for item in operations if item.kind == "top"]
    sorts = [item for item in operations if item.kind == "sort"]
    selects = [item for item in operations if item.kind == "select"]
    if top and filters and any(_apart(reading, top[0].start, item.start) for item in filters):
        raise Unordered(
            "the first rows before or after leaving others out: the order is not clear", reading.words(top[0].use)
        )
    if top and not sorts and reading.words(top[0].use)[0].text.lower().startswith("top"):
        raise Unordered("it does not say by which column they are the top ones", reading.words(top[0].use))
    if sorts and selects and set(sorts[0].columns) <= set(selects[0].columns) and selects[0].start < sorts[0].start:
        return [*filters, *selects, *sorts, *top]
    return [*filters, *sorts[::-1], *top, *selects]


def _apart(reading: Reading, earlier: int, later: int) -> bool:
    """Whether a comma or a new sentence stands between two places, in this order."""
    return earlier < later and any(
        token.kind == "mark" and token.text in ",;." for token in reading.tokens if earlier < token.start < later
    )


def one_side(operations: Sequence[Operation], reading: Reading, use: str, doing: str) -> None:
    """Raise Unordered when operations stand on both sides of the words for something that must come last."""
    marks = [token.start for token in reading.tokens if reading.use_of(token) == use]
    if not marks:
        return
    late = [item for item in operations if item.start > marks[0]]
    early = [item for item in operations if item.start < marks[0]]
    for item in late:
        follows = any(token.plain in _THEN for token in reading.tokens if marks[0] < token.start < item.start)
        if follows or (early and item.kind != "sort"):
            raise Unordered(f"it is not clear whether this comes before or after {doing}", reading.words(item.use))
