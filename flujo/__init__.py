"""flujo: blueprints in, durable runs out. What stands in `__all__` is public and is imported when it is first used."""

from importlib import import_module
from typing import Any

_HOMES = {
    "App": "flujo.app",
    "RawInput": "flujo.app",
    "RunOptions": "flujo.app",
    "open_app": "flujo.app",
    "Diagnostic": "flujo.core.diagnostics",
    "FlujoError": "flujo.core.errors",
    "SkillError": "flujo.core.errors",
    "SkillContext": "flujo.core.ports",
    "skill": "flujo.skills.decorator",
    "__version__": "flujo._version",
}

__all__ = [
    "App",
    "Diagnostic",
    "FlujoError",
    "RawInput",
    "RunOptions",
    "SkillContext",
    "SkillError",
    "__version__",
    "open_app",
    "skill",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `flujo` has no attribute `{name}`")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
