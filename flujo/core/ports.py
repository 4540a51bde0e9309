"""What the rooms ask of each other: Protocols and the small records that pass through them.

What the engine asks of a store is in `storing`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import IntEnum
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Literal, Protocol

from flujo.core.diagnostics import Severity
from flujo.core.graph import Call, Effect, Flow, Graph, Meta, Node, Template
from flujo.core.ids import Address, Digest, RunId
from flujo.core.outcomes import NOTHING_SPENT, Done, Failed, Outcome, Usage
from flujo.core.record import dataclass
from flujo.core.values import EMPTY, JsonObject, JsonValue, digest

# --- skills -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SkillSpec:
    """What is known of a skill without importing it: the entry of the catalogue and of `skills.lock`.

    `parameters` is the JSON Schema of an object (with `required`), `result` the schema of what it returns, `main` the
    parameter that the step's input fills. `sinks` are parameters that untrusted values may reach only with approval.
    """

    id: str
    summary: str
    parameters: JsonObject
    result: JsonObject = field(default_factory=dict)
    description: str = ""
    version: str = "1"
    main: str | None = None
    effect: Effect = "pure"
    idempotent: Literal["no", "yes", "by_key"] = "no"
    permissions: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    origin: Literal["builtin", "project"] = "builtin"
    file: str = ""
    source_digest: str = ""

    @cached_property
    def digest(self) -> Digest:
        """Digest of what decides a result's meaning: id, version, schemas without prose, effect (design 4)."""
        return digest([self.id, self.version, _bare(self.parameters), _bare(self.result), self.effect])

    def to_json(self) -> JsonObject:
        """Return the entry as JSON: the form of `skills.lock`, of `skills list --json` and of a run's pinned skills."""
        return {
            "id": self.id,
            "version": self.version,
            "summary": self.summary,
            "description": self.description,
            "parameters": self.parameters,
            "result": self.result,
            "main": self.main,
            "effect": self.effect,
            "idempotent": self.idempotent,
            "permissions": list(self.permissions),
            "sinks": list(self.sinks),
            "examples": list(self.examples),
            "origin": self.origin,
            "file": self.file,
            "source_digest": self.source_digest,
        }

    @staticmethod
    def from_json(entry: JsonObject) -> SkillSpec:
        """Return the spec of an entry that `to_json` made."""
        lists = {key: tuple(entry.get(key, ())) for key in ("permissions", "sinks", "examples")}
        return SkillSpec(**{**entry, **lists})


_PROSE = frozenset({"title", "description", "examples", "$comment"})
_BY_NAME = frozenset({"properties", "$defs", "patternProperties"})


def _bare(schema: JsonValue) -> JsonValue:
    """Return a JSON Schema without what only people read; a property may well be called `title`."""
    if type(schema) is list:
        return [_bare(item) for item in schema]
    if type(schema) is not dict:
        return schema
    shown = {}
    for key, value in schema.items():
        if key in _BY_NAME and type(value) is dict:
            shown[key] = {name: _bare(part) for name, part in value.items()}
        elif key not in _PROSE:
            shown[key] = value if key in ("enum", "const", "default") else _bare(value)
    return shown


@dataclass(frozen=True, slots=True)
class SkillContext:
    """What a skill is given besides its arguments. `key` is the idempotency key, the same for every attempt."""

    run: RunId
    address: Address
    key: str
    workspace: FilePath
    clock: Clock
    draw: Callable[[str], JsonValue] = lambda _: None
    """Return the run's next `now`, `uuid` or `random` for this address."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill that can be called: `inline` ones run on the event loop, other plain functions in a thread."""

    spec: SkillSpec
    call: Callable[[JsonObject, SkillContext], JsonValue | Awaitable[JsonValue]]
    inline: bool = False


class Skills(Protocol):
    """The skills a run may call."""

    def load(self, id: str) -> Skill:
        """Return a skill, importing its module if needed; raise FlujoError FLJ0601 or FLJ0607."""
        ...


# --- compiling --------------------------------------------------------------------------------------------------------


class Sources(Protocol):
    """Texts inside the project."""

    def read(self, path: str) -> str:
        """Return the text of a file, by its path relative to the project; raise FlujoError."""
        ...


class Catalogue(Protocol):
    """What a blueprint may name."""

    @property
    def kinds(self) -> Mapping[str, StepKind]:
        """Step kinds by the word that stands in YAML."""
        ...

    def skill(self, id: str) -> SkillSpec | None:
        """Return the spec of a skill, if there is one."""
        ...

    def skill_ids(self) -> Iterable[str]:
        """Return the ids of all skills."""
        ...


class Lowering(Protocol):
    """What a step kind may ask the compiler for. Paths (`*at`) are relative to the step."""

    meta: Meta
    catalogue: Catalogue
    agents: Mapping[str, JsonObject]

    def template(self, value: JsonValue, *at: str | int) -> Template:
        """Compile a value with templates in it."""
        ...

    def condition(self, value: JsonValue, *at: str | int, gives: frozenset[str] | None = None) -> Template:
        """Compile a condition: a template that is one expression, or a literal boolean.

        With `gives` it looks from the step and sees these names besides, whatever the Config says.
        """
        ...

    def body(self, value: JsonValue, *at: str | int, gives: frozenset[str] = EMPTY) -> Flow:
        """Lower a nested list of steps (or one step), which see the names `gives` besides those the Config says."""
        ...

    def gives(self, name: str) -> bool:
        """Say whether a list around the step gives a name a value."""
        ...

    def imported(self, alias: str) -> Graph | None:
        """Return the program of an import; None after a report, or when it has errors of its own."""
        ...

    def report(
        self,
        code: str,
        message: str,
        *at: str | int,
        help: str | None = None,
        severity: Severity = Severity.ERROR,
        on_key: bool = False,
    ) -> None:
        """Add a diagnostic at a place inside the step."""
        ...


class StepKind(Protocol):
    """What a `kind:` word means. One module in `steps/` defines one, as `KIND`."""

    @property
    def word(self) -> str:
        """The word in YAML."""
        ...

    @property
    def summary(self) -> str:
        """One line for lists and the reference."""
        ...

    @property
    def config(self) -> type[Any] | None:
        """The Shape of the kind's own fields; None for a runner that has no word in YAML."""
        ...

    @property
    def lower(self) -> Callable[[Any, Lowering], Node] | None:
        """Turn a checked config into a Node."""
        ...

    @property
    def run(self) -> Callable[[Call, JsonObject, CallContext], Awaitable[Outcome]] | None:
        """Run a leaf whose `runner` is this word."""
        ...


# --- running ----------------------------------------------------------------------------------------------------------


class Band(IntEnum):
    """The order of policies, outermost first (design 7)."""

    RULES = 1
    CONSENT = 2
    REUSE = 3
    REPEAT = 4
    VERIFY = 5
    ADMISSION = 6
    DEADLINE = 7


class Clock(Protocol):
    """Wall time and waiting."""

    def now(self) -> int:
        """Return microseconds since 1970 UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Ids(Protocol):
    """Fresh names and seeds."""

    def run_id(self) -> RunId:
        """Return a new run's id."""
        ...

    def seed(self) -> str:
        """Return a new run's seed."""
        ...


@dataclass(frozen=True, slots=True)
class CallContext:
    """What a leaf's `run` is given."""

    skills: Skills
    model: Model | None
    skill_context: SkillContext
    attempt: int = 1
    history: Sequence[Failed] = ()
    """Earlier failures at this address, oldest first."""


class Attempts(Protocol):
    """The attempts at one call, as a policy sees them. What it reads is journaled, so it survives a crash."""

    @property
    def call(self) -> Call:
        """The call."""
        ...

    @property
    def failures(self) -> Sequence[Failed]:
        """Failed attempts so far, oldest first; those before a redrive do not count."""
        ...

    def chance(self) -> float:
        """Return the call's next random number, the same on replay."""
        ...

    def elapsed(self) -> float:
        """Return seconds since the first attempt began."""
        ...

    async def wait(self) -> Outcome | None:
        """Wait until the next attempt is due, if one is planned; a wait that is too long suspends the run."""
        ...

    def again(self, failed: Failed, delay: float) -> None:
        """Record a failed attempt and plan the next one in `delay` seconds."""
        ...

    def consent(self) -> Outcome | None:
        """Ask a person whether the call may be made; None when one has agreed to exactly this call."""
        ...

    def reuse(self) -> Outcome | None:
        """Return the output that an equal call gave earlier, if one is kept and young enough."""
        ...

    def keep(self) -> None:
        """Have the output kept for equal calls, in the transaction that records it."""
        ...

    def returned(self) -> Done | None:
        """Return what the attempt under way gave, if it had been made when the process before this one ended."""
        ...

    async def verify(self, done: Done) -> Outcome:
        """Return `done` if its output keeps the call's rules, else the failure of the attempt."""
        ...

    async def within(self, seconds: float, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Go on, for so long at most; a call that may have taken effect by then is in doubt."""
        ...


class Policy(Protocol):
    """A wrapper round one call that may answer, delay, repeat or refuse it; stateless. One file in `policies/` each."""

    @property
    def band(self) -> Band:
        """Where it stands among the policies; one policy a band."""
        ...

    def applies(self, call: Call) -> bool:
        """Say whether it has anything to do with a call."""
        ...

    async def around(self, attempts: Attempts, proceed: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Return the outcome; `proceed` goes on to the next band and at last makes one attempt."""
        ...


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a model; `messages` are of the chat form. Exactly one HTTP request follows from it."""

    model: str
    messages: tuple[JsonObject, ...]
    output_schema: JsonObject | None = None
    tools: tuple[JsonObject, ...] = ()
    temperature: float | None = None
    max_tokens: int = 4096
    seed: int | None = None
    timeout: float = 120.0
    settings: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return what decides the reply: the form whose digest is the turn's fingerprint."""
        return {
            "model": self.model,
            "messages": list(self.messages),
            "output_schema": self.output_schema,
            "tools": list(self.tools),
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "settings": self.settings,
        }


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a model answered. `model` is the name the provider gave."""

    text: str
    model: str
    usage: Usage = NOTHING_SPENT
    finish: str = "stop"
    tool_calls: tuple[JsonObject, ...] = ()


class Model(Protocol):
    """Access to models."""

    async def complete(self, request: ModelRequest) -> ModelReply | Failed:
        """Send one request; every failure of the provider is a value with its class."""
        ...

    def missing_key(self, model: str) -> str | None:
        """Return the name of the environment variable that must be set for `model` and is not."""
        ...
