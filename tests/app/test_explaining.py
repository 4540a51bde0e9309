"""Every blueprint of the conformance suite can be explained, and every step of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from flujo.app import open_app
from flujo.cli.render.explain import file_text, step_text
from flujo.cli.render.screen import Paint
from flujo.core.values import JsonObject

CASES = sorted((Path(__file__).resolve().parents[1] / "semantics").glob("*/blueprint.yaml"))


def in_tree(steps: list[JsonObject]) -> Iterator[str]:
    for step in steps:
        yield step["address"]
        for part in step["inside"]:
            yield from in_tree(part["steps"])


def test_all_of_them(tmp_path: Path) -> None:
    explained = 0
    for case in CASES:
        folder = tmp_path / case.parent.name
        shutil.copytree(case.parent / "files" if (case.parent / "files").exists() else case.parent, folder)
        with open_app(shutil.copy(case, folder / case.name).parent, {}) as app:
            graph = app.compile(str(folder / case.name)).graph
            if graph is None:
                continue
            found = app.explain(graph)
            tree = list(in_tree(found["steps"]))
            text = file_text(found, 100, Paint(False))
            assert all(address.rpartition("/")[2].removeprefix("@") in text for address in tree), case
            for address in tree:
                shown = step_text(app.explain(graph, address), 100, Paint(False))
                assert shown.startswith(f"{address}  "), case
                assert "\nused by" in shown
                explained += 1
            left = {step["address"] for step in app.plan(graph) if "/@" not in step["address"]} - set(tree)
            assert all(address.endswith("/state") for address in left), case  # a state machine's own choice
    assert explained > 300
