"""The same work done by flujo, through its Python App."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.raw import payload
from flujo.app import App, RunOptions, open_app

PYTHON = sys.executable


def chain(count: int) -> str:
    """Return a blueprint of identity steps, each naming the one before it."""
    lines = ['version: "0.1"', "name: bench_chain", "steps:", "  - {name: step_0, uses: core.pass}"]
    for number in range(1, count):
        lines += [
            f"  - name: step_{number}",
            "    uses: core.pass",
            "    retry: 2",
            "    with:",
            f'      value: "{{{{ steps.step_{number - 1}.output }}}}"',
        ]
    return "\n".join(lines) + "\n"


def crowded(nodes: int) -> str:
    """Return a blueprint of one step whose parameter is a list of lists, with about so many nodes."""
    row = "[" + ",".join("0" for _ in range(99)) + "]"
    rows = ",\n".join(row for _ in range(nodes // 100))
    return (
        f'version: "0.1"\nname: bench_crowd\nsteps:\n  - name: a\n    uses: core.pass\n    with: {{value: [{rows}]}}\n'
    )


def validating(folder: Path, text: str) -> float:
    """Return the seconds it takes to load and check a blueprint that is valid."""
    file = folder / "validate.yaml"
    file.write_text(text)
    with open_app(folder, {}) as app:
        before = time.perf_counter()
        found = app.validate(str(file))
        seconds = time.perf_counter() - before
    assert not found, found[0]
    return seconds


def mapped(count: int) -> str:
    """Return a blueprint that maps over small items, each journaled."""
    return (
        'version: "0.1"\nname: bench_map\nsteps:\n  - kind: map\n    name: items\n'
        f'    over: "{{{{ range({count}) }}}}"\n'
        "    max_concurrency: 64\n    steps:\n      - {name: one, uses: core.pass}\n"
    )


SLEEPY = 'version: "0.1"\nname: bench_sleep\nsteps:\n' + "".join(
    f"  - {{name: s{number}, uses: core.sleep, with: {{seconds: 0.01}}}}\n" for number in range(10)
)


class Project:
    """A fresh project with one blueprint, removed at the end; its state is in it, or on the server of a URI."""

    def __init__(self, folder: Path, text: str, durability: str = "full", uri: str = "") -> None:
        self.env = {"FLUJO_STATE_URI": uri}
        self.root = folder / f"project-{time.perf_counter_ns()}"
        self.root.mkdir()
        self.file = self.root / "bench.yaml"
        self.file.write_text(text)
        (self.root / "flujo.toml").write_text(f'[state]\ndurability = "{durability}"\n')

    def __enter__(self) -> App:
        self.app = open_app(self.root, self.env)
        assert self.app.engine  # opened before the clock starts
        return self.app

    def __exit__(self, *_: object) -> None:
        self.app.close()
        shutil.rmtree(self.root)


def durable(folder: Path, steps: int, durability: str = "full", uri: str = "") -> tuple[float, float]:
    """Return seconds a step of a durable chain, and the cost of its last 50 steps against steps 10 to 60.

    Compiling (the graph's digest is part of it) and the import of the skill are over before the clock starts.
    """
    moments: list[float] = []
    project = Project(folder, chain(steps), durability, uri)
    with project as app:
        graph = app.graph(str(project.file))
        assert graph.digest
        assert app.registry.load("core.pass")
        began = time.perf_counter()
        view = app.start_run(graph, payload(), RunOptions(observe=lambda row: moments.append(time.perf_counter())))
        assert view.status == "completed", view.error
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    drift = statistics.median(gaps[-55:-5]) / statistics.median(gaps[10:60])
    return (moments[-1] - began) / steps, drift


def concurrent(folder: Path, runs: int) -> float:
    """Return seconds of `runs` at once, each of 10 steps that await 10 ms; compiled and imported before, as above."""
    project = Project(folder, SLEEPY)
    with project as app:
        graph = app.graph(str(project.file))
        assert graph.digest
        assert app.registry.load("core.sleep")

        async def all_of_them() -> float:
            began = time.perf_counter()
            await asyncio.gather(*(app.engine.start(graph, payload()) for _ in range(runs)))
            return time.perf_counter() - began

        return asyncio.run(all_of_them())


MAP = """
import asyncio, sys, time
from pathlib import Path
from flujo.app import open_app
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
with open_app(Path.cwd(), {}) as app:
    graph = app.graph("bench.yaml")
    assert app.engine
    began = time.perf_counter()
    run = asyncio.run(app.engine.start(graph, ""))
    print(time.perf_counter() - began, peak())
    assert app.store.run(run).status == "completed"
"""


def mapping(folder: Path, items: int) -> tuple[float, float]:
    """Return seconds an item of a map in a process of its own, and the peak memory of that process in MB."""
    project = Project(folder, mapped(items))
    done = subprocess.run(
        [PYTHON, "-c", MAP], cwd=project.root, capture_output=True, text=True, check=True, env=environment()
    )
    shutil.rmtree(project.root)
    seconds, peak = done.stdout.split()
    return float(seconds) / items, float(peak)


def environment() -> dict[str, str]:
    """Return this process's environment, with this copy of flujo first."""
    root = str(Path(__file__).parent.parent)
    return {**os.environ, "PYTHONPATH": root, "NO_COLOR": "1"}


def resuming(folder: Path, events: int) -> float:
    """Return how much longer a resume to the next step takes than a fresh start to the first, in seconds.

    The run is a map over `events` items; it is cut off by taking its last 200 items and what came after them away.
    """
    text = mapped(events) + "  - {name: end, uses: core.pass}\n"
    project = Project(folder, text, "normal")
    last = f"items[{events - 200}]/one"
    with project as app:
        graph = app.graph(str(project.file))
        fresh = _to_first(app, lambda options: app.start_run(graph, "", options), "items[0]/one")
        run = app.runs()[0].run
        db = sqlite3.connect(project.root / ".flujo" / "state.db")
        db.execute("DELETE FROM events WHERE seq >= (SELECT seq FROM events WHERE address = ?)", (last,))
        db.execute("UPDATE runs SET status = 'running'")
        db.commit()
        db.close()
        return _to_first(app, lambda options: app.resume(run, options=options), last) - fresh


def _to_first(app: App, drive: object, address: str) -> float:
    found: list[float] = []

    def watch(row: object) -> None:
        if row.address == address and not found:  # type: ignore[attr-defined]
            found.append(time.perf_counter())

    assert app.engine
    began = time.perf_counter()
    drive(RunOptions(observe=watch))  # type: ignore[operator]
    return found[0] - began


def syncs(folder: Path, steps: int) -> str:
    """Return sync calls a step, counted by strace as the difference of a long and a short chain."""
    if shutil.which("strace") is None:
        return "not counted (no strace here)"
    counts = []
    for length in (steps, 1):
        project = Project(folder, chain(length))
        report = project.root / "trace.txt"
        words = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(report)]
        words += [PYTHON, "-m", "flujo", "run", "bench.yaml", "--input", "x"]
        subprocess.run(words, cwd=project.root, check=True, stdout=subprocess.DEVNULL, env=environment())
        counts.append(report.read_text().count("sync("))
        shutil.rmtree(project.root)
    return f"{(counts[0] - counts[1]) / (steps - 1):.3f}"


def command(*words: str, cwd: Path | None = None) -> float:
    """Return seconds of one process."""
    began = time.perf_counter()
    subprocess.run([PYTHON, *words], check=True, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL, env=environment())  # fmt: skip
    return time.perf_counter() - began
