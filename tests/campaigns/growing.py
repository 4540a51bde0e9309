"""Blueprints grown from the grammar of the language: valid by construction, with all kinds and the fields of steps.

They use the skills, files and imports of `tests/blueprints/conftest.py`. Mappings with fixed keys are `Closed`, texts
with templates are `Template`: that is where `planting` puts its faults. Long because each kind and field has its rule.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

SHAPES = ("conditional", "parallel", "map", "loop", "hitl", "wait", "state_machine", "router", "chat")
WORDS = (
    "alpha",
    "beta 2",
    "yes",
    "null",
    "1.50",
    "- dash",
    "a: b",
    "it's",
    'say "hi"',
    "é ☃",
    "# no comment",
    "",
    "100%",
)
LINES = ("first line", "  - indented: {x}", "", "last 'line'", "tail\t# tab", "\\d+ \\n")
TIMES = ("500ms", "30s", "5m", "2h", "7d", "1.5s")


class Closed(dict[str, Any]):
    """A mapping that has the keys of its `shape` and no others."""

    def __init__(self, shape: str, entries: dict[str, Any]) -> None:
        super().__init__(entries)
        self.shape = shape


class Template(str):
    """A text with a template in it."""

    __slots__ = ()


class Scope:
    """The expressions that can be read at a place, by type."""

    def __init__(self, **known: list[str]) -> None:
        self.known: dict[str, list[str]] = {"text": [], "number": [], "list": [], "flag": [], "any": []}
        self.add(**known)

    def add(self, **known: list[str]) -> Scope:
        """Add expressions; return this scope."""
        for kind, names in known.items():
            self.known[kind] = self.known[kind] + names
        return self

    def inner(self, **known: list[str]) -> Scope:
        """Return a scope that has these expressions too."""
        return Scope(**self.known).add(**known)


class Grower:
    """Grows one blueprint."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._names = 0
        self._steps = 0
        self._sets = 0
        self._in_undo = False
        self._has = {part: chance.random() < 0.6 for part in ("agents", "imports", "secrets")}
        self._most = chance.choice((1, 2, 4, 4, 8, 8, 24))
        self._start = Scope(any=["run.id", "now()"], text=["run.id"])

    def blueprint(self) -> Closed:
        """Return a blueprint as data."""
        top: dict[str, Any] = {"version": self._pick("0.1", 0.1)}
        if self._maybe():
            top["name"] = self._pick("flow", "größe", "a-b_c")
        if self._maybe():
            top["description"] = self._words()
        self._read_inputs(top)
        top["context"] = {"seen": 0, "who": self._words(), "deep": {"list": [1, 2], "flag": True}}
        self._start.add(number=["context.seen"], text=["context.who"], list=["context.deep.list"], any=["context"])
        self._start.add(flag=["context.deep.flag"])
        if self._has["agents"]:
            top["agents"] = {name: self._agent() for name in ("sorter", "judge-1")}
        if self._has["secrets"]:
            top["secrets"] = ["TOKEN", "API_KEY"]
        if self._maybe(0.2):
            top["timeout"] = "30d"
        if self._maybe(0.2):
            top["defaults"] = self._defaults()
        scope = self._start.inner()
        steps = self._list(3, scope)
        if self._has["imports"]:
            # what is imported and not used is told, though it is no error
            top["imports"] = {"greet": self._pick("parts/greet.yaml", Closed("import", {"path": "parts/greet.yaml"}))}
        for key in self._shuffled(["context", "agents", "imports", "secrets", "defaults"], 0.2):
            if key in top:
                top[key] = top.pop(key)
        top["steps"] = steps
        if self._maybe(0.4):
            top["output"] = self._value(scope, 2)
        for number in range(self._sets):
            top["context"][f"c{number}"] = 0
        return Closed("top", top)

    def _read_inputs(self, top: dict[str, Any]) -> None:
        start = self._start
        if self._maybe(0.3):
            start.add(text=["input"], any=["input"])
            return
        short = {"t": "string", "n": {"type": "integer", "default": 3}, "l": {"type": "array"}, "f": "boolean"}
        top["inputs"] = self._pick(short, {"type": "object", "properties": {**short, "t": {"type": "string"},
                                   "f": {"type": "boolean"}}, "required": ["t"]})  # fmt: skip
        start.add(text=["input.t"], number=["input.n"], list=["input.l"], flag=["input.f"], any=["input"])

    def _agent(self) -> Closed:
        fields = {
            "model": "fake/echo",
            "system_prompt": self._pick("Sort it.\nBe brief.", Closed("prompt", {"file": "prompts/sort.md"})),
            "output_schema": {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"]},
            "temperature": self._pick(0, 0.5, 1),
            "max_tokens": self._chance.randint(1, 9999),
            "seed": 7,
            "settings": {"top_p": 0.9},
        }
        return Closed("agent", {"model": fields["model"]} | self._some(fields))

    def _defaults(self) -> Closed:
        fields = {"model": "fake/echo", "retry": 2, "timeout": "1m", "on_error": "fail"}
        return Closed("defaults", self._some(fields) or {"timeout": "1m"})

    # --- texts and templates

    def _pick(self, *options: Any) -> Any:
        return self._chance.choice(options)

    def _maybe(self, share: float = 0.25) -> bool:
        return self._chance.random() < share

    def _some(self, fields: dict[str, Any], share: float = 0.4) -> dict[str, Any]:
        return {key: fields[key] for key in self._shuffled(list(fields), share)}

    def _shuffled(self, keys: list[str], share: float) -> list[str]:
        chosen = [key for key in keys if self._maybe(share)]
        self._chance.shuffle(chosen)
        return chosen

    def _name(self, word: str) -> str:
        self._names += 1
        return f"{word}{self._names}"

    def _words(self) -> str:
        if self._maybe(0.2):
            lines = [self._pick(*LINES) for _ in range(self._chance.randint(2, 4))]
            return "\n".join([LINES[0], *lines]) + self._pick("", "\n")
        return str(self._pick(*WORDS))

    def expression(self, kind: str, scope: Scope, depth: int = 2) -> str:
        """Return an expression of a type: text, number, list, flag or any."""
        chance = self._chance
        known = scope.known[kind]
        if known and (depth <= 0 or chance.random() < 0.5):
            return chance.choice(known)

        def of(kind: str) -> str:
            return self.expression(kind, scope, depth - 1)

        if depth <= 0:
            return {"text": "'a'", "number": "2", "list": "[1]", "flag": "true", "any": "none"}[kind]
        match kind:
            case "text":
                return self._pick("'word'", f"({of('text')} | upper)", f"({of('text')} ~ {of('any')})",
                                  f"({of('any')} | tojson)",
                                      f"({of('text')} if {of('flag')} else {of('text')})")  # fmt: skip
            case "number":
                return self._pick("3", f"({of('list')} | length)", f"({of('number')} + 1)", f"({of('text')} | length)")
            case "list":
                return self._pick(f"[{of('any')}, {of('any')}]", "range(3)", f"({of('list')} + [1])")
            case "flag":
                return self._pick(f"({of('number')} > {of('number')})", f"({of('text')} == {of('text')})",
                                  f"(not {of('flag')})", f"({of('any')} is mapping)",
                                      f"({of('number')} in {of('list')})")  # fmt: skip
        return of(self._pick("text", "number", "list", "flag"))

    def whole(self, kind: str, scope: Scope) -> Template:
        """Return a template that is one expression."""
        return Template("{{ " + self.expression(kind, scope) + " }}")

    def text(self, scope: Scope) -> str:
        """Return a text, mostly with templates in it."""
        roll = self._chance.random()
        if roll < 0.2:
            return self._words()
        if roll < 0.6:
            return self.whole("text", scope)
        lines = [f"Say {{{{ {self.expression('any', scope)} }}}} now." for _ in range(self._pick(1, 1, 2, 4))]
        if roll > 0.9:
            lines += [f"{{% if {self.expression('flag', scope)} %}}yes{{% else %}}no{{% endif %}}", "end"]
        return Template("\n".join(lines) + self._pick("", "", "\n"))

    def _value(self, scope: Scope, depth: int) -> Any:
        """Return any YAML value with templates in it."""
        roll = self._chance.random()
        if depth > 0 and roll < 0.25:
            return {self._name("k"): self._value(scope, depth - 1) for _ in range(self._pick(1, 2, 3))}
        if depth > 0 and roll < 0.35:
            return [self._value(scope, depth - 1) for _ in range(self._pick(1, 2, 3))]
        return self.text(scope) if roll < 0.75 else self._pick(1, 2.5, True, None, -3, self.whole("any", scope))

    # --- steps

    def _body(self, depth: int, scope: Scope) -> Any:
        """Return a list of steps, or one step."""
        steps = self._list(depth, scope)
        return steps[0] if len(steps) == 1 and self._maybe(0.3) else steps

    def _list(self, depth: int, scope: Scope) -> list[Closed]:
        """Return a list of steps, now and then with `needs`; their results are added to the scope."""
        count = self._chance.randint(1, 2 + depth) if self._steps < self._most else 1
        is_dag = count > 1 and depth > 0 and self._maybe(0.15)
        before, steps, names = scope.inner(), [], []
        for number in range(count):
            chosen = sorted(set(self._chance.choices(names, k=2))) if names and number else []
            own = before.inner(any=[f"steps.{name}.output" for name in chosen]) if is_dag else scope
            step = self._step(depth, own)
            if is_dag and chosen:
                step["needs"] = chosen if len(chosen) > 1 or self._maybe() else chosen[0]
            steps.append(step)
            if "name" in step:
                names.append(step["name"])
                scope.add(any=[f"steps.{step['name']}.output"], text=[f"steps.{step['name']}.status"])
            if step.get("kind") == "hitl" and not is_dag:
                scope.add(any=["answer"])
        return steps

    def _step(self, depth: int, scope: Scope) -> Closed:
        self._steps += 1
        shape = self._pick(*SHAPES) if depth > 0 and self._steps < self._most and self._maybe(0.6) else "step"
        if shape in ("router", "chat") and not self._has["agents"]:
            shape = "parallel"
        if self._in_undo and shape in ("hitl", "wait"):
            shape = "step"
        makers: dict[str, Callable[[int, Scope], dict[str, Any]]] = {
            "conditional": self._conditional, "parallel": self._parallel, "map": self._map, "loop": self._loop,
            "hitl": self._hitl, "wait": self._wait, "state_machine": self._machine, "router": self._router,
            "chat": self._chat,
        }  # fmt: skip
        own = self._call(scope) if shape == "step" else makers[shape](depth - 1, scope)
        entries = own if "name" in own else {"name": self._name(shape[0])} | own
        if self._steps < self._most:
            entries |= self._fields(entries, depth, scope)
        keys = list(entries)
        if self._maybe(0.2):
            self._chance.shuffle(keys)
        return Closed(str(entries.get("kind", "step")), {key: entries[key] for key in keys})

    def _fields(self, own: dict[str, Any], depth: int, scope: Scope) -> dict[str, Any]:
        """Return some of the fields that every step may have."""
        kind = own.get("kind", "step")
        is_call = kind == "step" and own.get("uses") != "imports.greet"
        makers: dict[str, Callable[[], Any]] = {
            "description": self._words,
            "when": lambda: self._pick(self.whole("flag", scope), True),
            "timeout": lambda: self._pick(*TIMES),
            "on_error": lambda: self._on_error(depth, scope),
            "set": lambda: self._set(scope),
        }
        if kind not in ("hitl", "wait"):
            makers["retry"] = self._retry
            if not self._in_undo:
                makers["undo"] = self._undo
        if is_call:
            makers |= {"verify": lambda: self._verify(scope), "approval": lambda: self._approval(scope)}
            if not str(own.get("uses", "")).startswith(("files.", "mail.", "http.")):
                makers["cache"] = lambda: self._pick(True, Closed("cache", {"ttl": "1h", "key": self.text(scope)}))
        if "input" not in own and not {"uses", "with"} <= own.keys() and kind not in ("hitl", "wait"):
            makers["input"] = lambda: self.text(scope)
        return {key: makers[key]() for key in self._shuffled(list(makers), 0.12) if key not in own}

    def _call(self, scope: Scope) -> dict[str, Any]:
        text, maybe = self.text, self._some
        calls: list[Callable[[], dict[str, Any]]] = [
            lambda: {"input": self._value(scope, 2)},
            lambda: {"set": self._set(scope)},
            lambda: {"uses": "core.pass", "with": {"value": self._value(scope, 2)}},
            lambda: {"uses": "text.upper", "with": {"text": text(scope)}},
            lambda: {"uses": "text.upper", "input": text(scope)},
            lambda: {"uses": "table.parse_csv", "with": {"text": text(scope)} | maybe({"types": False})},
            lambda: {"uses": "table.top", "with": {"rows": self.whole("list", scope), "count": 3}
                | maybe({"order": "up"})},
            lambda: {"uses": "files.read", "with": {"path": "in/a.txt"}},
            lambda: {"uses": "files.write", "with": {"path": "out.txt", "content": text(scope)}},
            lambda: {"uses": "files.append", "with": {"path": "out.txt", "content": text(scope)},
                     "approval": self._approval(scope)},
            lambda: {"uses": "mail.send", "with": {"text": text(scope)}, "idempotency_key": Template("{{ run.id }}-1")},
            lambda: {"uses": "files.delete", "with": {"path": "old.txt"}, "approval": "required"},
        ]  # fmt: skip
        if self._has["secrets"] and not self._in_undo:
            header = {"Authorization": Template("Bearer {{ secrets.TOKEN }}")}
            calls.append(lambda: {"uses": "http.get", "with": {"url": "https://a.example", "headers": header}})
        if self._has["agents"]:
            calls.append(lambda: {"uses": "agents.sorter", "input": text(scope)})
            calls.append(
                lambda: {"uses": "agents.judge-1", "with": {"input": text(scope), "more": self._value(scope, 1)}}
            )
        if self._has["imports"]:
            calls.append(
                lambda: {"uses": "imports.greet", "with": {"name": self.whole("text", scope)} | maybe({"times": 2})}
            )
        return self._chance.choice(calls)()

    # --- fields

    def _set(self, scope: Scope) -> dict[str, Any]:
        self._sets += 1
        return {self._pick("", "context.") + f"c{self._sets - 1}": self._value(scope, 1)}

    def _retry(self) -> Any:
        fields = {"attempts": 3, "on": ["timeout", "any"], "backoff": "linear", "delay": "1s", "max_delay": "1m",
                  "jitter": True, "max_time": "5m"}  # fmt: skip
        return self._pick(3, Closed("retry", self._some(fields)))

    def _on_error(self, depth: int, scope: Scope) -> Any:
        caught = scope.inner(text=["error.message", "error.code"], any=["error", "this"])
        return self._pick("fail", "continue", Closed("catch", {"steps": self._body(0, caught)}))

    def _undo(self) -> Closed:
        self._in_undo, before = True, self._in_undo
        scope = Scope(any=["this", "output", "context"], text=["run.id"], number=["context.seen"])
        call = self._call(scope)
        if self._maybe(0.4):
            undo = {"steps": self._body(0, scope)}
        else:
            undo = {key: call[key] for key in call if key not in ("set",)}
            undo = undo or {"input": "undone"}
        self._in_undo = before
        return Closed("undo", undo | self._some({"on": "rollback"}))

    def _approval(self, scope: Scope) -> Any:
        fields = {"message": self.text(scope), "by": self._pick("ann", ["ann", "bob"]), "expires": "1d"}
        return self._pick("required", Closed("approval", self._some(fields)))

    def _verify(self, scope: Scope) -> list[Closed]:
        seen = scope.inner(any=["value"])
        rules = [
            {"schema": {"type": ["object", "string", "array", "null", "number", "boolean"]}, "message": "no"},
            {"expr": self.whole("flag", seen)},
            {"uses": "core.pass", "with": {"value": self.whole("any", seen)}},
        ]
        if self._has["agents"]:
            rules.append({"judge": "agents.judge-1", "min_score": 0.5})
        return [Closed("rule", rule) for rule in self._chance.sample(rules, self._pick(1, 2))]

    # --- kinds with steps in them

    def _branches(self, depth: int, scope: Scope) -> dict[str, Any]:
        return {self._name("b"): self._body(depth, scope.inner()) for _ in range(self._pick(2, 2, 3))}

    def _conditional(self, depth: int, scope: Scope) -> dict[str, Any]:
        if self._maybe(0.6):
            keys = ["true", "false"]
            condition: Any = self.whole("flag", scope)
        else:
            keys, condition = ["low", "high", "in between"], self.whole("text", scope)
        branches = {key: self._body(depth, scope.inner()) for key in keys}
        more = self._some({"default_branch": self._pick(*keys)})
        return {"kind": "conditional", "condition": condition, "branches": branches, **more}

    def _parallel(self, depth: int, scope: Scope) -> dict[str, Any]:
        fields = {"join": self._pick("all", "any", 2), "on_branch_failure": "ignore", "max_concurrency": 2,
                  "merge": self._pick("strict", "last", "none"), "reduce": self._reduce(scope)}  # fmt: skip
        return {"kind": "parallel", "branches": self._branches(depth, scope), **self._some(fields)}

    def _router(self, depth: int, scope: Scope) -> dict[str, Any]:
        fields = {"with": {"input": self.text(scope)}, "on_branch_failure": "fail", "reduce": self._reduce(scope)}
        return {
            "kind": "router",
            "uses": "agents.sorter",
            "branches": self._branches(depth, scope),
            **self._some(fields),
        }

    def _reduce(self, scope: Scope) -> Any:
        words = ("concat", "sum", "merge", "first", "last", "majority", "core.pass", {"uses": "core.pass"})
        return self._pick(*words, self.whole("list", scope.inner(list=["results"])))

    def _map(self, depth: int, scope: Scope) -> dict[str, Any]:
        over = self._pick(self.whole("list", scope), [1, "two", None], {"a": 1, "b": self.whole("any", scope)})
        fields = {"max_concurrency": 3, "batch": 10, "tolerate": self._pick(1, "20%"), "reduce": self._reduce(scope)}
        steps = self._body(depth, scope.inner(any=["item"], number=["index"]))
        return {"kind": "map", "over": over, "steps": steps, "merge": self._pick("last", "none"), **self._some(fields)}

    def _loop(self, depth: int, scope: Scope) -> dict[str, Any]:
        within = scope.inner(number=["loop.index"], flag=["loop.first"], any=["loop.previous"])
        steps = self._body(depth, within)
        seen = scope.inner(number=["loop.index"], any=["previous"])
        fields = {"until": self.whole("flag", seen), "while": self.whole("flag", seen), "init": self.text(scope),
                  "next_input": self.text(seen), "output": self._value(seen, 1), "on_max": "continue"}  # fmt: skip
        return {"kind": "loop", "max": self._pick(1, 5, 1000), "steps": steps, **self._some(fields)}

    def _chat(self, depth: int, scope: Scope) -> dict[str, Any]:
        speaks = Closed("step", {"name": self._name("s"), "uses": "agents.sorter"})
        fields = {"history": Closed("history", {"strategy": "truncate_turns", "max_turns": 3}),
                  "ai_turn_source": self._pick("last", "all_agents"), "user_turn_sources": ["hitl", speaks["name"]],
                  "history_template": Template("{{ history | tojson }}")}  # fmt: skip
        return {"kind": "loop", "conversation": True, "max": 3, "steps": [speaks], **self._some(fields)}

    def _hitl(self, depth: int, scope: Scope) -> dict[str, Any]:
        answer = self._pick({}, {"choices": ["yes", "no"]}, {"schema": {"type": "string"}})
        fields = {"show": {"what": self.text(scope)}, "sink_to": f"context.c{self._sets}", "quorum": 2,
                  "to": self._pick("ann", self.whole("text", scope)), "on_timeout": "fail"}  # fmt: skip
        self._sets += 1
        if self._maybe(0.3):
            given = self._pick({"answer": "yes"}, {"steps": self._body(0, scope.inner())})
            answer = answer | {"timeout": "1d", "on_timeout": given}
        return {"kind": "hitl", "message": self.text(scope) or "go on?", **(self._some(fields) | answer)}

    def _wait(self, depth: int, scope: Scope) -> dict[str, Any]:
        event = {"event": "paid", "match": self.whole("flag", scope.inner(any=["event"]))}
        until = {"until": Template("{{ now() }}")}
        return {"kind": "wait", **self._pick({"for": self._pick(*TIMES)}, until, event, {"event": "paid"})}

    def _machine(self, depth: int, scope: Scope) -> dict[str, Any]:
        names = [self._name("state") for _ in range(self._pick(2, 3))]
        inside = scope.inner(any=["loop.previous"], number=["loop.index"])
        states = {name: self._body(depth, inside.inner()) for name in names}
        ways: list[dict[str, Any]] = []
        for one, other in pairwise(names):
            if self._maybe(0.4):
                ways.append({"from": one, "when": self.whole("flag", inside), "to": self._pick(*names)})
            ways.append({"from": one, "to": other} | self._some({"on": "success"}))
        if self._maybe():
            ways.append({"from": self._pick("*", names[0]), "on": "failure", "to": names[-1]})
        transitions = [Closed("transition", way) for way in ways]
        more = self._some({"ends": self._pick(names[-1], [names[-1]])})
        return {
            "kind": "state_machine",
            "start": names[0],
            "states": states,
            "transitions": transitions,
            "max": 9,
            **more,
        }
