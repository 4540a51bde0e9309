"""Sources and Catalogue made from what a run pinned, so that it can be compiled again from its journal alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flujo.core.errors import UsageError
from flujo.core.ports import SkillSpec, StepKind
from flujo.core.record import dataclass
from flujo.core.values import JsonObject


@dataclass(frozen=True, slots=True)
class PinnedSources:
    """The files a blueprint read when it was compiled (port `Sources`)."""

    files: Mapping[str, str]

    def read(self, path: str) -> str:
        """Return the text of a pinned file; raise UsageError FLJ0001 for any other."""
        if path not in self.files:
            raise UsageError("FLJ0001", f"the run did not keep the file `{path}`")
        return self.files[path]


@dataclass(frozen=True, slots=True)
class PinnedCatalogue:
    """The skills a blueprint used when it was compiled (port `Catalogue`); step kinds are those of this flujo."""

    kinds: Mapping[str, StepKind]
    specs: Mapping[str, SkillSpec]

    def skill(self, id: str) -> SkillSpec | None:
        """Return the spec of a skill, if there is one."""
        return self.specs.get(id)

    def skill_ids(self) -> Iterable[str]:
        """Return the ids of all skills."""
        return self.specs.keys()


def pinned_sources(pinned: JsonObject) -> PinnedSources:
    """Return the sources of `Graph.pinned`."""
    return PinnedSources(pinned["files"])


def pinned_catalogue(pinned: JsonObject, kinds: Mapping[str, StepKind]) -> PinnedCatalogue:
    """Return the catalogue of `Graph.pinned`, with the step kinds of the program that reads it."""
    return PinnedCatalogue(kinds, {id: SkillSpec.from_json(entry) for id, entry in pinned["skills"].items()})
