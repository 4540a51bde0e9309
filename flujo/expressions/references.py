"""Names at the root of an expression: what a template reads, and what of it a reference already covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Final

from jinja2 import nodes

from flujo.core.graph import Ref
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.expressions.faults import At, Fault, shorten

ROOTS: Final = frozenset(
    (
        "input",
        "previous",
        "context",
        "item",
        "index",
        "error",
        "answer",
        "this",
        "results",
        "value",
        "output",
        "event",
        "history",
    )
)
"""Names of one part that may come from outside where a template sets a local name of that spelling only sometimes."""

FUNCTIONS: Final = ("now", "uuid", "random", "range")
DRAWN: Final = frozenset({"now", "uuid", "random"})
"""Functions whose value comes from outside."""

_PARTS: Final = {"steps": 3, "run": 2, "loop": 2, "secrets": 2}
_OF_STEP: Final = ("output", "status", "error")
_HOW: Final = {
    "steps": "write `steps.NAME.output`, or `steps['NAME'].output` for a name with `-`",
    "run": "write `run.id`, `run.started_at` or `run.name`",
    "loop": "write `loop.index`, `loop.first` or `loop.previous`",
    "secrets": "write `secrets.NAME`",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another spelling of a name in a text: the offsets of the words, and the name they stand for."""

    at: At
    name: str


@dataclass(frozen=True, slots=True)
class NameRead:
    """One read of a name in a text: see `Read`, which adds where the text stands."""

    ref: Ref
    tail: tuple[str | int, ...]
    at: At
    guarded: bool
    spelling: Spelling | None = None


@dataclass(frozen=True, eq=False)
class Aliases:
    """Other spellings of names: `("previous_step", "output")` stands for `previous`; of several the longest counts.

    Two are equal only when they are one object: compiled texts are remembered by it.
    """

    names: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    @cached_property
    def _by_root(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for path in sorted(self.names, key=len, reverse=True):
            found.setdefault(path[0], []).append(path)
        return found

    def of(self, name: str, keys: list[str | int]) -> tuple[str, int] | None:
        """Return what a name with the keys after it stands for, and how many of the keys that takes in."""
        for path in self._by_root.get(name, ()):
            if list(path[1:]) == keys[: len(path) - 1]:
                return self.names[path], len(path) - 1
        return None


NO_ALIASES: Final = Aliases()


def constant_key(node: nodes.Node) -> str | int | None:
    """Return the key of `.name`, `['name']` or `[0]`; None for one that is computed."""
    if type(node) is nodes.Getattr:
        return node.attr
    if type(node) is nodes.Getitem:
        arg = node.arg
        if type(arg) is nodes.Const and type(arg.value) in (str, int):
            return arg.value  # type: ignore[no-any-return]
        if type(arg) is nodes.Neg and type(arg.node) is nodes.Const and type(arg.node.value) is int:
            return -arg.node.value
    return None


def reference(root: str, keys: list[str | int], at: At) -> Ref:
    """Return the reference that a name and the constant keys after it make; raise Fault when it is incomplete."""
    parts = _PARTS.get(root, 1)
    if parts == 1:
        return (root,)
    taken = keys[: parts - 1]
    if not taken or type(taken[0]) is not str:
        what = "a step" if root == "steps" else "what of it you want"
        raise Fault("FLJ0410", f"`{root}` needs the name of {what}, written out", help=_HOW[root], at=at)
    if root == "steps" and (len(taken) < 2 or taken[1] not in _OF_STEP):
        _incomplete_step(taken, at)
    return (root, *(str(key) for key in taken))


def _incomplete_step(taken: list[str | int], at: At) -> None:
    name = shorten(str(taken[0]))
    if len(taken) < 2:
        raise Fault(
            "FLJ0410",
            f"`steps.{name}` does not say what of the step",
            help=f"write `steps.{name}.output`, `.status` or `.error`",
            at=at,
        )
    word = shorten(str(taken[1]))
    near = did_you_mean(word, _OF_STEP)
    help = f"did you mean `{near}`?" if near else f"fields of the result are at `steps.{name}.output.{word}`"
    raise Fault("FLJ0410", f"a step has `output`, `status` and `error`, not `{word}`", help=help, at=at)
