"""A new name, at its place and wherever it is named: in templates by their tokens, in `needs`, in `uses`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flujo.blueprints.edit.draft import Draft
from flujo.blueprints.edit.naming import Named, named, names_of_steps
from flujo.blueprints.edit.problem import Refused
from flujo.blueprints.edit.splice import replacing
from flujo.blueprints.edit.values import replacements, whole
from flujo.blueprints.edit.writing import escaped, text, written
from flujo.blueprints.names import name_problem
from flujo.core.diagnostics import Edit
from flujo.core.spans import Path
from flujo.core.values import JsonValue

_CALLERS: Final = frozenset({"uses", "judge", "reduce", "summarize_with", "agent"})
"""Keys whose text may be `agents.NAME` or `imports.NAME`."""

_DECLARED: Final = ("agents", "imports")


def check_name(name: str) -> None:
    """Raise Refused for what cannot be a name."""
    problem = name_problem(name)
    if problem:
        raise Refused("FLJ0205", problem)


def check_step_name(draft: Draft, path: Path, name: str) -> None:
    """Raise Refused unless the step at a path can be called that: no other of its list is."""
    check_name(name)
    if path and isinstance(path[-1], int) and name in names_of_steps(draft.value(path[:-1])):
        raise Refused("FLJ0013", f"there is a step `{name}` in this list already", path)


def uses_of(draft: Draft, path: Path) -> list[Named]:
    """Return the places that name the step at a path."""
    return [item for item in named(draft.document.data) if item.target == path]


def is_declared(path: Path) -> bool:
    """Say whether a path is that of an agent or an import."""
    return len(path) == 2 and path[0] in _DECLARED


def callers(draft: Draft, path: Path) -> Iterator[Path]:
    """Yield the paths of the texts that name the agent or import at `path`."""
    word = ".".join(str(key) for key in path)
    stack: list[tuple[Path, JsonValue]] = [((), draft.document.data)]
    while stack:
        at, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*at, key), part) for key, part in value.items()]
        elif isinstance(value, list):
            stack += [((*at, index), part) for index, part in enumerate(value)]
        elif value == word and at[-1] in _CALLERS:
            yield at


def put(data: JsonValue, path: Path, value: JsonValue) -> None:
    """Put a value at a path of some data."""
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value


def renamed_texts(items: list[Named], draft: Draft, name: str) -> dict[Path, str]:
    """Return the texts that name a step, with another name in them."""
    texts: dict[Path, str] = {}
    for item in sorted(items, key=lambda item: item.part.start if item.part else 0, reverse=True):
        if item.part is None:
            texts[item.path] = name
        else:
            old = texts.get(item.path) or draft.value(item.path)
            texts[item.path] = old[: item.part.start] + item.part.renamed(name) + old[item.part.end :]
    return texts


def renamings(draft: Draft, items: list[Named], texts: dict[Path, str], name: str) -> Iterator[list[Edit]]:
    """Yield ways to write another name where a step is named: within the texts, or the texts anew."""
    precise = [edit for item in items for edit in _precise(draft, item, name)]
    yield once(precise)
    anew = []
    for path, new in texts.items():
        entry = draft.tree.find(path)
        if entry is not None:
            anew += whole(draft.text, entry, written(new))
    yield once(anew)


def _precise(draft: Draft, item: Named, name: str) -> list[Edit]:
    entry = draft.tree.find(item.path)
    if entry is None or not entry.part.is_scalar:
        return []  # it stands under an alias, and is found at its anchor
    if item.part is None:
        return next(replacements(draft, item.path, entry, name))
    style = entry.part.style
    span = draft.document.locate(item.path, item.part.start, item.part.end).span
    new = item.part.renamed(name)
    if style == "'":
        new = new.replace("'", "''")
    elif style == '"':
        new = escaped(new)
    return [replacing(span.start, span.end, new)]


def once(edits: list[Edit]) -> list[Edit]:
    """Return edits without repetitions: a part that aliases repeat is edited at one place."""
    return list({(edit.span.start, edit.span.end): edit for edit in edits}.values())


def key_renamed(draft: Draft, path: Path, name: str) -> list[Edit]:
    """Return how the key at a path is renamed."""
    entry = draft.entry(path)
    assert entry.key is not None
    if not entry.key.is_scalar:
        raise Refused("FLJ0013", "the name is written as an alias", path)
    quote = entry.key.style if entry.key.style in ("'", '"') else ""
    return [replacing(entry.key.inner, entry.key.end, text(name, quote))]
