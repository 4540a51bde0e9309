"""Where a blueprint that was created is written."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flujo.architect.create import Creation

PIPELINE = "pipeline.yaml"


def place_for(root: Path, creation: Creation, output: str | None) -> Path:
    """Return the file a creation belongs into; one with placeholders never takes the place of a whole one."""
    if not creation.complete:
        stem = Path(output).with_suffix("") if output else root / creation.name
        return stem.with_name(f"{stem.name}.draft.yaml")
    if output:
        return Path(output)
    pipeline = root / PIPELINE
    free = not pipeline.exists() or is_scaffold(pipeline)
    return pipeline if free else root / f"{creation.name}.yaml"


def is_scaffold(path: Path) -> bool:
    """Say whether a file is a pipeline as `flujo init` made it, untouched."""
    templates = files("flujo.blueprints") / "templates"
    made = [template / PIPELINE for template in templates.iterdir() if template.is_dir()]
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return any(item.is_file() and item.read_bytes() == text for item in made)
