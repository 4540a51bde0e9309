"""Addresses in a blueprint: from dotted names to the keys and indices of its data."""

from __future__ import annotations

from flujo.blueprints.edit.changes import Address
from flujo.blueprints.edit.naming import names_of_steps
from flujo.blueprints.edit.problem import Refused
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonValue


def resolve(address: Address, data: JsonValue) -> tuple[Path, Path]:
    """Return the path of an address as far as the data has it, and the keys that it does not have."""
    keys = tuple(address.split(".")) if isinstance(address, str) else tuple(address)
    if isinstance(address, str) and "" in keys:
        raise Refused("FLJ0011", f"`{address}` is no address", help="join names by dots: `steps.load.with.path`")
    return _walk(keys, data, (), dotted=isinstance(address, str))


def existing(address: Address, data: JsonValue) -> Path:
    """Return the path of an address; raise Refused if nothing is there."""
    path, missing = resolve(address, data)
    if missing:
        raise not_there(address, path, missing, data)
    return path


def _walk(keys: Path, data: JsonValue, above: Path, *, dotted: bool) -> tuple[Path, Path]:
    """Return the path of the most keys that the data has; keys with dots in them are tried after those without."""
    best = (above, keys)
    for count in range(1, len(keys) + 1 if dotted else min(2, len(keys) + 1)):
        first = keys[0] if count == 1 else ".".join(str(key) for key in keys[:count])
        step = _step(first, data, above)
        if step is None:
            continue
        found = _walk(keys[count:], data[step[0]] if step else data, (*above, *step), dotted=dotted)
        if not found[1]:
            return found
        if len(found[1]) < len(best[1]):
            best = found
    return best


def _step(key: str | int, data: JsonValue, above: Path) -> Path | None:
    """Return what leads to a key from a mapping or list: one key, or none where a body is the one step of that name."""
    if isinstance(data, dict):
        if key in data:
            return (key,)
        is_body = above[-1:] in (("steps",), ("body",)) or above[-2:-1] in (("branches",), ("states",))
        return () if is_body and isinstance(key, str) and data.get("name") == key else None
    if not isinstance(data, list):
        return None
    if isinstance(key, str):
        names = list(names_of_steps(data))
        if key in names:
            return (names.index(key),)
        if not (key.isascii() and key.isdigit()):
            return None
    return (int(key),) if 0 <= int(key) < len(data) else None


def shown(address: Address) -> str:
    """Return an address as people write it."""
    return address if isinstance(address, str) else ".".join(str(key) for key in address)


def not_there(address: Address, path: Path, missing: Path, data: JsonValue) -> Refused:
    """Return why an address cannot be followed: the first key that is missing, and what is there."""
    for key in path:
        data = data[key]
    word = str(missing[0])
    if isinstance(data, dict):
        known, where = list(data), "here are the keys"
    elif isinstance(data, list):
        known = [name for name in names_of_steps(data) if name is not None]
        where = "here are"
    else:
        known, where = [], ""
    near = did_you_mean(word, known)
    help = f"did you mean `{near}`?" if near else None
    if help is None and known:
        help = f"{where} {', '.join(f'`{name}`' for name in known[:8])}"
    return Refused("FLJ0011", f"there is no `{word}` at the address `{shown(address)}`", path, help)
