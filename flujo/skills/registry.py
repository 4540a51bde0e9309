"""The registry: which skills there are, known without importing any of them, and loaded when first called."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path as FilePath
from typing import Any

from flujo.core.errors import FlujoError
from flujo.core.ports import Skill, SkillSpec
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject

CATALOGUE = FilePath(__file__).parent / "builtin" / "catalogue.json"


@cache
def builtin_entries() -> Mapping[str, JsonObject]:
    """Return the entries of the builtin catalogue by id. The file is generated: see `builtin/generate.py`."""
    return {entry["id"]: entry for entry in json.loads(CATALOGUE.read_bytes())}


class SkillRegistry:
    """The builtin skills and those of a project's lock: half of the compiler's Catalogue, and a run's Skills."""

    def __init__(self, locked: Sequence[SkillSpec] = (), root: FilePath | None = None) -> None:
        self._specs = {spec.id: spec for spec in locked}
        self._root = root
        self._loader: Any = None
        self._loaded: dict[str, Skill] = {}

    def skill(self, id: str) -> SkillSpec | None:
        """Return the description of a skill, if there is one; a builtin cannot be replaced by a project's skill."""
        entry = builtin_entries().get(id)
        if entry is None:
            return self._specs.get(id)
        known = self._specs.get(id)
        if known is None or known.origin != "builtin":
            known = self._specs[id] = SkillSpec.from_json(entry)
        return known

    def skill_ids(self) -> Iterable[str]:
        """Return the ids of all skills, sorted."""
        return sorted({*builtin_entries(), *self._specs})

    def specs(self) -> list[SkillSpec]:
        """Return the descriptions of all skills, by id."""
        return [spec for id in self.skill_ids() if (spec := self.skill(id))]

    def load(self, id: str) -> Skill:
        """Return a skill, importing its module at the first call; raise FlujoError FLJ0601, FLJ0606 or FLJ0607."""
        skill = self._loaded.get(id)
        if skill is None:
            skill = self._loaded[id] = self._load(id)
        return skill

    def _load(self, id: str) -> Skill:
        spec = self.skill(id)
        if spec is None:
            near = did_you_mean(id, self.skill_ids())
            help = f"did you mean `{near}`?" if near else "`flujo skills list` shows all skills"
            raise FlujoError("FLJ0601", f"unknown skill `{id}`", help=help)
        if spec.origin == "builtin":
            builtin: Skill = import_module("flujo.skills.direct").builtin_skill(spec)
            return builtin
        if self._loader is None:
            # By name, at the first call: validate and create need the registry and must import nothing of the rest.
            self._loader = import_module("flujo.skills.loading").SkillLoader(self._root)
        loaded: Skill = self._loader.load(spec)
        return loaded
