"""What the catalogue says of one code."""

from typing import Literal

from flujo.core.record import dataclass

ErrorClass = Literal["structural", "semantic", "environmental", "authority"]
"""structural: the blueprint or project is wrong; semantic: the data or a skill said no; environmental: the world
outside failed; authority: a person, policy or limit refused."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code's reference text: what it means, why flujo insists, what to do."""

    id: str
    slug: str
    what: str
    fix: str
    error_class: ErrorClass = "structural"
