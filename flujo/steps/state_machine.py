"""Named lists of steps, one after the other, as transitions say: sugar for a loop round a branch.

Each iteration of the loop runs one state. The last step of a state, `@next`, records which comes next; a failure that
a transition takes up is caught, and the catch's `@next` records the same. The result of a state is
`{state, output, next}`, which the next one sees as `loop.previous`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from flujo.core.diagnostics import Severity
from flujo.core.errors import FlujoError
from flujo.core.graph import Branch, Call, Flow, Loop, Meta, Names, Node, Ref, Template
from flujo.core.ports import Lowering
from flujo.core.record import dataclass
from flujo.core.shape import Field, Shape
from flujo.core.suggest import did_you_mean, hint, listed
from flujo.core.values import JsonObject, JsonValue, a_type
from flujo.steps import Kind, Made, check_branches

MAX_STATES: Final = 1_000_000
ANY: Final = "*"
_PASS: Final = "core.pass"
_ENDS: Final = {"type": ["string", "array", "null"], "items": {"type": "string"}}
_KEYS: Final = ("from", "on", "when", "to")
_BEFORE: Final[Ref] = ("loop", "previous")
_PREVIOUS: Final[frozenset[Ref]] = frozenset({("previous",)})


class Config(Shape):
    """The states, and what leads from one to the next."""

    GIVES: ClassVar = {"states": frozenset({"loop"})}
    AFTER: ClassVar = {"transitions": "states"}

    start: str = Field(description="the state entered first")
    states: dict[str, Any] = Field(form="branches", description="steps by the name of the state")
    transitions: list[Any] = Field(
        default=[], form="transitions", description="`{from, on, when, to}`; the first that fits is taken"
    )
    ends: Any = Field(
        None, form=_ENDS, description="the state or states that are ends; one without transitions always is"
    )
    max: int = Field(ge=1, le=MAX_STATES, description="how many states may be entered")


@dataclass(frozen=True, slots=True)
class Rule:
    """One transition: from a state to another, after success or failure, when its condition holds."""

    index: int
    source: str
    on_failure: bool
    to: str
    when: Template | None = None

    def fits(self, names: Names) -> bool:
        """Say whether its condition holds; raise FLJ0407 when that yields no boolean."""
        value = True if self.when is None else self.when.render(names)
        if type(value) is not bool:
            text = f"the `when` of transition {self.index + 1} yields {a_type(value)} and must yield a boolean"
            raise FlujoError("FLJ0407", text)
        return bool(value)


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Loop whose body is a Branch with a list for each state."""
    check_branches(config.states, low, "states", "state")
    rules = list(_rules(config, low))
    ends = _ends(config, rules, low)
    _check_ways(config, rules, ends, low)
    states, caught = [], []
    for name, steps in config.states.items():
        body = low.body(steps, "states", name)
        own = [rule for rule in rules if rule.source == name or (rule.source == ANY and name not in ends)]
        leaving = [_compiled(rule, config, low) for rule in own if not rule.on_failure and name not in ends]
        caught += [replace(_compiled(rule, config, low), source=name) for rule in own if rule.on_failure]
        states.append((name, _left(body, _leaving(name, None if name in ends else leaving, body), low)))
    meta = Meta("state", "state", low.meta.path, input=_entering(config.start, "output"))
    if caught:
        when = _failing(config.start, caught, asks=True)
        catch = Flow(
            Meta("@catch", "steps", low.meta.path, when=when), (_next(_failing(config.start, caught, asks=False), low),)
        )
        meta = replace(meta, on_error=catch)
    branch = Branch(meta, _entering(config.start, "next"), tuple(states))
    body = Flow(Meta("states", "steps", low.meta.path), (branch,))
    ends_now, output = Made("ends", _ends_now, _PREVIOUS), Made("output", _output, _PREVIOUS)
    return Loop(low.meta, body, config.max, until=ends_now, output=output)


# --- reading ---


def _rules(config: Config, low: Lowering) -> Iterator[Rule]:
    """Yield the transitions that are well formed, without their conditions; report the others."""
    for index, raw in enumerate(config.transitions):
        at = ("transitions", index)
        if not isinstance(raw, dict):
            low.report("FLJ0203", f"a transition must be a mapping, not {a_type(raw)}", *at)
            continue
        for key in raw.keys() - set(_KEYS):
            near = did_you_mean(key, _KEYS)
            help = f"did you mean `{near}`?" if near else "the keys here are `from`, `on`, `to`, `when`"
            low.report("FLJ0201", f"unknown key `{key}`", *at, key, help=help, on_key=True)
        misspelt = {did_you_mean(key, _KEYS) for key in raw.keys() - set(_KEYS)}
        for end in ("from", "to"):
            if end not in raw and end not in misspelt:
                low.report("FLJ0202", f"the key `{end}` is missing", *at, help=f"add `{end}:`")
        on = raw.get("on", "success")
        if on not in ("success", "failure"):
            words = ("success", "failure")
            low.report("FLJ0204", "`on` must be `success` or `failure`", *at, "on", help=hint(on, words))
        named = [_known(raw[key], config, low, (*at, key)) for key in ("from", "to") if key in raw]
        if len(named) == 2 and all(named):
            yield Rule(index, raw["from"], on == "failure", raw["to"])


def _known(name: JsonValue, config: Config, low: Lowering, at: tuple[str | int, ...]) -> bool:
    """Say whether a state of that name is there; report it if not."""
    if name in config.states if isinstance(name, str) else False:
        return True
    if name == ANY and at[-1] == "from":
        return True
    if not isinstance(name, str):
        low.report("FLJ0203", f"`{at[-1]}` must be the name of a state, not {a_type(name)}", *at)
        return False
    near = did_you_mean(name, config.states)
    help = f"did you mean `{near}`?" if near else f"the states are {listed(config.states)}"
    low.report("FLJ0523", f"there is no state `{name}`", *at, help=help)
    return False


def _ends(config: Config, rules: Sequence[Rule], low: Lowering) -> frozenset[str]:
    """Return the states that are ends: those named, and those that no transition leaves."""
    given = [] if config.ends is None else config.ends if isinstance(config.ends, list) else [config.ends]
    for index, name in enumerate(given):
        _known(name, config, low, ("ends", index) if isinstance(config.ends, list) else ("ends",))
    left = {rule.source for rule in rules}
    named = {name for name in given if isinstance(name, str)}
    return frozenset(name for name in config.states if name in named or name not in left)


def _check_ways(config: Config, rules: Sequence[Rule], ends: frozenset[str], low: Lowering) -> None:
    """Report an unknown start, and warn of states and transitions that lead nowhere or are never met."""
    if not _known(config.start, config, low, ("start",)):
        return
    forward: dict[str, set[str]] = {name: set() for name in config.states}
    backward: dict[str, set[str]] = {name: set() for name in config.states}
    for rule in rules:
        for name in config.states if rule.source == ANY else (rule.source,):
            if name not in ends or (rule.on_failure and rule.source != ANY):
                forward[name].add(rule.to)
                backward[rule.to].add(name)
    entered, ending = _reached([config.start], forward), _reached(ends, backward)
    for name in config.states:
        if name not in entered:
            message = f"the state `{name}` is never entered"
            low.report("FLJ0503", message, "states", name, severity=Severity.WARNING, on_key=True)
    stuck = next((name for name in config.states if name in entered and name not in ending), None)
    if stuck is not None:
        message = f"from the state `{stuck}` no end can be reached"
        low.report("FLJ0524", message, "states", stuck, severity=Severity.WARNING, on_key=True)
    _check_order(config, rules, ends, low)


def _check_order(config: Config, rules: Sequence[Rule], ends: frozenset[str], low: Lowering) -> None:
    """Warn of transitions that an earlier one always forestalls, or that leave an end."""
    always: set[tuple[str, bool]] = set()
    for rule in rules:
        key, message = (rule.source, rule.on_failure), None
        if key in always or (ANY, rule.on_failure) in always:
            message = "this transition is never taken: an earlier one always fits"
        elif rule.source in ends and not rule.on_failure:
            message = f"this transition is never taken: `{rule.source}` is an end"
        if message:
            low.report("FLJ0503", message, "transitions", rule.index, severity=Severity.WARNING)
        if "when" not in config.transitions[rule.index]:
            always.add(key)


def _reached(first: Iterable[str], ways: dict[str, set[str]]) -> set[str]:
    found, todo = set(first), list(first)
    while todo:
        for name in ways[todo.pop()] - found:
            found.add(name)
            todo.append(name)
    return found


def _compiled(rule: Rule, config: Config, low: Lowering) -> Rule:
    """Return a transition with its condition, which sees the steps of its state, or the `error` it takes up."""
    raw = config.transitions[rule.index]
    if "when" not in raw:
        return rule
    at = ("transitions", rule.index, "when")
    gives = frozenset({"error", "loop"}) if rule.on_failure else None
    return replace(rule, when=low.condition(raw["when"], *at, gives=gives))


# --- nodes ---


def _left(body: Flow, leaving: Made, low: Lowering) -> Flow:
    """Return a state's list with the step that says what comes next."""
    needed = {name for step in body.children for name in step.meta.needs}
    sinks = () if body.is_chain else tuple(step.meta.name for step in body.children if step.meta.name not in needed)
    return replace(body, children=(*body.children, _next(leaving, low, sinks)))


def _next(says: Made, low: Lowering, needs: tuple[str, ...] = ()) -> Call:
    spec = low.catalogue.skill(_PASS)
    meta = Meta("@next", "transition", (*low.meta.path, "transitions"), needs=needs)
    return Call(meta, "step", _PASS, says, main="value", revision=spec.digest if spec else "")


# --- what it says at run time: templates that nobody wrote ---


def _entering(start: str, part: str) -> Made:
    """Return the state that is entered (`next`), or its input (the `output` of the one before, at first the step's)."""

    def say(names: Names) -> JsonValue:
        before = names.get(_BEFORE)
        if before is not None:
            return before[part]
        return start if part == "next" else names.get(("previous",))

    return Made({"entering": part, "start": start}, say, frozenset({_BEFORE, ("previous",)}))


def _ends_now(names: Names) -> JsonValue:
    return names.get(("previous",))["next"] is None


def _output(names: Names) -> JsonValue:
    return names.get(("previous",))["output"]


def _leaving(state: str, rules: Sequence[Rule] | None, body: Flow) -> Made:
    """Return what comes after the steps of a state, as the argument of `core.pass`; `rules` is None for an end.

    The output of a list whose steps were all skipped is null.
    """
    names_of_steps = [step.meta.name for step in body.children]
    skippable = all(step.meta.when is not None for step in body.children)

    def say(names: Names) -> JsonValue:
        taken = next((rule for rule in rules or () if rule.fits(names)), None)
        if taken is None and rules is not None:
            help = "add a transition without `when` as the last one, or correct the conditions"
            raise FlujoError("FLJ0525", f"no transition from the state `{state}` fits", help=help)
        skipped = skippable and all(names.get(("steps", name, "status")) == "skipped" for name in names_of_steps)
        return {"value": _result(state, None if skipped else names.get(("previous",)), taken)}

    return _made([state, rules is None, *_sources(rules or ())], say, rules or (), ("previous",))


def _failing(start: str, rules: Sequence[Rule], *, asks: bool) -> Made:
    """Return what comes after a failure, with the error as output; with `asks` whether any transition takes it up."""

    def say(names: Names) -> JsonValue:
        before = names.get(_BEFORE)
        state = start if before is None else before["next"]
        taken = next((rule for rule in rules if rule.source == state and rule.fits(names)), None)
        return taken is not None if asks else {"value": _result(state, names.get(("error",)), taken)}

    return _made([start, asks, *_sources(rules)], say, rules, _BEFORE, ("error",))


def _made(source: JsonValue, say: Callable[[Names], JsonValue], rules: Sequence[Rule], *refs: Ref) -> Made:
    conditions = [rule.when for rule in rules if rule.when is not None]
    read = frozenset(refs).union(*(one.refs for one in conditions))
    return Made(source, say, read, frozenset[str]().union(*(one.functions for one in conditions)))


def _result(state: str, output: JsonValue, taken: Rule | None) -> JsonObject:
    return {"state": state, "output": output, "next": None if taken is None else taken.to}


def _sources(rules: Iterable[Rule]) -> list[JsonValue]:
    return [[rule.source, rule.on_failure, None if rule.when is None else rule.when.source, rule.to] for rule in rules]


KIND = Kind("state_machine", "Named lists of steps, one after the other, as transitions say.", Config, lower)
