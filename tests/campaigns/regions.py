"""Crash campaign over regions: random nested blueprints, SIGKILL at random moments and right before and after commits.

For each shape a blueprint is made from the seed: chains, parallels, maps, loops, questions, catches and retries inside
each other. An undisturbed run says what the output must be. Then runs are killed and resumed, over and over: the output
must be the same, no step whose end was in the journal at the moment of the kill may start again, and the run must
replay byte-equal.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flujo.app import App, RawInput, RunOptions, open_app
from flujo.engine.past import Past
from tests.campaigns.crash import Moment, _marks, in_memory
from tests.campaigns.places import OnSqlite

SKILL = '''
"""Marks what really runs."""
import os
import time

from flujo import SkillContext, SkillError, skill


def note(word: str, ctx: SkillContext) -> None:
    file = os.open("marks.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{word} {ctx.address}\\n".encode())
    os.close(file)


def work() -> None:
    until = time.perf_counter() + 0.001
    while time.perf_counter() < until:
        pass


@skill(effect="read")
def mark(value: int, ctx: SkillContext) -> int:
    """Mark the start and the end of a call, and work for a moment in between."""
    note("start", ctx)
    work()
    note("end", ctx)
    return (value if isinstance(value, int) else 0) % 1000 + 1


@skill(effect="write", idempotent="by_key")
def keyed(value: int, ctx: SkillContext) -> int:
    """Write with a key the receiver knows."""
    note("start", ctx)
    with open("effects.txt", "a") as file:
        file.write(f"{ctx.key}\\n")
    note("end", ctx)
    return (value if isinstance(value, int) else 0) % 1000 + 2


@skill(effect="read")
def flaky(value: int, ctx: SkillContext) -> int:
    """Fail the first time it is called at an address."""
    note("start", ctx)
    calls = open("marks.txt").read().count(f"start {ctx.address}\\n")
    note("end", ctx)
    if calls == 1:
        raise SkillError("the first time", retry="connection")
    return 7


@skill(effect="read")
def broken(value: int, ctx: SkillContext) -> int:
    """Fail always."""
    note("start", ctx)
    note("end", ctx)
    raise SkillError("broken as ever")
'''

SHAPES = ("chain", "parallel", "map", "loop", "hitl", "catch", "retry")


class Blueprint:
    """A random blueprint whose outermost step is of a given shape."""

    def __init__(self, chance: random.Random, shape: str) -> None:
        self._chance = chance
        self._count = 0
        step = {"name": "first", "uses": "marks.mark", "with": {"value": 1}}
        self.document: dict[str, Any] = {
            "version": "0.1",
            "name": "random",
            "context": {"seen": 0},
            "steps": [step, self._step(shape, 2), {"name": "last", "uses": "marks.mark", "with": {"value": 3}}],
        }
        self.document["output"] = {"region": "{{ steps['" + self.document["steps"][1]["name"] + "'].output }}"}

    def _name(self, word: str) -> str:
        self._count += 1
        return f"{word}{self._count}"

    def _body(self, depth: int) -> list[dict[str, Any]]:
        return [self._step(self._shape(depth), depth - 1) for _ in range(self._chance.randint(1, 2))]

    def _shape(self, depth: int) -> str:
        leaves = ("leaf", "leaf", "keyed", "flaky")
        return self._chance.choice((*SHAPES, *leaves) if depth > 0 else leaves)

    def _step(self, shape: str, depth: int) -> dict[str, Any]:
        name = self._name(shape)
        count = self._chance.randint(2, 3)
        match shape:
            case "parallel":
                branches = {f"b{number}": self._body(depth) for number in range(count)}
                return {"kind": "parallel", "name": name, "merge": "last", "branches": branches}
            case "map":
                over = list(range(count))
                return {"kind": "map", "name": name, "over": over, "merge": "last", "steps": self._body(depth)}
            case "loop":
                return {"kind": "loop", "name": name, "max": count, "steps": self._body(depth)}
            case "hitl":
                return {"kind": "hitl", "name": name, "message": "go on?", "choices": ["yes", "no"]}
            case "catch":
                handler = [{"name": self._name("handler"), "uses": "marks.mark", "with": {"value": 5}}]
                return {"name": name, "uses": "marks.broken", "with": {"value": 0}, "on_error": {"steps": handler}}
            case "retry":
                inner = {"kind": "map", "name": name, "over": [1, 2], "retry": {"attempts": 4, "delay": "1ms"}}
                return {**inner, "steps": [{"name": self._name("f"), "uses": "marks.flaky", "with": {"value": 0}}]}
            case "chain":
                return {"kind": "conditional", "name": name, "condition": True, "branches": {"true": self._body(depth)}}
            case "flaky":
                retry = {"attempts": 3, "delay": "1ms"}
                return {"name": name, "uses": "marks.flaky", "with": {"value": 0}, "retry": retry}
            case "keyed":
                return {"name": name, "uses": "marks.keyed", "with": {"value": 2}}
        return {"name": name, "uses": "marks.mark", "with": {"value": 4}}


@dataclass
class Row:
    """The figures of one shape."""

    kills: int = 0
    inside_a_step: int = 0
    at_a_commit: int = 0
    lost: int = 0
    repeated: int = 0
    wrong: int = 0
    diverged: int = 0


@dataclass
class Tally:
    """What a campaign found, by shape."""

    rows: dict[str, Row] = field(default_factory=lambda: {shape: Row() for shape in SHAPES})
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise held."""
        return not any(row.lost or row.repeated or row.wrong or row.diverged for row in self.rows.values())

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        lines = [
            "| shape | kills | inside a step | at a commit | lost | recorded steps run again | wrong | diverged |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for shape, row in self.rows.items():
            cells = [row.kills, row.inside_a_step, row.at_a_commit, row.lost, row.repeated, row.wrong, row.diverged]
            lines.append(f"| {shape} | " + " | ".join(str(cell) for cell in cells) + " |")
        return "\n".join(lines)


@contextmanager
def without_lookup() -> Any:
    """Remove the lookup of recorded results."""
    kept, Past.ended = Past.ended, lambda self, address: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Past.ended = kept  # type: ignore[method-assign]


@contextmanager
def without_decisions() -> Any:
    """Let no finished region be skipped: its decision is not read."""
    kept = Past.ended

    def ended(self: Past, address: Any) -> Any:
        row = kept(self, address)
        return None if row is not None and row.type == "region_finished" else row

    Past.ended = ended  # type: ignore[method-assign]
    try:
        yield
    finally:
        Past.ended = kept  # type: ignore[method-assign]


@contextmanager
def nothing_off() -> Any:
    """Change nothing."""
    yield


MUTANTS = {"": nothing_off, "lookup": without_lookup, "decision": without_decisions}


def run(count: int, seed: int, mutant: str = "") -> Tally:
    """Kill `count` runs of each shape at moments drawn from `seed`; with a `mutant` a mechanism is switched off."""
    tally = Tally()
    with (
        tempfile.TemporaryDirectory(prefix="flujo-regions-", dir=in_memory()) as folder,
        MUTANTS[mutant](),
    ):
        for shape in SHAPES:
            chance = random.Random(f"{seed} {shape}")
            for start in range(0, count, 25):
                base = Path(folder) / f"{shape}-{start}"
                trial = Trial(base, Blueprint(chance, shape).document)
                for _ in range(min(25, count - start)):
                    trial.kill(chance, tally, shape)
                shutil.rmtree(base)
    return tally


class Trial:
    """One blueprint, run undisturbed once and then killed many times."""

    def __init__(self, base: Path, document: dict[str, Any]) -> None:
        self._base = base
        project = base / "project"
        (project / "skills").mkdir(parents=True)
        (project / "flujo.toml").write_text('[project]\nname = "regions"\n')
        (project / "skills" / "marks.py").write_text(SKILL)
        (project / "random.yaml").write_text(_yaml(document))
        with open_app(project, {}) as app:
            app.lock_skills()
            app.graph(str(project / "random.yaml"))
        whole = base / "whole"
        shutil.copytree(project, whole)
        os.chdir(whole)
        commits: list[int] = []
        began = time.perf_counter()
        with open_app(whole, {}) as app:
            _count_commits(app, commits.append)
            self._expected = _drive(app, None).output
        self._seconds = time.perf_counter() - began
        self._commits = len(commits)
        self._marks = len(_marks(whole))

    def kill(self, chance: random.Random, tally: Tally, shape: str) -> None:
        """Kill one run, resume it, and compare."""
        row = tally.rows[shape]
        project = self._base / "run"
        shutil.copytree(self._base / "project", project)
        os.chdir(project)
        at = chance.choice([0, chance.randint(1, self._commits)])
        row.at_a_commit += bool(at)
        moment = Moment(chance.uniform(0, self._seconds), chance.randint(1, self._marks))
        _killed(project, moment, at, chance.random() < 0.5)
        row.kills += 1
        marks = _marks(project)
        words = Counter(word[0] for word in marks)
        row.inside_a_step += words["start"] > words["end"]
        rows = OnSqlite("full").rows(project)
        recorded = {address for kind, address, _ in rows if kind == "step_completed"}
        with open_app(project, {}) as app:
            runs = app.runs()
            view = app.view(runs[0].run, inputs=False) if runs and rows else None
            if view is None or view.status != "completed":
                view = _drive(app, None if view is None else view.run_id)
            self._judge(app, view, row, tally, shape)
        again = [word for word in _marks(project)[len(marks) :] if word[0] == "start" and word[1] in recorded]
        row.repeated += bool(again)
        shutil.rmtree(project)

    def _judge(self, app: App, view: Any, row: Row, tally: Tally, shape: str) -> None:
        if view.status != "completed":
            row.lost += 1
            tally.notes.append(f"{shape}: {view.status} {view.error}")
        elif view.output != self._expected:
            row.wrong += 1
            tally.notes.append(f"{shape}: {view.output} is not {self._expected}")
        else:
            replay = app.replay(view.run_id)
            if not replay.equal:
                row.diverged += 1
                tally.notes.append(f"{shape}: {replay.differences[0]}")


def _drive(app: App, run_id: str | None) -> Any:
    options = RunOptions(ask=lambda task: "yes")
    if run_id is None:
        graph = app.graph(str(app.root / "random.yaml"))
        return app.start_run(graph, app.input_value(graph, RawInput()), options)
    return app.resume(run_id, options=options)


def _count_commits(app: App, commit: Callable[[int], None], before: Callable[[int], None] | None = None) -> None:
    """Tell of each commit with its number, before and after it is made."""
    append, number = app.store.append_all, 0

    def counted(*arguments: Any) -> None:
        nonlocal number
        number += 1
        if before:
            before(number)
        append(*arguments)
        commit(number)

    app.store.append_all = counted  # type: ignore[method-assign]


def _killed(project: Path, moment: Moment, at: int, before: bool) -> None:
    """Run in a child of this warm process and kill it: at a moment, or at a commit by itself."""

    def die(number: int) -> None:
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            with open_app(project, {}) as app:
                _count_commits(app, (lambda number: None) if before else die, die if before else None)
                _drive(app, None)
        finally:
            os._exit(0)
    if not at:
        moment.wait(project / "marks.txt")
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _yaml(document: dict[str, Any]) -> str:
    import json

    return json.dumps(document)
