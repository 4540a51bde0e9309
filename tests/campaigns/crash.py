"""Crash campaign: SIGKILL a run at random moments, resume it, and compare with the run that nobody disturbed.

The parent has everything imported and forks a child for each run (`fork from a warm parent`). The project's skill marks
the start and the end of each of its calls in a file of its own, so that what really ran is known from outside the
journal. Checked after each kill and resume: the run completes with the output of the undisturbed run, and no step whose
end was in the journal at the moment of the kill was started again.
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
from dataclasses import dataclass, field
from pathlib import Path

from flujo.app import App, RawInput, RunOptions, open_app
from flujo.engine.past import Past
from tests.campaigns.places import Place, place

SKILL = '''
"""Marks what really runs."""
import os
import time
from pathlib import Path

from flujo import SkillContext, skill


@skill(effect="read")
def mark(number: int, ctx: SkillContext) -> int:
    """Mark the start and the end of a call, and work for a moment in between."""
    file = os.open("marks.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"start {ctx.address}\\n".encode())
    until = time.perf_counter() + 0.002
    while time.perf_counter() < until:
        pass
    os.write(file, f"end {ctx.address}\\n".encode())
    os.close(file)
    return number + 1


@skill(effect="write", idempotent="by_key")
def keyed(number: int, ctx: SkillContext) -> int:
    """Write with a key the receiver knows."""
    file = os.open("marks.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"start {ctx.address}\\n".encode())
    Path("effects.txt").open("a").write(f"{ctx.key}\\n")
    os.write(file, f"end {ctx.address}\\n".encode())
    os.close(file)
    return number + 1
'''

CHAIN = """\
version: "0.1"
name: crash
context: {seen: 0}
steps:
  - {name: first, uses: marks.mark, with: {number: 0}}
  - {name: a1, uses: marks.mark}
  - {name: a2, uses: marks.mark, set: {seen: "{{ steps.a2.output }}"}}
  - {name: write1, uses: marks.keyed}
  - {name: never, uses: marks.mark, when: "{{ steps.a2.output > 100 }}"}
  - kind: conditional
    name: decide
    condition: "{{ steps.a2.output % 2 == 1 }}"
    branches:
      true:
        - {name: b1, uses: marks.mark}
        - {name: write2, uses: marks.keyed}
        - {name: b2, uses: marks.mark, set: {seen: "{{ context.seen + 10 }}"}}
      false: [{name: c1, uses: marks.mark}]
  - {name: a3, uses: marks.mark}
  - {kind: hitl, name: ask, message: "go on from {{ previous }}?", choices: ["yes", "no"]}
  - {name: a4, uses: marks.mark, with: {number: "{{ steps.a3.output }}"}}
  - {name: a5, uses: marks.mark}
output: {last: "{{ steps.a5.output }}", seen: "{{ context.seen }}", answer: "{{ answer }}", id: "{{ uuid() }}"}
"""


MARKS = 16
"""How many lines an undisturbed run leaves in `marks.txt`, at least."""


@dataclass(frozen=True)
class Moment:
    """When a run is killed: after some seconds, or when so many marks are there and a little more time has passed."""

    seconds: float
    marks: int

    def wait(self, file: Path) -> None:
        """Wait for the moment; of a run that ends before it, for its end at the most."""
        until = time.perf_counter() + (self.seconds if not self.marks else 2.0)
        while time.perf_counter() < until:
            if self.marks and file.exists() and file.read_bytes().count(b"\n") >= self.marks:
                self.marks_met(time.perf_counter())
                return
            time.sleep(0.0002)  # the child needs the processor more

    def marks_met(self, now: float) -> None:
        """Let a moment of at most 3 ms pass, so that the kill falls anywhere in or after the step."""
        while time.perf_counter() < now + self.seconds % 0.003:
            pass


@dataclass
class Tally:
    """What a campaign found."""

    kills: int = 0
    inside_a_step: int = 0
    paused: int = 0
    lost: int = 0
    repeated: int = 0
    wrong: int = 0
    effects_missing: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise held."""
        return not (self.lost or self.repeated or self.wrong or self.effects_missing)

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        cells = [self.kills, self.inside_a_step, self.lost, self.repeated, self.effects_missing, self.wrong]
        return (
            "| kills | inside a step | lost runs | recorded steps run again | effects missing | wrong outputs |\n"
            "|--:|--:|--:|--:|--:|--:|\n|" + "|".join(f" {cell} " for cell in cells) + "|"
        )


def in_memory() -> Path | None:
    """Return a disk in memory, if there is one: a kill ends a process, not the power, so it shows the same."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None


def run(count: int, seed: int, mutant: str = "", store: str = "sqlite") -> Tally:
    """Kill `count` runs at moments drawn from `seed`; with a `mutant` a mechanism is switched off."""
    where, settings = place(store)
    drive = MUTANTS[mutant]
    chance = random.Random(seed)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="flujo-crash-", dir=in_memory()) as folder:
        base = Path(folder) / "base"
        _make_project(base, settings)
        whole, seconds = _undisturbed(base, Path(folder) / "whole", where, drive)
        for _ in range(count):
            project = Path(folder) / "run"
            shutil.copytree(base, project)
            moment = Moment(chance.uniform(0, seconds), chance.choice([0, chance.randint(1, MARKS)]))
            _one(project, where, moment, whole, tally, drive)
            shutil.rmtree(project)
            if tally.notes and len(tally.notes) > 5:
                break
    return tally


def _make_project(base: Path, settings: str = "") -> None:
    (base / "skills").mkdir(parents=True)
    (base / "flujo.toml").write_text(f'[project]\nname = "crash"\n{settings}')
    (base / "skills" / "marks.py").write_text(SKILL)
    (base / "crash.yaml").write_text(CHAIN)
    with open_app(base, {}) as app:
        app.lock_skills()


def drive_on(app: App, run_id: str | None) -> str:
    """Start the run, or go on with it; answer its question; return its status."""
    options = RunOptions(ask=lambda task: "yes")
    if run_id is None:
        graph = app.graph(str(app.root / "crash.yaml"))
        return str(app.start_run(graph, app.input_value(graph, RawInput()), options).status)
    return str(app.resume(run_id, options=options).status)


def without_lookup(app: App, run_id: str | None) -> str:
    """Drive with the lookup of recorded results removed: what is recorded is done again."""
    lookup = Past.ended
    Past.ended = lambda self, address: None  # type: ignore[method-assign]
    try:
        return drive_on(app, run_id)
    finally:
        Past.ended = lookup  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[App, str | None], str]] = {"": drive_on, "lookup": without_lookup}


def _undisturbed(
    base: Path, project: Path, where: Place, drive: Callable[[App, str | None], str]
) -> tuple[object, float]:
    shutil.copytree(base, project)
    os.chdir(project)
    where.empty()
    began = time.perf_counter()
    with where.open(project) as app:
        assert drive(app, None) == "completed"
        seconds = time.perf_counter() - began
        return _result(app), seconds * 1.1


def _result(app: App) -> object:
    view = app.view(app.runs()[0].run, inputs=False)
    return {key: value for key, value in view.output.items() if key != "id"}


def _one(
    project: Path,
    where: Place,
    moment: Moment,
    whole: object,
    tally: Tally,
    drive: Callable[[App, str | None], str],
) -> None:
    os.chdir(project)
    where.empty()
    _killed(project, where, moment, drive)
    tally.kills += 1
    marks = _marks(project)
    count = Counter(word[0] for word in marks)
    tally.inside_a_step += count["start"] > count["end"]
    rows = where.rows(project)
    recorded = {address for kind, address, _ in rows if kind == "step_completed"}
    with where.open(project) as app:
        runs = app.runs()
        if not runs:
            drive(app, None)  # killed before the run had an id: nothing was promised
        elif runs[0].status != "completed":
            if not rows:
                return
            while app.store.is_driven(runs[0].run):
                pass  # a server notices in a moment that the process is dead
            drive(app, runs[0].run)
        view = app.view(app.runs()[0].run, inputs=False)
        if view.status != "completed":
            tally.lost += 1
            tally.notes.append(f"status {view.status}: {view.error}")
        elif _result(app) != whole:
            tally.wrong += 1
            tally.notes.append(f"{_result(app)} is not {whole}")
    again = [word for word in _marks(project)[len(marks) :] if word[0] == "start" and word[1] in recorded]
    tally.repeated += bool(again)
    keys = set((project / "effects.txt").read_text().split())
    tally.effects_missing += len(keys) != 2


def _killed(project: Path, where: Place, moment: Moment, drive: Callable[[App, str | None], str]) -> None:
    child = os.fork()
    if child == 0:
        try:
            with where.open(project) as app:
                drive(app, None)
        finally:
            os._exit(0)
    moment.wait(project / "marks.txt")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _marks(project: Path) -> list[tuple[str, str]]:
    file = project / "marks.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return [tuple(line.split(" ", 1)) for line in lines]
