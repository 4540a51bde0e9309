"""What the shell can complete: files, codes, and what a project has: runs, steps, tasks, skills.

A failure here is no completion, never an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from flujo.core.codes import CODES
from flujo.core.errors import FlujoError

Found = list[tuple[str, str]]
"""What may be typed, each with a few words about it."""


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


def codes(incomplete: str) -> Found:
    """Return the codes of diagnostics with their names."""
    return [(code.id, code.slug) for code in CODES.values() if code.id.startswith(incomplete)]


def explainable(ctx: typer.Context, incomplete: str) -> Found:
    """Return what can be explained: codes, blueprints, and after `FILE:` the steps of that blueprint."""
    file, colon, _ = incomplete.rpartition(":")
    if not colon:
        return [*codes(incomplete), *((path, "blueprint") for path in blueprints(incomplete))]
    return _matching(
        ctx,
        incomplete,
        lambda app: [(f"{file}:{step['address']}", step["kind"]) for step in app.plan(app.graph(file))],
    )


def run_ids(ctx: typer.Context, incomplete: str) -> Found:
    """Return runs with their name and status."""
    return _matching(ctx, incomplete, lambda app: [(run.run, f"{run.name}, {run.status}") for run in app.runs(100)])


def steps(ctx: typer.Context, incomplete: str) -> Found:
    """Return the steps of the run that stands before, with what became of them."""
    run = ctx.params.get("run") or next(iter(ctx.args), None)  # an option without its value stops the parser early
    if not run:
        return []

    def find(app: Any) -> Found:
        if not app.runs(1):  # nothing has run here yet, and nothing is made by looking
            return []
        return [(step.address, step.status) for step in app.view(run, inputs=False).steps.values()]

    return _matching(ctx, incomplete, find)


def task_ids(ctx: typer.Context, incomplete: str) -> Found:
    """Return open tasks with their question."""
    return _matching(ctx, incomplete, lambda app: [(task.id, task.message) for task in app.tasks()])


def skill_ids(ctx: typer.Context, incomplete: str) -> Found:
    """Return skills with their summary."""
    return _matching(ctx, incomplete, lambda app: [(spec.id, spec.summary) for spec in app.skills()])


def _matching(ctx: typer.Context, incomplete: str, find: Callable[[Any], Found]) -> Found:
    """Return what is found in the project that the command line names, as far as it fits."""
    from flujo.app import open_app

    project = ctx.params.get("project") or ctx.find_root().params.get("project")
    try:
        with open_app(Path(project) if project else None, os.environ) as app:
            return [item for item in find(app) if item[0].startswith(incomplete)]
    except FlujoError:
        return []
