"""The exams beside the project, when they are there: demo goals and rewordings that must run and count right, plain
goals that must never be wrong and confident, and retrieval over 5,000 skills.

    python -m tests.campaigns.exams [FOLDER]
"""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flujo.app import App, RunOptions, open_app
from flujo.app.workbench import ProjectWorkbench
from flujo.architect.create import Creation, Options, create
from flujo.architect.retrieval import Retriever
from flujo.core.ports import SkillSpec

EXAMS = Path(__file__).resolve().parents[3] / "shared" / "exams"
TICKETS = Path(__file__).resolve().parents[1] / "data" / "create" / "tickets.csv"


def made(app: App, goal: str) -> Creation:
    """Create offline on a project."""
    bench = ProjectWorkbench(
        app.root, app.skills, lambda text, name: app.compile_text(text, name).diagnostics, None, None
    )
    return asyncio.run(create(goal, Options(offline=True), bench))


def counts(text: str) -> dict[str, int]:
    """Return the counts in a Markdown table."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {row[0]: int(row[1]) for row in rows}


def run(app: App, creation: Creation, output: str) -> dict[str, int]:
    """Run a blueprint with a no (nothing may be written), then with a yes; return the counts written."""
    graph = app.compile_text(creation.text, "goal.yaml").graph
    assert graph is not None
    app.start_run(graph, "", RunOptions(ask=lambda _: "no"))
    assert not (app.root / output).exists(), "written without a yes"
    app.start_run(graph, "", RunOptions(ask=lambda _: "yes"))
    return counts((app.root / output).read_text("utf-8"))


def demo(folder: Path) -> int:
    """Run the demo goals and all rewordings; return how many are wrong."""
    expected = json.loads((folder / "demo/expected.json").read_text("utf-8"))
    words = json.loads((folder / "demo/rewordings.json").read_text("utf-8"))
    with TICKETS.open(encoding="utf-8", newline="") as file:
        kept = [row for row in csv.DictReader(file) if (row["status"], row["priority"]) == ("open", "high")]
    tickets = dict(Counter(row["product"] for row in kept))
    cases: list[tuple[str, str, list[Any]]] = [
        (goal, "report.md", [tickets]) for goal in (words["original"], *words["rewordings"])
    ]
    for item in expected.values():
        cases.append((item["goal"], item["output"], [item["counts"]]))
    wrong = 0
    for goal, output, right in cases:
        with tempfile.TemporaryDirectory() as place:
            root = Path(place)
            (root / "flujo.toml").write_text("", "utf-8")
            for file in (TICKETS, *(folder / "demo").glob("*.csv")):
                shutil.copy(file, root)
            with open_app(root, {}) as app:
                creation = made(app, goal)
                verdict = "not placed"
                if creation.complete:
                    verdict = "right" if run(app, creation, output) in right else "WRONG"
        wrong += verdict == "WRONG"
        print(f"{verdict:11} {goal[:100]}")
    return wrong


def goals(folder: Path) -> None:
    """Print what becomes of the plain goals."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "flujo.toml").write_text("", "utf-8")
        with open_app(Path(place), {}) as app:
            for item in YAML(typ="safe").load((folder / "goals_dev.yaml").read_text("utf-8")):
                creation = made(app, item["goal"])
                assert creation.plan is not None
                used = [getattr(step, "skill", "approval") for step in creation.plan.steps]
                print(f"{item['id']} {'complete' if creation.complete else 'draft':8} {' > '.join(used)}")
                print(f"    needs: {' > '.join(item['need'])}")
                for part in creation.plan.unplaced:
                    print(f"    not placed: {part.words.text}")


def _spec(entry: dict[str, Any]) -> SkillSpec:
    parameters = {"type": "object", "properties": entry["parameters"]}
    examples = tuple(str(example) for example in entry["examples"])
    return SkillSpec(entry["id"], entry["summary"], parameters, description=entry["description"], examples=examples)


def retrieval(folder: Path) -> None:
    """Print recall and time over the registry."""
    specs = []
    for line in (folder / "retrieval/skills.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        specs.append(_spec(entry))
    retriever = Retriever(specs)
    hits, times = Counter[int](), []
    needs = [json.loads(line) for line in (folder / "retrieval/needs_dev.jsonl").read_text("utf-8").splitlines()]
    for item in needs:
        started = time.perf_counter()
        found = [hit.spec.id for hit in retriever.search(item["need"], 10)]
        times.append(time.perf_counter() - started)
        for depth in (5, 10):
            hits[depth] += bool(set(found[:depth]) & set(item["gold"]))
    slow = sorted(times)[int(len(times) * 0.95)] * 1000
    print(f"recall@5 {hits[5] / len(needs):.2f}  recall@10 {hits[10] / len(needs):.2f}  p95 {slow:.1f} ms")


def main(folder: Path) -> int:
    """Run all exams; the exit code is 1 when one is wrong."""
    if not folder.is_dir():
        print(f"no exams in {folder}")
        return 0
    wrong = demo(folder)
    goals(folder)
    retrieval(folder)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMS))
