"""Loading of skills: imports a builtin family, or a skill file of the project, when it is first called.

A project's file is run from the very bytes whose digest was checked, under a private module name, so that it can
neither be exchanged in between nor take the place of a package.
"""

from __future__ import annotations

import inspect
import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path as FilePath
from types import ModuleType

from flujo.core.errors import FlujoError, MissingModule, UsageError
from flujo.core.ports import Skill, SkillSpec
from flujo.core.spans import Place, Source, Span
from flujo.skills.decorator import Definition, definitions
from flujo.skills.describing import skill_of, spec_of
from flujo.skills.sources import source_digest


class SkillFile:
    """A skill file of the project that was imported: its module and the skills in it.

    With a `locked` digest, a file of other content is refused (FlujoError FLJ0606) and nothing of it runs.
    """

    def __init__(self, root: FilePath, name: str, locked: str | None = None) -> None:
        self.name = name
        path = root / name
        try:
            data = path.read_bytes()
        except OSError as error:
            message = f"skill file `{name}` cannot be read: {(error.strerror or str(error)).lower()}"
            raise UsageError("FLJ0606", message, help="run `flujo skills lock`") from error
        self.digest = source_digest(data)
        if locked is not None and locked != self.digest:
            message = f"skill file `{name}` has changed since `skills.lock` was written"
            raise UsageError("FLJ0606", message, help="run `flujo skills lock` and review the difference")
        self.source = Source(name, data.decode("utf-8", "replace"))
        self.definitions = definitions(self._run(path, data))

    def _run(self, path: FilePath, data: bytes) -> ModuleType:
        private = f"_flujo_skills_{path.stem}_{self.digest[:12]}"
        spec = spec_from_file_location(private, path)
        assert spec is not None, "a path that ends in .py always has a loader"
        module = module_from_spec(spec)
        sys.modules[private] = module  # dataclasses and pydantic look their module up
        try:
            exec(compile(data, str(path), "exec", dont_inherit=True), module.__dict__)
        except (Exception, SystemExit) as error:
            del sys.modules[private]
            raise self._broken(path, error) from error
        return module

    def _broken(self, path: FilePath, error: BaseException) -> FlujoError:
        if isinstance(error, SyntaxError) and error.filename == str(path):
            line, reason = error.lineno, f"syntax error: {error.msg}"
        else:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
            line = frames[-1].lineno if frames else None
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        cause: type[FlujoError] = MissingModule if isinstance(error, ModuleNotFoundError) else UsageError
        return cause(
            "FLJ0607", f"skill file `{self.name}` cannot be imported: {reason}", place=self.place_of_line(line or 1)
        )

    def place_of_line(self, number: int) -> Place:
        """Return the place of a line, without its indentation."""
        number = min(max(number, 1), len(self.source.line_starts))
        text = self.source.line(number)
        start = self.source.line_starts[number - 1]
        return Place(self.source, Span(start + len(text) - len(text.lstrip()), start + len(text.rstrip())))

    def place(self, definition: Definition) -> Place:
        """Return where a skill is defined: the line of its `def`."""
        code = inspect.unwrap(definition.function).__code__
        lines = range(code.co_firstlineno, code.co_firstlineno + 50)
        found = (line for line in lines if line <= len(self.source.line_starts) and self._is_def(line))
        return self.place_of_line(next(found, code.co_firstlineno))

    def _is_def(self, line: int) -> bool:
        return self.source.line(line).lstrip().startswith(("def ", "async def "))

    def specs(self) -> list[SkillSpec]:
        """Return what `skills.lock` holds of this file's skills; raise FlujoError FLJ0607 at the first bad one."""
        return [self._spec(definition) for definition in self.definitions]

    def _spec(self, definition: Definition) -> SkillSpec:
        try:
            entry = spec_of(definition).to_json()
        except FlujoError as error:
            error.diagnostic = error.diagnostic.at(self.place(definition))
            raise
        return SkillSpec.from_json({**entry, "origin": "project", "file": self.name, "source_digest": self.digest})


class SkillLoader:
    """Imports each family and each file once, and gives the skills in them."""

    def __init__(self, root: FilePath | None) -> None:
        self._root = root
        self._files: dict[str, SkillFile] = {}

    def load(self, spec: SkillSpec) -> Skill:
        """Return the skill that `spec` describes; raise FlujoError FLJ0606 or FLJ0607."""
        found = {definition.id: definition for definition in self._definitions(spec)}
        if spec.id not in found:
            raise FlujoError(
                "FLJ0606", f"`{spec.file}` no longer defines the skill `{spec.id}`", help="run `flujo skills lock`"
            )
        return skill_of(found[spec.id], spec)

    def _definitions(self, spec: SkillSpec) -> list[Definition]:
        assert self._root is not None, "skills of a project need its root"
        if spec.file not in self._files:
            self._files[spec.file] = SkillFile(self._root, spec.file, spec.source_digest)
        return self._files[spec.file].definitions
