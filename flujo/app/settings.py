"""What `flujo.toml` and the environment say; unknown keys are errors, so that a typo is never ignored."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal

from flujo.core.errors import UsageError
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, a_type
from flujo.models.settings import ModelAlias, ModelSettings

FILE = "flujo.toml"
DEFAULT_STATE = "sqlite:///.flujo/state.db"
MEMORY = "memory://"
IN_MEMORY = ("FLUJO_STATE_MODE", "FLUJO_EPHEMERAL_STATE")
"""Variables that put the state in memory, whatever else says where it is."""
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")
_USER, _QUERY = re.compile(r"(?<=://)\S*@"), re.compile(r"\?.*")

_KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "project": {"name": str},
    "state": {"uri": str, "durability": str},
    "model": {"default": str},
    "secrets": {"env_file": str},
}
_ALIAS: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "api_base": str,
    "api_key_env": str,
    "price_in": (int, float),
    "price_out": (int, float),
    "context_tokens": int,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a project."""

    name: str
    state: str = DEFAULT_STATE
    durability: Literal["full", "normal"] = "full"
    model: str | None = None
    models: ModelSettings = field(default_factory=ModelSettings)
    env_file: str | None = None

    def state_at(self, root: Path) -> Path | str | None:
        """Return where the state is: a file, the URI of a server, None for memory; raise UsageError FLJ0002."""
        if self.state == MEMORY:
            return None
        scheme, _, rest = self.state.partition("://")
        if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
            return root / rest[1:]
        if scheme in _SERVERS and rest:
            return self.state
        raise UsageError(
            "FLJ0002",
            f"the state URI `{masked(self.state)}` is not one this version knows",
            help="use `sqlite:///PATH` (relative to the project; `sqlite:////PATH` is absolute),"
            " `postgresql://USER:PASSWORD@HOST/DATABASE` or `memory://`",
        )


def load_settings(root: Path, env: Mapping[str, str]) -> Settings:
    """Return the settings of the project at `root`; without a file the defaults. Raise UsageError FLJ0002."""
    _, document = read_settings_file(root)
    models = document.pop("models", {})
    for table, keys in document.items():
        known = _KEYS.get(table)
        if known is None or not isinstance(keys, dict):
            raise _unknown(f"[{table}]", table, [*_KEYS, "models"])
        _check(keys, known, f"[{table}]")
    if not isinstance(models, dict):
        raise _bad("`models` holds tables: `[models.NAME]`")
    durability = document.get("state", {}).get("durability", "full")
    if durability not in ("full", "normal"):
        raise _bad(f"`durability` in [state] is `full` or `normal`, not `{durability}`")
    aliases = {name: _alias(name, table) for name, table in models.items()}
    return Settings(
        name=document.get("project", {}).get("name", root.resolve().name),
        state=_state_of(env) or document.get("state", {}).get("uri", DEFAULT_STATE),
        durability=durability,
        model=env.get("FLUJO_MODEL") or document.get("model", {}).get("default"),
        models=ModelSettings(aliases),
        env_file=document.get("secrets", {}).get("env_file"),
    )


def _state_of(env: Mapping[str, str]) -> str | None:
    """Return the state URI that the environment says: a state in memory goes before all."""
    mode, ephemeral = (env.get(name, "").lower() for name in IN_MEMORY)
    if mode not in ("", "memory", "ephemeral"):
        raise UsageError(
            "FLJ0002",
            f"`FLUJO_STATE_MODE` is `memory` or `ephemeral`, not `{mode}`",
            help="leave it out to keep runs where `FLUJO_STATE_URI` or `[state] uri` says",
        )
    if ephemeral not in (*_YES, *_NO):
        raise UsageError(
            "FLJ0002", f"`FLUJO_EPHEMERAL_STATE` is `1` or `0`, not `{ephemeral}`", help="`1` keeps runs in memory only"
        )
    return MEMORY if mode or ephemeral in _YES else env.get("FLUJO_STATE_URI")


def masked(uri: str) -> str:
    """Return a URI without the parts that may carry passwords."""
    return _QUERY.sub("?***", _USER.sub("***@", uri))


def read_settings_file(root: Path) -> tuple[str, JsonObject]:
    """Return the text of a project's `flujo.toml` and what it holds, unchecked; raise UsageError FLJ0002."""
    try:
        text = (root / FILE).read_text("utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        return "", {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(f"it is not TOML: {error}") from error
    except OSError as error:
        raise _bad(f"it cannot be read: {(error.strerror or str(error)).lower()}") from error


def _alias(name: str, table: JsonValue) -> ModelAlias:
    if not isinstance(table, dict):
        raise _bad(f"`models.{name}` must be a table")
    _check(table, _ALIAS, f"[models.{name}]")
    return ModelAlias(**table)


def _check(keys: JsonObject, known: Mapping[str, type | tuple[type, ...]], where: str) -> None:
    for key, value in keys.items():
        if key not in known:
            raise _unknown(f"key `{key}` in {where}", key, list(known))
        if not isinstance(value, known[key]) or isinstance(value, bool):
            raise _bad(f"`{key}` in {where} must not be {a_type(value)}")


def _unknown(what: str, word: str, known: list[str]) -> UsageError:
    near = did_you_mean(word, known)
    hint = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{name}`' for name in known)}"
    return UsageError("FLJ0002", f"`{FILE}`: unknown {what}", help=hint)


def _bad(problem: str) -> UsageError:
    return UsageError("FLJ0002", f"`{FILE}`: {problem}", help="compare with `flujo.toml.example`")
