"""The project as the architect sees it (the port `Workbench`): texts and catalogues, no process, no import."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from flujo.architect.workbench import Sample, sample_of
from flujo.core.diagnostics import Diagnostic
from flujo.core.outcomes import Failed
from flujo.core.ports import (
    Model,
    ModelReply,
    ModelRequest,
    SkillSpec,
)

SAMPLE_BYTES = 4 * 1024 * 1024
"""How much of a data file is looked at."""

MAX_FILES = 500
_NOT_DATA = frozenset({"__pycache__", "node_modules", "venv"})


class ProjectWorkbench:
    """What creating a blueprint may ask of a project."""

    def __init__(
        self,
        root: Path,
        specs: Callable[[], Sequence[SkillSpec]],
        check: Callable[[str, str], Sequence[Diagnostic]],
        model: Model | None,
        model_name: str | None,
    ) -> None:
        self._root = root.resolve()
        self._specs = specs
        self._check = check
        self._model = model
        self.model = model_name

    def specs(self) -> Sequence[SkillSpec]:
        """Return the skills there are, from the catalogue and the lock."""
        return self._specs()

    def files(self) -> Sequence[str]:
        """Return the paths of the project's files, hidden ones left out."""
        found: list[str] = []
        for folder, folders, names in os.walk(self._root):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_DATA)
            here = Path(folder).relative_to(self._root)
            found.extend((here / name).as_posix() for name in sorted(names) if not name.startswith("."))
            if len(found) >= MAX_FILES:
                break
        return found[:MAX_FILES]

    def sample(self, path: str) -> Sample | None:
        """Peek at a CSV file inside the project; None when it is not there, not text or no CSV."""
        target = (self._root / path).resolve()
        if not target.is_relative_to(self._root) or not target.is_file():
            return None
        try:
            with target.open("rb") as file:
                data = file.read(SAMPLE_BYTES + 1)
        except OSError:
            return None
        whole = len(data) <= SAMPLE_BYTES
        try:
            text = data[:SAMPLE_BYTES].decode("utf-8", "strict" if whole else "ignore")
        except UnicodeDecodeError:
            return None
        return sample_of(path, text, whole=whole)

    def compile(self, text: str, name: str) -> Sequence[Diagnostic]:
        """Compile a blueprint's text and return what is wrong with it."""
        return self._check(text, name)

    async def complete(self, request: ModelRequest) -> ModelReply | Failed:
        """Send one request to the model."""
        if self._model is None:
            return Failed.of("FLJ0620", "no model is configured", retry="never")
        return await self._model.complete(request)
