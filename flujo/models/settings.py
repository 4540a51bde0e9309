"""What a project says about models: the `[models.NAME]` tables of `flujo.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class ModelAlias:
    """One `[models.NAME]` table.

    `model` is `provider/model`; without it the table is about the model of its own name. `api_base` is the URL of
    another server of the same protocol. `api_key_env` names the environment variable that holds the key; an empty text
    says that the server asks for none. Prices are USD per million tokens; both are needed for a cost.
    `context_tokens` is how many tokens the model reads at most: it bounds what a request can cost beforehand.
    """

    model: str | None = None
    api_base: str | None = None
    api_key_env: str | None = None
    price_in: float | None = None
    price_out: float | None = None
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """All aliases of a project, by name."""

    aliases: Mapping[str, ModelAlias] = field(default_factory=lambda: MappingProxyType({}))

    def resolve(self, name: str) -> tuple[str, ModelAlias]:
        """Return `provider/model` for a name as written, and what the project says about it."""
        alias = self.aliases.get(name, ModelAlias())
        return alias.model or name, alias
