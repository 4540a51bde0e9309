"""Figures against the limits of the machine, measured in one run: `make bench` (`python bench/run.py [ROUNDS]`).

Ratios are what counts: fsync drifts several-fold on shared machines, so each measurement is paired with a raw one made
right before it, and the median of the pairs is printed.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flujo.app import RunOptions, open_app

STEPS = 1000
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


def payload(size: int = 1024) -> dict[str, object]:
    """Return a mapping whose JSON text has about `size` bytes."""
    body = {"id": 7, "name": "bench", "score": 0.25, "tags": ["a", "b", "c"], "text": ""}
    body["text"] = "x" * (size - len(json.dumps(body)))
    return body


def raw(folder: Path, synchronous: str = "FULL") -> float:
    """Return seconds a step when SQLite alone commits one row a step."""
    file = folder / f"raw-{time.perf_counter_ns()}.db"
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("CREATE TABLE step (run TEXT, seq INTEGER, payload BLOB, PRIMARY KEY (run, seq)) WITHOUT ROWID")
    data = payload()
    began = time.perf_counter()
    for seq in range(STEPS):
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO step VALUES (?, ?, ?)", ("r", seq, json.dumps(data).encode()))
        db.execute("COMMIT")
    seconds = time.perf_counter() - began
    db.close()
    file.unlink()
    return seconds / STEPS


def durable(folder: Path) -> tuple[float, float]:
    """Return seconds a step of a durable chain, and the cost of its last 50 steps against steps 10 to 60."""
    project = folder / f"project-{time.perf_counter_ns()}"
    project.mkdir()
    (project / "chain.yaml").write_text(chain(STEPS))
    moments: list[float] = []
    with open_app(project, {}) as app:
        graph = app.graph(str(project / "chain.yaml"))
        assert app.engine  # opened before the clock starts
        began = time.perf_counter()
        view = app.start_run(graph, payload(), RunOptions(observe=lambda row: moments.append(time.perf_counter())))
        seconds = moments[-1] - began
        assert view.status == "completed", view.error
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    drift = statistics.median(gaps[-55:-5]) / statistics.median(gaps[10:60])
    shutil.rmtree(project)
    return seconds / STEPS, drift


def syncs(folder: Path) -> str:
    """Return sync calls a step, counted by strace as the difference of a long and a short chain."""
    if shutil.which("strace") is None:
        return "not counted (no strace here)"
    counts = []
    for length in (STEPS, 1):
        project = folder / f"syncs-{length}"
        project.mkdir()
        (project / "chain.yaml").write_text(chain(length))
        report = project / "trace.txt"
        words = ["strace", "-f", "-e", "trace=fsync,fdatasync,sync_file_range", "-o", str(report)]
        subprocess.run([*words, PYTHON, "-m", "flujo", "run", "chain.yaml", "--input", "x"], cwd=project, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        counts.append(sum("sync(" in line or "fdatasync(" in line for line in report.read_text().splitlines()))
    return f"{(counts[0] - counts[1]) / (STEPS - 1):.3f}"


def paired(rounds: int, reference: Callable[[], float], measured: Callable[[], float]) -> tuple[float, float, float]:
    """Return the median of the ratios of pairs, and the medians of both."""
    pairs = [(reference(), measured()) for _ in range(rounds)]
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    return ratio, statistics.median(one for one, _ in pairs), statistics.median(one for _, one in pairs)


def command(*words: str, cwd: Path | None = None) -> float:
    """Return seconds of one process."""
    began = time.perf_counter()
    subprocess.run([PYTHON, *words], check=True, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL)  # fmt: skip
    return time.perf_counter() - began


def start_up(folder: Path, rounds: int) -> list[tuple[str, float, float]]:
    """Return for each verb its ratio to `python -c pass` and its seconds."""
    project = folder / "start"
    project.mkdir()
    (project / "one.yaml").write_text('version: "0.1"\nsteps:\n  - {name: one, uses: text.upper}\n')
    verbs = {
        "--version": ["--version"],
        "--help": ["--help"],
        "validate": ["validate", "one.yaml"],
        "run": ["run", "one.yaml", "--input", "x"],
    }
    found = []
    for name, words in verbs.items():
        ratio, _, seconds = paired(rounds, lambda: command("-c", "pass"),
                                   lambda words=words: command("-m", "flujo", *words, cwd=project))  # fmt: skip
        found.append((name, ratio, seconds))
    return found


def line(number: str, what: str, figure: str, must: str, met: bool | None) -> None:
    """Print a row of the table."""
    word = {True: "met", False: "NOT met", None: "-"}[met]
    print(f"| {number} | {what} | {figure} | {must} | {word} |", flush=True)


def main() -> None:
    """Print all figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    os.environ["NO_COLOR"] = "1"
    subprocess.run([PYTHON, "-m", "compileall", "-q", str(Path(__file__).parent.parent / "flujo")], check=False)
    print("| # | figure | here | must | |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="flujo-bench-") as name:
        folder = Path(name)
        drifts: list[float] = []

        def ours() -> float:
            seconds, drift = durable(folder)
            drifts.append(drift)
            return seconds

        ours()
        ratio, plain, step = paired(rounds, lambda: raw(folder), ours)
        text = f"{ratio:.2f} ({step * 1e6:.0f} µs against {plain * 1e6:.0f} µs)"
        line("14.1", "durable step in a chain, full, against a raw SQLite FULL commit", text, "≤ 1.5", ratio <= 1.5)
        counted = syncs(folder)
        met = float(counted) <= 1.02 if counted[0].isdigit() else None
        line("14.2", "sync calls a step, full", counted, "≤ 1.02", met)
        drift = statistics.median(drifts)
        line("14.12", "cost of step 1,000 against step 10", f"{drift:.2f}", "≤ 1.2", drift <= 1.2)
        limits = {"--version": 3, "--help": 9, "validate": 22, "run": 28}
        for verb, ratio, seconds in start_up(folder, rounds * 2):
            text = f"{ratio:.1f} ({seconds * 1000:.0f} ms)"
            line("14.8", f"`{verb}` against `python -c pass`", text, f"≤ {limits[verb]}", ratio <= limits[verb])


if __name__ == "__main__":
    main()
