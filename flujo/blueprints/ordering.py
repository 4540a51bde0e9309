"""`needs`: which steps of a list wait for which, and that they do not wait for each other."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.blueprints.report import Report
from flujo.blueprints.scope import StepList
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject

KEYS = ("needs", "depends_on")


def read_needs(raw: JsonObject, path: Path, report: Report) -> tuple[str, ...]:
    """Return the names that a step needs, each once; one name may stand without a list."""
    given = [key for key in KEYS if key in raw]
    if len(given) > 1:
        report.add(
            "FLJ0204", "`needs` and `depends_on` are the same; write one of them", (*path, given[1]), on_key=True
        )
    if not given:
        return ()
    at, value = (*path, given[0]), raw[given[0]]
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        report.add("FLJ0203", f"`{given[0]}` must be a list of names", at, help=f"write `{given[0]}: [NAME]`")
        return ()
    names: dict[str, None] = {}
    for index, name in enumerate(value):
        text = report.text(name, (*at, index), "a name")
        if text in names:
            report.add("FLJ0204", f"`{text}` stands twice", (*at, index))
        elif text is not None:
            names[text] = None
    return tuple(names)


def put_in_order(steps: StepList, needs: Sequence[tuple[str, ...]], raw: Sequence[JsonObject], report: Report) -> None:
    """Fill `upstream` of a list in which a step has `needs`; report unknown names and circles."""
    if not any(needs):
        for step, path in zip(raw, steps.paths, strict=False):
            key = next((key for key in KEYS if step.get(key) == []), None)
            if key:
                message = f"no step of this list needs another, so it is a chain, and `{key}: []` says nothing"
                help = "name what each step needs; to start several steps at once use `kind: parallel`"
                report.add("FLJ0204", message, (*path, key), help=help)
        return
    direct = [_indices(steps, index, names, raw[index], report) for index, names in enumerate(needs)]
    upstream, left = _closed(direct)
    if left:
        _report_circle(steps, direct, left, raw, report)
    everything = (1 << len(direct)) - 1
    # What waits for a circle sees everything, so that one cause stays one error.
    steps.upstream = [everything if index in left else mask for index, mask in enumerate(upstream)]


def _indices(steps: StepList, own: int, names: Sequence[str], raw: JsonObject, report: Report) -> list[int]:
    found = []
    for name in names:
        index = steps.first.get(name)
        if index is not None:
            found.append(index)
            continue
        key = next(key for key in KEYS if key in raw)
        at = (*steps.paths[own], key)
        if isinstance(raw[key], list):
            at = (*at, raw[key].index(name))
        near = did_you_mean(name, (other for other in steps.first if other != steps.names[own]))
        help = f"did you mean `{near}`?" if near else "name steps of the same list"
        report.add("FLJ0310", f"there is no step `{name}` in this list", at, help=help)
    return found


def _closed(direct: Sequence[Sequence[int]]) -> tuple[list[int], set[int]]:
    """Return what each step needs directly or through others, and the steps that could never start."""
    waiting = [len(set(needs)) for needs in direct]
    users: list[list[int]] = [[] for _ in direct]
    for index, needs in enumerate(direct):
        for need in set(needs):
            users[need].append(index)
    upstream, left = [0] * len(direct), set(range(len(direct)))
    ready = [index for index, count in enumerate(waiting) if count == 0]
    while ready:
        index = ready.pop()
        left.discard(index)
        for user in users[index]:
            upstream[user] |= upstream[index] | 1 << index
            waiting[user] -= 1
            if waiting[user] == 0:
                ready.append(user)
    return upstream, left


def _report_circle(
    steps: StepList, direct: Sequence[Sequence[int]], left: set[int], raw: Sequence[JsonObject], report: Report
) -> None:
    seen: list[int] = []
    index = min(left)
    while index not in seen:
        seen.append(index)
        index = next(need for need in direct[index] if need in left)
    circle = seen[seen.index(index) :]
    start = circle.index(min(circle))
    circle = [*circle[start:], *circle[:start], min(circle)]
    key = next(key for key in KEYS if key in raw[circle[0]])
    named = " needs ".join(f"`{steps.names[one]}`" for one in circle)
    message = (
        f"steps need each other in a circle: {named}"
        if len(circle) > 2
        else f"the step {named.split()[0]} needs itself"
    )
    report.add("FLJ0514", message, (*steps.paths[circle[0]], key), help="remove one of these `needs`")
