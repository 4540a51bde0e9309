"""The compiled program: a tree of six kinds of Node, with no YAML and no open names left.

The runner knows these six and nothing else. A step kind lowers to them; a seventh is an architecture decision and a
new version of the journal. Children of a region are Flows; a Flow is a chain, or a graph by `needs`.
Long because the six and the parts of them are one vocabulary, which describes itself for digests.
"""

from __future__ import annotations

from dataclasses import field, fields
from functools import cached_property
from typing import Literal, Protocol

from flujo.core.ids import Digest
from flujo.core.record import dataclass
from flujo.core.spans import Path, Source
from flujo.core.values import EMPTY, JsonObject, JsonValue, digest

Ref = tuple[str, ...]
"""What a template reads: `("input",)`, `("steps", NAME, "output" | "status" | "error")`, `("run", "id")` and so on.
Everything after the reference (`.field[0]`) is read from the value."""

Effect = Literal["pure", "read", "write", "destructive"]


class Names(Protocol):
    """What a template may see at one address."""

    def get(self, ref: Ref) -> JsonValue:
        """Return the value of a reference; raise LookupError when there is none."""
        ...

    def call(self, function: str) -> JsonValue:
        """Return the next value of `now`, `uuid` or `random` for this address."""
        ...


class Template(Protocol):
    """A compiled template, or a structure with templates in it."""

    @property
    def source(self) -> JsonValue:
        """What was written; it stands for the template in digests."""
        ...

    @property
    def refs(self) -> frozenset[Ref]:
        """All that rendering may read."""
        ...

    @property
    def functions(self) -> frozenset[str]:
        """Which of `now`, `uuid` and `random` rendering may call."""
        ...

    def render(self, names: Names) -> JsonValue:
        """Return the value; raise TemplateError (core.errors) with the place of the fault.

        Where it reads secrets, a placeholder stands in the value.
        """
        ...

    def reveal(self, shown: JsonValue, names: Names) -> tuple[JsonValue, list[JsonValue]]:
        """Return what was rendered with secrets in place of their placeholders, and these parts by themselves.

        `names` has the values of the secrets.
        """
        ...


@dataclass(frozen=True, slots=True)
class Retry:
    """When a failed call is tried again: `attempts` in total, waits in seconds."""

    attempts: int = 1
    on: frozenset[str] = frozenset({"rate_limit", "timeout", "connection", "invalid_output"})
    backoff: Literal["constant", "linear", "exponential"] = "exponential"
    delay: float = 1.0
    max_delay: float = 60.0
    jitter: bool = False
    max_time: float | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A person must agree before the call: they see exactly what will be done.

    Only those in `by` may answer, if it names any; `quorum` of them must agree, within `expires` seconds.
    """

    message: Template | None = None
    by: tuple[str, ...] = ()
    expires: float | None = None
    quorum: int = 1


@dataclass(frozen=True, slots=True)
class Cache:
    """The output that an equal call gave earlier is taken again, if it is not older than `ttl` seconds.

    Calls are equal when their fingerprints are, or with `key` when that gives the same.
    """

    ttl: float | None = None
    key: Template | None = None


@dataclass(frozen=True)
class Rule:
    """What an output must be to be taken: it fits `schema`, or `expr` is true of it, or `call` says so.

    The call gives true; with `min_score` it is a judge, who gives `{score, reason}`. `message` says what is wrong.
    """

    schema: JsonObject | None = None
    expr: Template | None = None
    call: Call | None = None
    min_score: float | None = None
    message: Template | None = None

    @cached_property
    def identity(self) -> Digest:
        """Digest of the rule."""
        return digest(_fields(self))


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes a step's effect back; its steps see the step's input as `this` and its output as `output`."""

    body: Flow
    rollback_only: bool = False


@dataclass(frozen=True, slots=True)
class Meta:
    """What every node has: its name in its list, its YAML word and place, and the fields of every step."""

    name: str
    kind: str
    path: Path = ()
    when: Template | None = None
    input: Template | None = None
    needs: tuple[str, ...] = ()
    sets: tuple[tuple[tuple[str, ...], Template], ...] = ()
    merges_output: bool = False
    retry: Retry | None = None
    timeout: float | None = None
    approval: Approval | None = None
    cache: Cache | None = None
    key: Template | None = None
    """The idempotency key, where the blueprint names one."""

    verify: tuple[Rule, ...] = ()
    on_error: Literal["fail", "continue"] | Flow = "fail"
    undo: Undo | None = None


@dataclass(frozen=True)
class Call:
    """A leaf: one call of a skill or an agent.

    `arguments` renders to a mapping; the step's input fills the parameter `main` when that mapping does not.
    `target` is the skill's or agent's id, `config` what else decides the result, `revision` the skill's digest.
    """

    meta: Meta
    runner: str
    target: str
    arguments: Template | None = None
    main: str | None = None
    config: JsonObject = field(default_factory=dict)
    revision: str = ""
    version: int = 1
    effect: Effect = "pure"
    idempotent: Literal["no", "yes", "by_key"] = "no"

    @property
    def changes_things(self) -> bool:
        """Whether the call has effects that must not be repeated silently."""
        return self.effect in ("write", "destructive")

    @cached_property
    def identity(self) -> Digest:
        """Digest of everything in the fingerprint except the resolved arguments (design 4)."""
        return digest([self.runner, self.version, self.target, self.config, self.revision])

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that its arguments are made with."""
        refs = () if self.arguments is None else self.arguments.refs
        return tuple(sorted(ref[1] for ref in refs if ref[0] == "secrets"))


@dataclass(frozen=True, slots=True)
class Reduce:
    """How the results of a region become one value: by a word, a template over `results`, or a call."""

    word: Literal["concat", "sum", "merge", "first", "last", "majority"] | None = None
    template: Template | None = None
    call: Call | None = None


Merge = Literal["strict", "last", "none"]
"""What becomes of the context writes of branches or items."""


@dataclass(frozen=True, slots=True)
class Join:
    """How branches that run at the same time come together: `needed` of them must succeed, None for all.

    `choice` is a call that is made first and answers which branches there are to be: a name or a list of names.
    """

    needed: int | None = None
    ignores_failures: bool = False
    max_concurrency: int = 1000
    merge: Merge = "strict"
    reduce: Reduce | None = None
    choice: Call | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Another program that runs as one step: `arguments` render to its input; without them the step's input is it."""

    alias: str
    graph: Graph
    arguments: Template | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A list of steps: a chain, a graph as soon as one child has needs, or with `join` branches side by side.

    With `imported` it has no children: the steps are those of another program, which sees nothing of this one.
    """

    meta: Meta
    children: tuple[Node, ...]
    join: Join | None = None
    imported: Import | None = None

    @property
    def is_chain(self) -> bool:
        """Whether the children run one after the other."""
        return not any(child.meta.needs for child in self.children)


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several lists, chosen by a condition that yields a boolean or a branch key."""

    meta: Meta
    condition: Template
    branches: tuple[tuple[str, Flow], ...]
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """A list of steps run for each item of a list or mapping, or for each batch of items.

    `tolerate` is how many items may fail, or with `percent` how many in a hundred.
    """

    meta: Meta
    over: Template
    body: Flow
    max_concurrency: int = 8
    batch: int | None = None
    tolerate: int = 0
    percent: bool = False
    merge: Merge = "strict"
    reduce: Reduce | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who speaks in a loop: addresses inside an iteration, of people and of agents; how much of it agents are given.

    With `last_only` the last agent of an iteration counts only. `template` makes one text of the turns.
    """

    people: tuple[str, ...]
    agents: tuple[str, ...]
    last_only: bool = True
    max_turns: int | None = None
    max_tokens: int | None = None
    template: Template | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """A list of steps run until a condition holds, at most `max` times."""

    meta: Meta
    body: Flow
    max: int
    until: Template | None = None
    while_: Template | None = None
    init: Template | None = None
    next_input: Template | None = None
    output: Template | None = None
    fails_at_max: bool = True
    conversation: Conversation | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """The answer that counts when nobody has given one in time."""

    answer: JsonValue


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked; `quorum` different people must give the same answer."""

    message: Template
    show: Template | None = None
    choices: tuple[str, ...] = ()
    schema: JsonObject | None = None
    sink: tuple[str, ...] | None = None
    to: Template | None = None
    quorum: int = 1
    on_timeout: Preset | Flow | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """How long to wait: seconds, or until a time."""

    seconds: float | None = None
    until: Template | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An event from outside: one of this name, for which `match` is true."""

    event: str
    match: Template | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause: for a person, whose validated answer is the output, for a time, or for an event."""

    meta: Meta
    on: Question | Timer | Awaited


Node = Call | Flow | Branch | Map | Loop | Wait


@dataclass(frozen=True)
class Graph:
    """A whole program. `pinned` holds every text and every skill description it was compiled from, so that a run can be
    compiled again from its journal alone; `source` is the blueprint's own text, for diagnostics at run time. `secrets`
    are the names of those that must be set while it runs."""

    name: str
    root: Flow
    source: Source = field(repr=False)
    inputs: JsonObject | None = None
    context: JsonObject = field(default_factory=dict)
    output: Template | None = None
    pinned: JsonObject = field(default_factory=dict, repr=False)
    places: PlaceTable | None = field(default=None, repr=False, compare=False)
    labels: frozenset[str] = EMPTY
    secrets: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> Digest:
        """Digest of what the program does: prose, places and layout are not in it."""
        output = None if self.output is None else self.output.source
        return digest([self.name, self.inputs, self.context, output, describe(self.root)])


class PlaceTable(Protocol):
    """Where the elements of a document stand in its text."""

    def start_of(self, path: Path) -> tuple[int, int]:
        """Return line and column of the element at `path`, or of the nearest element around it."""
        ...


def describe(node: Node) -> JsonObject:
    """Return a node as JSON: what it does, without places and prose."""
    shown = _plain(node)
    assert isinstance(shown, dict)
    return shown


_UNSAID = frozenset({"path", "description"})


def _plain(part: object) -> JsonValue:
    """Return a part of a graph as JSON: fields at their defaults are left out, so that new ones change no digest."""
    match part:
        case Call():
            return {"call": part.identity, "effect": part.effect, **_fields(part, "meta", "arguments", "main")}
        case Import():
            return {"import": part.graph.digest, **_fields(part, "arguments")}
        case Meta() | Retry() | Approval() | Cache() | Rule() | Undo() | Reduce() | Join():
            return {type(part).__name__.lower(): _fields(part)}
        case Conversation() | Flow() | Branch() | Map() | Loop():
            return {type(part).__name__.lower(): _fields(part)}
        case Question() | Preset() | Timer() | Awaited() | Wait():
            return {type(part).__name__.lower(): _fields(part)}
        case tuple():
            return [_plain(item) for item in part]
        case frozenset():
            return sorted(part)
        case None | bool() | int() | float() | str() | list() | dict():
            return part
    source: JsonValue = part.source  # type: ignore[attr-defined]  # what is left is a Template
    return {"template": source}


def _fields(part: object, *only: str) -> JsonObject:
    shown = {}
    for item in fields(part):  # type: ignore[arg-type]
        value = getattr(part, item.name)
        if item.name not in _UNSAID and (not only or item.name in only) and value != item.default:
            shown[item.name] = _plain(value)
    return shown


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes of the same program directly inside `node`, that of a catch included."""
    caught = (node.meta.on_error,) if isinstance(node.meta.on_error, Flow) else ()
    match node:
        case Flow():
            return node.children + caught
        case Branch():
            return tuple(flow for _, flow in node.branches) + caught
        case Map() | Loop():
            return (node.body, *caught)
        case Wait(on=Question(on_timeout=Flow() as instead)):
            return (instead, *caught)
        case _:
            return caught
