"""A small world for engine tests: real compiler, real journal on SQLite in memory, skills that are plain functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.pinned import pinned_catalogue, pinned_sources
from flujo.core.errors import BlueprintInvalid, SkillError
from flujo.core.ids import RunId
from flujo.core.ports import Skill, SkillSpec
from flujo.core.values import canonical_bytes
from flujo.engine.dispatch import Tools
from flujo.engine.execution import Engine, Reply
from flujo.engine.fold import fold
from flujo.engine.places import nodes_by_address
from flujo.engine.secrecy import Confidence
from flujo.policies import policies
from flujo.steps import kinds
from flujo.stores.sqlite import SqliteStore
from flujo.testing.clock import ManualClock

RECOMPILED: dict[bytes, Any] = {}
"""The graph compiled last from what a run pinned: a test asks for the same one again and again."""

ANY = {"type": "object", "properties": {"value": {}}, "required": []}


def spec(name: str, **more: Any) -> SkillSpec:
    return SkillSpec(id=f"t.{name}", summary=name, parameters=ANY, main="value", **more)


class World:
    """Skills, a clock, ids that count, and a store that outlives its engines."""

    def __init__(self, store: SqliteStore | None = None) -> None:
        self.store = store or SqliteStore(None)
        self.clock = ManualClock(jumps=True)
        self.calls: list[str] = []
        self.keys: list[str] = []
        self.plans: dict[str, list[Any]] = {}
        """What `t.plan` does at an address, call by call: a value, or an exception to raise."""
        self._specs = {
            item.id: item
            for item in (
                spec("echo"),
                spec("inc"),
                spec("plan", effect="read"),
                spec("write", effect="write"),
                spec("keyed", effect="write", idempotent="by_key"),
                spec("now"),
                spec("flaky", effect="read"),
                spec("broken", effect="read"),
            )
        }
        self._runs = 0
        self.secrets: dict[str, str] = {}
        self.given: list[Any] = []
        """The arguments of all calls, as the skills got them."""
        self.inputs = True
        """Whether views have the inputs of steps, which takes a replay."""
        self.loop: Callable[[], asyncio.AbstractEventLoop] | None = None
        self.die: Callable[[str], None] = lambda address: None

    # the ports Catalogue, Skills and Ids

    @property
    def kinds(self) -> Any:
        return kinds()

    def skill(self, id: str) -> SkillSpec | None:
        return self._specs.get(id) or (SkillSpec("core.pass", "pass", ANY, main="value") if id == "core.pass" else None)

    def skill_ids(self) -> Any:
        return self._specs

    def load(self, id: str) -> Skill:
        def call(arguments: Any, context: Any) -> Any:
            self.calls.append(context.address)
            self.keys.append(context.key)
            self.given.append(arguments.get("value"))
            self.die(context.address)
            value = arguments.get("value")
            match id:
                case "t.inc":
                    return (value or 0) + 1
                case "t.plan":
                    planned = self.plans[context.address].pop(0)
                    if isinstance(planned, Exception):
                        raise planned
                    return planned
                case "t.flaky" if self.calls.count(context.address) == 1:
                    raise fails("the first time", "connection")
                case "t.broken":
                    raise fails("broken as ever")
                case "t.now":
                    return [context.draw("now"), context.draw("uuid"), context.draw("random")]
            return value

        return Skill(self.skill(id), call, inline=True)

    def read(self, path: str) -> str:
        raise AssertionError(path)

    def run_id(self) -> RunId:
        self._runs += 1
        return RunId(f"run-{self._runs}")

    def seed(self) -> str:
        return "seed"

    # driving

    def engine(self) -> Engine:
        tools = Tools(kinds(), self, self.clock, Path("/nowhere"), policies(), None, Confidence(self.secrets))
        return Engine(self.store, tools, self, self.recompile, "0")

    def recompile(self, pinned: Any) -> Any:
        known = canonical_bytes(pinned)
        if known not in RECOMPILED:
            RECOMPILED.clear()
            RECOMPILED[known] = self._recompiled(pinned)
        return RECOMPILED[known]

    def _recompiled(self, pinned: Any) -> Any:
        compiled = compile_blueprint(
            pinned["source"], pinned["name"], pinned_sources(pinned), pinned_catalogue(pinned, kinds())
        )
        if compiled.graph is None:
            raise BlueprintInvalid(compiled.diagnostics)
        return compiled.graph

    def graph(self, text: str) -> Any:
        compiled = compile_blueprint('version: "0.1"\n' + text, "test.yaml", self, self)
        assert compiled.graph is not None, [item.to_json() for item in compiled.diagnostics]
        return compiled.graph

    def run(self, work: Any) -> Any:
        with asyncio.Runner(loop_factory=self.loop) as runner:
            return runner.run(work)

    def start(self, text: str, input: Any = None) -> Any:
        return self.view(self.run(self.engine().start(self.graph(text), input)))

    def resume(self, run: str, answer: Any = None, task: str | None = None) -> Any:
        reply = None
        if answer is not None:
            reply = Reply(task or self.store.tasks(RunId(run))[0].task, answer, "tester")
        self.run(self.engine().resume(RunId(run), reply))
        return self.view(run)

    def redrive(self, run: str) -> Any:
        self.run(self.engine().redrive(RunId(run)))
        return self.view(run)

    def replay(self, run: str) -> Any:
        return self.run(self.engine().replay(RunId(run)))

    def view(self, run: str) -> Any:
        engine = self.engine()
        nodes = nodes_by_address(engine.graph(RunId(run)).root)
        arguments = self.replay(run).arguments if self.inputs else {}
        return fold(RunId(run), engine.events(RunId(run)), nodes, arguments)

    def types(self, run: str) -> list[str]:
        return [f"{row.type} {row.address}".strip() for row in self.store.index(RunId(run))]


def fails(message: str = "no", retry: str = "other") -> SkillError:
    return SkillError(message, retry=retry)
