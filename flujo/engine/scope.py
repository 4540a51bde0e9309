"""What an expression may see at an address: the names of language 4, looked up when they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from typing import Final

from flujo.core.errors import FlujoError
from flujo.core.graph import Ref, Template
from flujo.core.ids import Address, RunId
from flujo.core.record import dataclass
from flujo.core.values import EMPTY, NULL, JsonObject, JsonValue, Value, a_type

_GIVEN: Final = frozenset(
    {"item", "loop", "error", "results", "value", "this", "event", "output", "history", "@history"}
)
"""Names that a list of steps gives a value."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is the same everywhere in a run; in an import, `input` and its `labels` are its own."""

    run: RunId
    name: str
    seed: str
    started_at: int
    input: JsonValue
    labels: frozenset[str] = EMPTY
    imported: bool = False
    """Whether this is the inside of an import, which has an input and a context of its own."""
    context: JsonObject | None = None
    """The context that a fork starts with, where that is not the blueprint's."""


Load = Callable[[], tuple[JsonValue, frozenset[str]]]


class StepResult:
    """How a step of a list ended, as later steps see it. A recorded output is loaded when it is first read."""

    __slots__ = ("_labels", "_load", "_output", "error", "status")

    def __init__(self, status: str, output: Value = NULL, *, load: Load | None = None) -> None:
        self.status = status
        self.error: JsonObject | None = None
        self._output, self._labels = output.data, output.labels
        self._load = load

    def _loaded(self) -> None:
        if self._load is not None:
            self._output, self._labels = self._load()
            self._load = None

    @property
    def output(self) -> JsonValue:
        """The step's output."""
        self._loaded()
        return self._output

    @property
    def labels(self) -> frozenset[str]:
        """The labels of the output."""
        self._loaded()
        return self._labels

    @property
    def value(self) -> Value:
        """The output with its labels."""
        return Value(self.output, self.labels)


@dataclass(slots=True)
class Context:
    """The run's typed state, and the writes made to it in order."""

    value: JsonObject
    writes: list[list[JsonValue]] = field(default_factory=list)
    labels: frozenset[str] = EMPTY

    def since(self, mark: int) -> list[list[JsonValue]] | None:
        """Return the writes since there were `mark` of them, only the last to each path; None when there are none."""
        last = {tuple(path): value for path, value in self.writes[mark:]}
        return [[list(path), value] for path, value in last.items()] or None

    def copy(self) -> Context:
        """Return a context that begins as this one is now, with no writes of its own."""
        return Context(self.value, labels=self.labels)

    def write(self, path: tuple[str, ...], value: JsonValue, labels: frozenset[str] = EMPTY) -> None:
        """Set a value; mappings on the way are made anew, so that a value read earlier never changes.

        Raise ValueError naming the part of the path that holds no mapping.
        """
        self.value = _with(self.value, path, value)
        self.writes.append([list(path), value])
        if labels:
            self.labels |= labels

    def apply(self, delta: list[JsonValue] | None, labels: frozenset[str]) -> None:
        """Repeat recorded writes."""
        for path, value in delta or ():
            self.write(tuple(path), value, labels)


def _with(mapping: JsonObject, path: tuple[str, ...], value: JsonValue) -> JsonObject:
    key, rest = path[0], path[1:]
    if rest:
        inner = mapping.get(key)
        if inner is None:
            inner = {}
        if type(inner) is not dict:
            raise ValueError(f"`{key}` is not a mapping")
        value = _with(inner, rest, value)
    return {**mapping, key: value}


@dataclass(slots=True)
class Scope:
    """The names one list of steps can see: its own steps, then those of the lists around it."""

    facts: RunFacts
    context: Context
    parent: Scope | None = None
    previous: StepResult = field(default_factory=lambda: StepResult("completed"))
    steps: dict[str, StepResult] = field(default_factory=dict)
    answer: JsonValue = None
    answered: bool = False
    names: dict[str, Value] = field(default_factory=dict)
    """Names of this list alone: `item` and `index` of a map, `loop` of a loop, `error` of a catch, `results`."""

    def inner(self, previous: StepResult, names: dict[str, Value] | None = None) -> Scope:
        """Return the scope of a list inside this one, whose first step gets `previous`."""
        return Scope(self.facts, self.context, self, previous, names=names or {})

    def adopt(self, other: Scope, name: str) -> None:
        """Take over a step of a scope beside this one, and an answer given there."""
        self.steps[name] = other.steps[name]
        if other.answered:
            self.answer, self.answered = other.answer, True

    def beside(self, previous: StepResult, names: dict[str, Value] | None = None) -> Scope:
        """Return the scope of a list that runs beside others: it has the context as it is now, for itself."""
        return Scope(self.facts, self.context.copy(), self, previous, names=names or {})

    def named(self, name: str) -> Value:
        """Return the nearest value of a name; raise LookupError when there is none."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.parent
        raise LookupError(name)

    def step(self, name: str) -> StepResult | None:
        """Return the nearest step of that name that has ended."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.steps.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def last_answer(self) -> JsonValue:
        """Return the last human answer; raise LookupError when there is none."""
        scope: Scope | None = self
        while scope is not None:
            if scope.answered:
                return scope.answer
            scope = scope.parent
        raise LookupError("answer")


class Frame:
    """The Names of one step: its scope, its address and its own moment."""

    __slots__ = ("_draws", "_entered", "_moment", "address", "own", "scope", "this")

    def __init__(self, scope: Scope, address: Address, moment: Callable[[Address], int]) -> None:
        self.scope = scope
        self.address = address
        self.own: dict[str, StepResult] | None = None
        self.this: StepResult | None = None
        self._moment = moment
        self._entered: int | None = None
        self._draws = 0

    @property
    def entered_at(self) -> Callable[[Address], int]:
        """What tells the moment an address was entered: for frames inside this one."""
        return self._moment

    @property
    def used_moment(self) -> int | None:
        """The moment the step was entered, if anything asked for it."""
        return self._entered

    def moment(self) -> int:
        """Return the moment the step was entered, in microseconds."""
        if self._entered is None:
            self._entered = self._moment(self.address)
        return self._entered

    def get(self, ref: Ref) -> JsonValue:
        """Return the value of a reference; raise LookupError when there is none."""
        scope = self.scope
        match ref:
            case ("steps", name, "output" | "status" | "error" as part):
                found = self.own.get(name) if self.own else None
                found = found or scope.step(name)
                if found is None:
                    raise LookupError(name)
                return getattr(found, part)
            case ("previous",):
                return scope.previous.output
            case ("this",):
                return self._this().data
            case ("input",):
                return scope.facts.input
            case ("context",):
                return scope.context.value
            case ("answer",):
                return scope.last_answer()
            case ("run", part):
                return self._run(part)
            case ("loop", part):
                return scope.named("loop").data[part]
            case (name,):
                return scope.named(name).data
        raise LookupError(".".join(ref))

    def _run(self, part: str) -> JsonValue:
        facts = self.scope.facts
        match part:
            case "id":
                return facts.run
            case "name":
                return facts.name
            case "started_at":
                return iso(facts.started_at)
        raise LookupError(part)

    def call(self, function: str) -> JsonValue:
        """Return the next value of `now`, `uuid` or `random`: functions of the run's seed, the address and a count."""
        if function == "now":
            return iso(self.moment())
        self._draws += 1
        return self._draw(function, f"{self._draws}")

    def source(self, whose: str = "skill") -> Callable[[str], JsonValue]:
        """Return the functions for a skill's own use: apart from the templates', which a replay repeats without it."""
        count = 0

        def draw(function: str) -> JsonValue:
            nonlocal count
            count += 1
            return iso(self.moment()) if function == "now" else self._draw(function, f"{whose} {count}")

        return draw

    def chance(self, number: int) -> float:
        """Return the random number that belongs to the wait after attempt `number`."""
        return float(self._draw("random", f"retry {number}"))

    def _draw(self, function: str, count: str) -> JsonValue:
        text = f"{self.scope.facts.seed}\0{self.address}\0{count}"
        raw = hashlib.sha256(text.encode()).digest()
        if function == "random":
            return int.from_bytes(raw[:7], "big") / (1 << 56)
        if function == "uuid":
            return _uuid(raw)
        raise LookupError(function)

    def _this(self) -> Value:
        """Return the step's own input, in an `undo` that of the step undone; raise LookupError before it is known."""
        try:
            return self.scope.named("this")
        except LookupError:
            if self.this is None:
                raise
            return self.this.value

    def seen_by_undo(self) -> JsonObject:
        """Return what the undo of the step will see of it besides its output: inputs are not recorded else."""
        sees: JsonObject = {"this": None if self.this is None else self.this.output}
        if self.scope.facts.imported:
            sees |= {"input": self.scope.facts.input, "context": self.scope.context.value}
        return sees

    def labels(self, *templates: Template | None) -> frozenset[str]:
        """Return the labels of all that these templates may read."""
        found = EMPTY
        for template in templates:
            for ref in template.refs if template else ():
                found |= self._label(ref)
        return found

    def _label(self, ref: Ref) -> frozenset[str]:
        match ref:
            case ("steps", name, _):
                step = self.scope.step(name)
                return step.labels if step else EMPTY
            case ("previous",):
                return self.scope.previous.labels
            case ("input",):
                return self.scope.facts.labels
            case ("context",):
                return self.scope.context.labels
            case ("secrets", name):
                return frozenset({f"secret:{name}"})
            case (name, *_) if name in _GIVEN:
                try:
                    return self._this().labels if name == "this" else self.scope.named(name).labels
                except LookupError:
                    return EMPTY
        return EMPTY


def boolean(template: Template, frame: Frame, field: str) -> bool:
    """Return the boolean a condition yields; raise FLJ0407 for anything else."""
    value = template.render(frame)
    if value is True or value is False:
        return bool(value)
    hint = f"; compare, for example with `== {value!r}`" if type(value) is str else ""
    raise FlujoError("FLJ0407", f"`{field}` yields {a_type(value)} and must yield a boolean{hint}")


def iso(moment: int) -> str:
    """Return microseconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


def moment_of(value: JsonValue) -> int:
    """Return microseconds since 1970 of an ISO 8601 text (UTC unless it says otherwise) or of seconds.

    Raise FlujoError FLJ0405 for anything else.
    """
    if type(value) in (int, float):
        return int(value * 1_000_000)
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise FlujoError("FLJ0405", f"a time must be ISO 8601 text or seconds, and is `{value}`") from error
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _uuid(raw: bytes) -> str:
    """Return a version 4 UUID (RFC 9562) made of the first 16 bytes."""
    data = bytearray(raw[:16])
    data[6] = data[6] & 0x0F | 0x40
    data[8] = data[8] & 0x3F | 0x80
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
