"""Faults planted into grown blueprints: one each, at a known place, to ask whether it is reported there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from flujo.core.record import dataclass
from flujo.core.spans import Path
from tests.campaigns.growing import Closed, Template
from tests.campaigns.writing import Raw, Writer

WRONG: Final[dict[str, tuple[Any, ...]]] = {
    "kind": ("stap", 3, ["map"], None, "Map"),
    "name": ("no spaces", 3, ["a"], None, "", "1st", "a.b", "x" * 65),
    "description": (3, ["a"], {"a": 1}),
    "when": (3, None, [], {"a": 1}),
    "needs": (3, {"a": 1}, ["nowhere_at_all"], [1]),
    "retry": (0, 101, "often", [3], None, {"attempts": "x"}),
    "attempts": (0, 101, "3", None),
    "timeout": ("soon", 3, "0s", "5 minutes", None, "400d", [1]),
    "ttl": ("soon", 3, None),
    "delay": ("soon", [1], None),
    "on_error": ("ignore", 3, None, [], {"step": []}),
    "cache": ("yes", 3, None, [True]),
    "approval": ("optional", 3, True, None, []),
    "set": (3, [], "context.a", None),
    "verify": ("always", 3, {}, [], [3], [{}], None),
    "undo": ("undo it", 3, [], None, {}),
    "uses": ("no.such_skill", "agents.nobody", "imports.nothing", 3, [], "pkg.module:function"),
    "with": (3, [], "text"),
    "branches": ([], 3, {}, None, "a"),
    "states": ([], 3, {}, None),
    "steps": (3, [], "a", None, [3]),
    "over": (3, "text", None, True),
    "max": (0, "many", None, 2.5, 10**9, [1]),
    "join": ("some", 0, 99, None),
    "merge": ("first", 3, None),
    "tolerate": ("many", -1, "101%", None),
    "batch": (0, "x", []),
    "max_concurrency": (0, "x", 5000, None),
    "on_branch_failure": ("maybe", 3, None),
    "on_max": ("stop", 3, None),
    "reduce": ("average", 3, [], {"with": {}}),
    "message": (3, [], None),
    "choices": ("yes", [], [3], ["a", "a"]),
    "schema": ("string", 3, {"type": "strange"}, {"pattern": "("}, {"$ref": "http://x"}, []),
    "quorum": (0, "x", 1000, None),
    "for": ("soon", 3, None, "0s"),
    "event": (3, "", None),
    "start": ("nowhere", 3, None),
    "to": ("nowhere", 3, None),
    "from": ("nowhere", 3, None),
    "transitions": (3, {}, [3], [{}]),
    "ends": ("nowhere", ["nowhere"], 3),
    "version": (1, "9", None, "0.2", []),
    "agents": (3, [], "a"),
    "imports": (3, [], "a", {"x": 3}, {"x": "nothing.yaml"}),
    "inputs": (3, [], "a"),
    "context": (3, [], "a", {"a": "{{ input }}"}),
    "secrets": (3, {}, ["not a name"], [3], "A"),
    "model": (3, "", [], None),
    "output_schema": (3, {"type": "strange"}, []),
    "temperature": ("hot", -1),
    "max_tokens": ("x", 0),
    "system_prompt": (3, [], {"file": "nothing.md"}, {}),
    "judge": ("nobody", "agents.nobody", 3),
    "min_score": ("x", 2, None),
    "conversation": ("x", 3, None),
    "ai_turn_source": ("x", 3, None),
    "history": (3, "x", {"strategy": "x"}),
    "updates_context": ("yes", 3),
}
"""Values that a key cannot have in any of the mappings that have it; `to` of a question is text, so it is left out."""

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "top": ("version", "steps"),
    "step": ("name",),
    "conditional": ("condition", "branches", "name"),
    "parallel": ("branches", "name"),
    "router": ("branches", "uses", "name"),
    "map": ("over", "steps", "name"),
    "loop": ("max", "steps", "name"),
    "hitl": ("message",),
    "wait": ("name",),
    "state_machine": ("start", "states", "max", "name"),
    "transition": ("from", "to"),
    "catch": ("steps",),
    "import": ("path",),
    "prompt": ("file",),
}
BAD_TEMPLATES: Final = (
    "{{ steps.nowhere.output }}", "{{ nonsense }}", "{{ context.nowhere }}", "{{ run.id | nofilter }}", "{{ 1 + }}",
    "{{ run.id", "{% if %}", "{{ nofunction() }}", "{{ run.nothing }}", "{% include 'x' %}", "{{ run.id is notest }}",
    "{{ 'open }}", "{{ run.id[ }}", "{% for x in [1] %}", "{{ secrets.NOWHERE }}", "{{ imports.x }}",
    "{{ steps['nowhere'].output | upper }}", "{{ run.id.format_map({}) }}", "{% endfor %}",
)  # fmt: skip
RAW: Final = (
    '"not closed', "'not closed", "[1, 2", "{a: 1", "]", "}", "@x", "`x`", "!!python/object:os.system x", "!x y",
    "*nowhere", '"\\q"', "9" * 4301, "1e999", ".nan", ".inf", "-.INF", "{{ input }}", '"a" b', "{a: 1, a: 2}",
    "[a: b: c]", "{[1]: 2}", "&x [*x]", "{<<: {a: 1}}", '"\\0"', '"\\ud800"', "a: b", "%x", "| x", "{a, a}", "\x85",
    "- a", "a\u2028b", "\t- a", "\x07", "{null: 1}", "'a' 'b'", "[a] b", ">9\n x",
)  # fmt: skip
"""Scalars that no blueprint can have, whatever the key."""
IN_LISTS: Final = ("a: b", "- a")
"""Those that an item of a list may be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A text with one fault: what it is, and the lines (first, last) at which it may be told."""

    what: str
    text: str
    lines: tuple[int, int]


Spot = tuple[Path, Any, Any]
"""A path with the collection and the key or index in it."""


class Planter:
    """Plants one fault into a grown blueprint and writes it."""

    def __init__(self, chance: random.Random, document: Closed) -> None:
        self._chance = chance
        self._document = document
        self._spots = list(_spots(document, ()))

    def plant(self) -> Fault:
        """Return the text of the blueprint with one fault."""
        ways: list[Callable[[], tuple[str, Path] | None]] = [
            self._unknown_key, self._wrong_value, self._wrong_value, self._wrong_value, self._missing_key,
            self._bad_template, self._bad_template, self._raw_value, self._raw_value, self._same_name, self._same_key,
            self._bad_key,
        ]  # fmt: skip
        while True:
            planted = self._chance.choice(ways)()
            if planted is not None:
                break
        writer = Writer(self._chance)
        text = writer.write(self._document)
        what, path = planted
        top = min(line for line, _ in writer.lines.values())
        first, last = writer.lines.get(path, (top, top))
        if what.startswith("missing"):
            last = first
        return Fault(what, text, (first, last))

    def _closed(self) -> tuple[Path, Closed]:
        found = [(path, holder[key]) for path, holder, key in self._spots if isinstance(holder[key], Closed)]
        return self._chance.choice([((), self._document), *(one for one in found if one[1])])

    def _unknown_key(self) -> tuple[str, Path]:
        path, mapping = self._closed()
        known = self._chance.choice(list(mapping))
        key = self._chance.choice((known + "x", known[:-1] + "_", "colour", known.upper() + "_", "_" + known))
        entries = list(mapping.items())
        if self._chance.random() < 0.3 and known not in ("steps", "branches", "kind", "uses", "strategy"):
            entries = [(key if one == known else one, value) for one, value in entries]
        else:
            entries.insert(self._chance.randint(0, len(entries)), (key, 1))
        mapping.clear()
        mapping.update(entries)
        return f"unknown key in {mapping.shape}", (*path, key)

    def _wrong_value(self) -> tuple[str, Path] | None:
        path, mapping = self._closed()
        keys = [
            key for key in mapping if key in WRONG and not (key in ("to", "message") and mapping.shape != "transition")
        ]
        if not keys:
            return None
        key = self._chance.choice(keys)
        mapping[key] = self._chance.choice(WRONG[key])
        return f"wrong {key}: {str(mapping[key])[:30]!r}", (*path, key)

    def _missing_key(self) -> tuple[str, Path] | None:
        path, mapping = self._closed()
        keys = [key for key in REQUIRED.get(mapping.shape, ()) if key in mapping]
        if path[-2:] == ("undo", "steps"):
            keys = [key for key in keys if key != "name"]  # one step alone needs none there
        if not keys or len(mapping) < 2:
            return None
        key = self._chance.choice(keys)
        del mapping[key]
        return f"missing {key} in {mapping.shape}", path

    def _bad_template(self) -> tuple[str, Path] | None:
        found = [spot for spot in self._spots if isinstance(spot[1][spot[2]], Template)]
        if not found:
            return None
        path, holder, key = self._chance.choice(found)
        bad = self._chance.choice(BAD_TEMPLATES)
        lines = str(holder[key]).split("\n")
        if len(lines) > 1:
            lines.insert(self._chance.randrange(len(lines)), bad)
            holder[key] = "\n".join(lines)
        else:
            holder[key] = self._chance.choice((bad, f"Say {bad} now", bad + "\n"))
        return f"template {bad}", path

    def _raw_value(self) -> tuple[str, Path] | None:
        found = [spot for spot in self._spots if not isinstance(spot[1][spot[2]], dict | list)]
        path, holder, key = self._chance.choice(found)
        raw = self._chance.choice(RAW if isinstance(holder, dict) else [raw for raw in RAW if raw not in IN_LISTS])
        holder[key] = Raw(raw)
        return f"raw {raw[:30]!r}", path

    def _same_name(self) -> tuple[str, Path] | None:
        named: dict[Path, list[tuple[int, Closed]]] = {}
        for path, holder, key in self._spots:
            if isinstance(holder, list) and isinstance(holder[key], Closed) and "name" in holder[key]:
                named.setdefault(path[:-1], []).append((key, holder[key]))
        lists = [path for path, steps in named.items() if len(steps) > 1]
        if not lists:
            return None
        path = self._chance.choice(lists)
        (_, first), (index, second) = named[path][:2]
        second["name"] = first["name"]
        return "two steps of one name", (*path, index, "name")

    def _same_key(self) -> tuple[str, Path]:
        path, mapping = self._closed()
        key = self._chance.choice(list(mapping))
        again = Raw(f"{key} ")  # another text for Python, the same key in YAML
        mapping[again] = mapping[key]
        return "a key twice", (*path, again)

    def _bad_key(self) -> tuple[str, Path]:
        path, mapping = self._closed()
        key = Raw(
            self._chance.choice(("[1]", "? x", "{{ x }}", "<<", "null", "*nowhere", "!!str x", "{a: 1}", '"open', "@x"))
        )
        mapping[key] = 1
        return f"key {key}", (*path, key)


def _spots(value: Any, path: Path) -> Iterator[Spot]:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield (*path, key), value, key
        if isinstance(value[key], dict | list):
            yield from _spots(value[key], (*path, key))
