"""Campaign of typos: one edit in a word of a valid blueprint, and whether the word that was meant is suggested first.

An edit inserts, deletes or replaces a letter, or swaps two neighbours. Wanted: the first error suggests the word as it
was in at least 95 of 100 cases, and nothing farther than two edits from what was typed is ever suggested. A typo that
is itself a word that fits is no typo to a compiler (`steps.a` for `steps.b`): it is counted as `fits`.
"""

from __future__ import annotations

import json
import random
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.pinned import PinnedCatalogue, PinnedSources
from flujo.blueprints.reader import read
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.ports import SkillSpec
from flujo.core.suggest import distance
from tests.blueprints.mutants import CATALOGUE, ROOT, Path, corpus, with_value

WANTED = 0.95
SHORTEST = 3
"""Letters of a word from which one edit still leaves something to recognise."""

_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
_NEAR = re.compile(r"did you mean `([^`]+)`")
_IN_TEMPLATES = {
    "step": re.compile(r"\bsteps\.([\w-]+)|\bsteps\['([\w-]+)'\]"),
    "part of a step": re.compile(r"\bsteps\.[\w-]+\.(output|status|error)\b"),
    "context": re.compile(r"\bcontext\.(\w+)"),
    "input property": re.compile(r"\binput\.(\w+)"),
    "filter": re.compile(r"\|\s*(\w+)"),
    "test": re.compile(r"\bis (?:not )?(\w+)"),
    "method": re.compile(r"\.(\w+)\("),
    "name": re.compile(
        r"(?<![.\w'|])(input|previous|steps|context|item|index|loop|error|results|value|this|run|event)\b"
    ),
    "function": re.compile(r"(?<![.\w'|])(now|uuid|random|range)\("),
    "secret": re.compile(r"\bsecrets\.(\w+)"),
    "part of a loop or run": re.compile(r"\b(?:loop|run)\.(\w+)"),
}
_INNER = {"retry": "retry", "approval": "approval", "cache": "cache", "history": "history", "defaults": "defaults"}
_WORDS = {"on_error", "backoff", "merge", "on_max", "on_branch_failure", "on_timeout", "reduce", "join", "approval",
          "ai_turn_source", "strategy", "on"}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A word of a document: what it is, where, and at which place of its text."""

    what: str
    path: Path
    word: str
    start: int = 0
    is_key: bool = False


@dataclass
class Tally:
    """What became of the typos, by what the word was."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    fits: Counter[str] = field(default_factory=Counter)
    far: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of typos for which the right word was suggested."""
        total = self.right.total() + self.wrong.total() + self.missing.total()
        return self.right.total() / max(1, total)

    @property
    def clean(self) -> bool:
        """Whether it is as wanted."""
        return self.share >= WANTED and self.far == 0

    def table(self) -> str:
        """Return the figures by what the word was."""
        lines = ["| word | right | wrong | none | fits | right of 100 |", "|---|---:|---:|---:|---:|---:|"]
        for what in sorted({*self.right, *self.wrong, *self.missing, *self.fits}):
            right, wrong, missing = self.right[what], self.wrong[what], self.missing[what]
            share = 100 * right / max(1, right + wrong + missing)
            lines.append(f"| {what} | {right} | {wrong} | {missing} | {self.fits[what]} | {share:.1f} |")
        lines.append(f"| **all** | {self.right.total()} | {self.wrong.total()} | {self.missing.total()} "
                     f"| {self.fits.total()} | {100 * self.share:.1f} |")  # fmt: skip
        return "\n".join([*lines, "", f"suggestions beyond two edits: {self.far}"])


FILES = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "tests/data/typos").iterdir())}
SOURCES = PinnedSources(FILES)
_TEXT = {"type": "string"}
_FETCH = SkillSpec(
    "service.fetch",
    "Fetch items.",
    {"type": "object", "properties": {"address": _TEXT, "token": _TEXT}, "required": ["address"],
     "additionalProperties": False},
    {"type": "object", "properties": {"status": _TEXT, "items": {"type": "array"}}},
    effect="read",
)  # fmt: skip
SKILLS = PinnedCatalogue(CATALOGUE.kinds, {**CATALOGUE.specs, _FETCH.id: _FETCH})


@cache
def blueprints(own: bool) -> list[Any]:
    """Return the data of the blueprints that have every sort of word, and without `own` of all of the repository."""
    read_all = [read(text, name)[0] for name, text in FILES.items()]
    return [*(item.data for item in read_all if item is not None), *(() if own else corpus().values())]


@cache
def sites(own: bool = False) -> dict[str, list[tuple[Any, Site]]]:
    """Return all words by what they are, each with its document; with `own` those of the blueprints made for this."""
    found: dict[str, list[tuple[Any, Site]]] = {}
    for data in blueprints(own):
        if not any(item.severity is Severity.ERROR for item in judged(data)):
            for site in _sites(data):
                if len(site.word) >= SHORTEST:
                    found.setdefault(site.what, []).append((data, site))
    return found


def judged(data: Any) -> tuple[Diagnostic, ...]:
    """Return what the compiler says."""
    return compile_text(json.dumps(data))


def compile_text(text: str) -> tuple[Diagnostic, ...]:
    """Return what the compiler says about a text."""
    return compile_blueprint(text, "flow.yaml", SOURCES, SKILLS).diagnostics


def run(count: int, seed: int, own: bool = False) -> Tally:
    """Make that many typos, the same number in each sort of word."""
    chance, tally, found = random.Random(seed), Tally(), sites(own)
    for _, places in sorted(found.items()):
        for _ in range(max(1, count // len(found))):
            data, site = chance.choice(places)
            _judge(data, site, _typo(site.word, chance), tally)
    return tally


def _judge(data: Any, site: Site, typed: str, tally: Tally) -> None:
    problems = [item for item in judged(_mistyped(data, site, typed)) if item.severity is not Severity.INFO]
    errors = [item for item in problems if item.severity is Severity.ERROR] or problems
    if not errors:
        tally.fits[site.what] += 1
        return
    told = [item for item in errors if typed in item.message]
    suggested = [match[1] for item in told for match in _NEAR.finditer(item.help or "")]
    first = errors[0]
    near = _NEAR.search(first.help or "")
    note = f"{site.what}: `{site.word}` typed `{typed}`: {first.code} {first.message}; {first.help}"
    if any(_far(word, typed) for word in suggested):
        tally.far += 1
        tally.notes.append(f"far: {note}")
    if near is None:
        tally.missing[site.what] += 1
        tally.notes.append(note)
    elif near[1] == site.word or near[1].endswith(f".{site.word}"):
        tally.right[site.what] += 1
    else:
        tally.wrong[site.what] += 1
        tally.notes.append(note)


def _far(word: str, typed: str) -> bool:
    last = word.rpartition(".")[2]
    return min(distance(word.casefold(), typed.casefold()), distance(last.casefold(), typed.casefold())) > 2


def _typo(word: str, chance: random.Random) -> str:
    while True:
        at = chance.randrange(len(word))
        letter = chance.choice(string.ascii_lowercase)
        match chance.choice(("insert", "delete", "replace", "swap")):
            case "insert":
                typed = word[:at] + letter + word[at:]
            case "delete":
                typed = word[:at] + word[at + 1 :]
            case "replace":
                typed = word[:at] + letter + word[at + 1 :]
            case _:
                typed = word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
        if typed != word and not typed[0].isdigit():
            return typed


def _mistyped(data: Any, site: Site, typed: str) -> Any:
    place = data
    for key in site.path:
        place = place[key]
    if site.is_key:
        changed: Any = {typed if key == site.word else key: part for key, part in place.items()}
    else:
        changed = place[: site.start] + typed + place[site.start + len(site.word) :]
    return with_value(data, site.path, changed)


# --- words of a document ---


def _sites(data: Any) -> Iterator[Site]:
    yield from _keys(data, (), "top key")
    for key in ("agents", "imports"):
        for name, part in data.get(key, {}).items():
            if isinstance(part, dict):
                yield from _keys(part, (key, name), f"key of {key}")
    for name, spec in data.get("inputs", {}).items():
        if isinstance(spec, str):
            yield Site("type of an input", ("inputs", name), spec)
    if isinstance(data.get("defaults"), dict):
        yield from _keys(data["defaults"], ("defaults",), "key of defaults")
    if "output" in data:
        yield from _templates(data["output"], ("output",))
    yield from _body(data.get("steps"), ("steps",))


def _keys(mapping: dict[str, Any], path: Path, what: str) -> Iterator[Site]:
    yield from (Site(what, path, key, is_key=True) for key in mapping)


def _body(value: Any, path: Path) -> Iterator[Site]:
    if isinstance(value, dict):
        yield from _step(value, path)
    elif isinstance(value, list):
        for index, step in enumerate(value):
            yield from _step(step, (*path, index))


def _step(step: dict[str, Any], path: Path) -> Iterator[Site]:
    yield from _keys(step, path, "step key")
    for key, value in step.items():
        at = (*path, key)
        if key in ("steps",):
            yield from _body(value, at)
        elif key in ("branches", "states"):
            for name, body in value.items():
                yield from _body(body, (*at, name))
        elif key in ("on_error", "on_timeout", "undo") and isinstance(value, dict):
            yield from _keys(value, at, f"key of {key}")
            yield from _body(value.get("steps"), (*at, "steps"))
        else:
            yield from _field(step, key, value, at)


def _field(step: dict[str, Any], key: str, value: Any, at: Path) -> Iterator[Site]:
    if key == "uses":
        yield from _uses(value, at)
    elif key == "with":
        if not str(step.get("uses")).startswith("agents."):
            yield from _keys(value, at, "parameter")
        yield from _templates(value, at)
    elif key in ("kind", "default_branch", "start") or (key in _WORDS and isinstance(value, str) and "{{" not in value):
        yield Site({"kind": "kind", "default_branch": "branch", "start": "state"}.get(key, f"word of {key}"), at, value)
    elif key in _INNER and isinstance(value, dict):
        yield from _keys(value, at, f"key of {key}")
        for name, word in value.items():
            if name in _WORDS and isinstance(word, str):
                yield Site(f"word of {name}", (*at, name), word)
            for index, one in enumerate(word if name == "on" and isinstance(word, list) else ()):
                yield Site("word of on", (*at, name, index), one)
    elif key in ("needs", "depends_on", "ends", "named_steps", "user_turn_sources"):
        what = "state" if key == "ends" else "step"
        yield from (Site(what, (*at, i), name) for i, name in enumerate(value if isinstance(value, list) else ()))
    elif key == "transitions":
        for index, rule in enumerate(value):
            yield from _keys(rule, (*at, index), "key of transitions")
            yield from (Site("state", (*at, index, end), rule[end]) for end in ("from", "to"))
    elif key == "verify":
        for index, rule in enumerate(value):
            yield from _keys(rule, (*at, index), "key of verify")
            if "judge" in rule:
                yield Site("agent", (*at, index, "judge"), rule["judge"].removeprefix("agents."), len("agents."))
            yield from _templates(rule.get("expr"), (*at, index, "expr"))
    elif key not in ("schema", "name", "description", "message"):
        yield from _templates(value, at)


def _uses(value: str, at: Path) -> Iterator[Site]:
    room, dot, name = value.partition(".")
    if room in ("agents", "imports"):
        yield Site({"agents": "agent", "imports": "import"}[room], at, name, len(room) + len(dot))
    else:
        yield Site("skill", at, value.partition("@")[0])


def _templates(value: Any, at: Path) -> Iterator[Site]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _templates(part, (*at, key))
    elif isinstance(value, str) and "{{" in value:
        for what, pattern in _IN_TEMPLATES.items():
            for match in (one for part in _CODE.finditer(value) for one in pattern.finditer(value, *part.span())):
                group = match.lastindex or 1
                yield Site(what, at, match[group], match.start(group))
