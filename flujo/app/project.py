"""The project on disk: its root, the texts in it, and what its blueprints may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from flujo.app.settings import FILE
from flujo.core.errors import FlujoError, UsageError
from flujo.core.ports import SkillSpec, StepKind
from flujo.skills.registry import SkillRegistry

MAX_TEXT = 8 * 1024 * 1024


def find_root(start: Path) -> Path:
    """Return the nearest folder, upward from `start`, that holds `flujo.toml`; else `start` itself."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), start)


def read_file(path: Path, name: str) -> bytes:
    """Return the bytes of a file that a user named; raise UsageError FLJ0001."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_TEXT + 1)
    except FileNotFoundError:
        raise UsageError("FLJ0001", f"there is no file `{name}`", help=_neighbours(path)) from None
    except IsADirectoryError:
        raise UsageError(
            "FLJ0001", f"`{name}` is a folder", help=f"name a file, such as `{name}/pipeline.yaml`"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError("FLJ0001", f"`{name}` cannot be read: {reason}") from error


def _neighbours(path: Path) -> str | None:
    if not path.parent.is_dir():
        return None
    found = sorted(item.name for item in path.parent.iterdir() if item.suffix in (".yaml", ".yml") and item.is_file())
    return f"there is {', '.join(f'`{name}`' for name in found[:5])}" if found else None


class ProjectSources:
    """Texts inside the project (the port `Sources`); nothing outside the root is read."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, path: str) -> str:
        """Return the text of a file by its path relative to the project; raise UsageError FLJ0001."""
        target = (self._root / path).resolve()
        if not target.is_relative_to(self._root):
            raise UsageError("FLJ0001", f"`{path}` is outside the project")
        try:
            return read_file(target, path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise FlujoError("FLJ0101", f"`{path}` is not UTF-8 text: byte {error.start + 1} does not fit") from error


class ProjectCatalogue:
    """What a blueprint may name (the port `Catalogue`): the step kinds, and the skills of a registry."""

    def __init__(self, kinds: Mapping[str, StepKind], registry: SkillRegistry) -> None:
        self._kinds = kinds
        self._registry = registry

    @property
    def kinds(self) -> Mapping[str, StepKind]:
        """Step kinds by the word that stands in YAML."""
        return self._kinds

    def skill(self, id: str) -> SkillSpec | None:
        """Return the spec of a skill, if there is one."""
        return self._registry.skill(id)

    def skill_ids(self) -> Iterable[str]:
        """Return the ids of all skills."""
        return self._registry.skill_ids()
