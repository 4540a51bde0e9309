"""What the shell can complete: ids of runs, tasks and skills. A failure here is no completion, never an error."""

from __future__ import annotations

import os
from collections.abc import Callable

from flujo.core.codes import CODES
from flujo.core.errors import FlujoError


def blueprints(incomplete: str) -> list[str]:
    """Return the blueprints and folders that a path may go on to; hidden ones only once their dot is typed.

    A folder alone is left to the shell, which puts no space after it.
    """
    folder, slash, name = incomplete.rpartition("/")
    try:
        with os.scandir((folder or slash) or ".") as found:
            entries = sorted((entry.name, entry.is_dir()) for entry in found if entry.name.startswith(name))
    except OSError:
        return []
    shown = [(entry, is_dir) for entry, is_dir in entries if name or not entry.startswith(".")]
    paths = [
        f"{folder}{slash}{entry}{'/' * is_dir}"
        for entry, is_dir in shown
        if is_dir or entry.endswith((".yaml", ".yml"))
    ]
    return [] if len(paths) == 1 and paths[0].endswith("/") else paths


def codes(incomplete: str) -> list[tuple[str, str]]:
    """Return the codes of diagnostics with their names."""
    return [(code.id, code.slug) for code in CODES.values() if code.id.startswith(incomplete.upper())]


def explainable(incomplete: str) -> list[tuple[str, str]]:
    """Return what can be explained: codes, blueprints, and after `FILE:` the steps of that blueprint."""
    file, colon, _ = incomplete.rpartition(":")
    if not colon:
        return [*codes(incomplete), *((path, "blueprint") for path in blueprints(incomplete))]
    from flujo.app import open_app

    def find() -> list[tuple[str, str]]:
        with open_app(None, os.environ) as app:
            return [(f"{file}:{step['address']}", step["kind"]) for step in app.plan(app.graph(file))]

    return _matching(find, incomplete)


def run_ids(incomplete: str) -> list[tuple[str, str]]:
    """Return runs with their name and status."""
    from flujo.app import open_app

    def find() -> list[tuple[str, str]]:
        with open_app(None, os.environ) as app:
            return [(run.run, f"{run.name}, {run.status}") for run in app.runs(100)]

    return _matching(find, incomplete)


def task_ids(incomplete: str) -> list[tuple[str, str]]:
    """Return open tasks with their question."""
    from flujo.app import open_app

    def find() -> list[tuple[str, str]]:
        with open_app(None, os.environ) as app:
            return [(task.id, task.message) for task in app.tasks()]

    return _matching(find, incomplete)


def skill_ids(incomplete: str) -> list[tuple[str, str]]:
    """Return skills with their summary."""
    from flujo.app import open_app

    def find() -> list[tuple[str, str]]:
        with open_app(None, os.environ) as app:
            return [(spec.id, spec.summary) for spec in app.skills()]

    return _matching(find, incomplete)


def _matching(find: Callable[[], list[tuple[str, str]]], incomplete: str) -> list[tuple[str, str]]:
    try:
        return [item for item in find() if item[0].startswith(incomplete)]
    except FlujoError:
        return []
