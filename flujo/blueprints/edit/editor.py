"""Changes made one after the other: each is written, read again, and refused unless the data is what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from flujo.blueprints.document import Document
from flujo.blueprints.edit.address import existing, not_there, resolve, shown
from flujo.blueprints.edit.changes import AddBranch, Append, Change, InsertAfter, Remove, Rename, Set, WrapInMap
from flujo.blueprints.edit.diff import unified
from flujo.blueprints.edit.draft import Draft, same
from flujo.blueprints.edit.entries import branch_lines, entry_of, new_entry, new_item, removals
from flujo.blueprints.edit.naming import NEEDS, named
from flujo.blueprints.edit.problem import Refused
from flujo.blueprints.edit.renaming import (
    callers,
    check_name,
    check_step_name,
    is_declared,
    key_renamed,
    once,
    put,
    renamed_texts,
    renamings,
    uses_of,
)
from flujo.blueprints.edit.splice import spliced
from flujo.blueprints.edit.values import replacements
from flujo.blueprints.edit.wrapping import own_line, wrappings
from flujo.blueprints.reader import read
from flujo.core.diagnostics import Diagnostic, Edit
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonValue, ValueProblem, stored_bytes

MAX_PARTS: Final = 64
"""A value that differs in more parts than this is written anew: each part takes two readings of the text."""

_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Edited:
    """A text after changes; with diagnostics it is the text before them, as changes are made all or not at all."""

    name: str
    before: str
    text: str
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def diff(self) -> str:
        """The unified diff; empty when nothing changed."""
        return unified(self.name, self.before, self.text)


def edit(text: str, name: str, changes: Iterable[Change]) -> Edited:
    """Return a blueprint's text with changes made, every byte outside them as it was; `name` is its file's.

    A change that cannot be made is refused with a diagnostic: FLJ0011 when there is nothing at its address, FLJ0012
    when it would change other places through an alias, FLJ0013 when it would change more than it says.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    document, problems = read(text, name)
    if document is None or problems:
        return Edited(name, text, text, tuple(problems))
    draft = Draft(document)
    for change in changes:
        try:
            draft = _changed(draft, change)
        except Refused as refused:
            return Edited(name, text, text, (_diagnostic(refused, draft.document),))
    return Edited(name, text, mark + draft.text)


def _diagnostic(refused: Refused, document: Document) -> Diagnostic:
    place = document.place(refused.path)
    return Diagnostic(refused.code, refused.message, place, refused.help, path=refused.path)


def _tried(draft: Draft, ways: Iterable[list[Edit]], data: JsonValue, path: Path) -> Draft:
    """Return the draft after the first of several ways that gives the data; raise Refused if none does."""
    for edits in ways:
        text = spliced(draft.text, edits)
        document, problems = read(text, draft.document.source.name)
        if document is not None and not problems and same(document.data, data):
            return Draft(document)
    message = "the edit cannot be written here without changing more than it says"
    raise Refused("FLJ0013", message, path, "edit the text by hand, or write this part more plainly first")


def _changed(draft: Draft, change: Change) -> Draft:
    match change:
        case Set(address, value):
            path, missing = resolve(address, draft.document.data)
            _check_value(value, path)
            return _new_key(draft, change, path, missing) if missing else _replaced(draft, path, value)
        case Append(address):
            return _appended(draft, existing(address, draft.document.data), change)
        case Remove(address):
            return _removed(draft, existing(address, draft.document.data))
        case InsertAfter(address, value):
            return _inserted(draft, existing(address, draft.document.data), value)
        case Rename(address, name):
            return _renamed(draft, existing(address, draft.document.data), name)
        case AddBranch(address):
            return _with_branch(draft, existing(address, draft.document.data), change)
        case WrapInMap(address):
            return _wrapped(draft, existing(address, draft.document.data), change)
    assert_never(change)


def _check_value(value: JsonValue, path: Path) -> None:
    try:
        stored_bytes(value)
    except ValueProblem as problem:
        raise Refused("FLJ0013", f"the value cannot stand in a blueprint: {problem}", path) from problem


# --- one change each


def _replaced(draft: Draft, path: Path, value: JsonValue) -> Draft:
    """Put a value at a path; of a mapping or list only what differs, where that can be."""
    old = draft.value(path)
    if same(old, value):
        return draft
    by_parts = _by_parts(draft, path, old, value)
    if by_parts is not None:
        return by_parts
    if not path:
        raise Refused("FLJ0013", "the whole blueprint cannot be set", path, "set its keys")
    entry, data = draft.entry(path), draft.data
    put(data, path, value)
    return _tried(draft, replacements(draft, path, entry, value), data, path)


def _by_parts(draft: Draft, path: Path, old: JsonValue, new: JsonValue) -> Draft | None:
    """Return the draft after the smaller changes that make one value of another; None where that is no way."""
    changes = list(_smaller(path, old, new))
    if len(changes) > MAX_PARTS:
        return None
    try:
        for change in changes:
            draft = _changed(draft, change)
    except Refused:
        return None
    return draft if same(draft.value(path), new) else None


def _smaller(path: Path, old: JsonValue, new: JsonValue) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
        yield from (Set((*path, key), new[key]) for key in old if key in new and not same(old[key], new[key]))
        yield from (Remove((*path, key)) for key in old if key not in new)
        yield from (Set((*path, key), new[key]) for key in new if key not in old)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        if len(new) < len(old):
            gone, at = [], 0
            for index, item in enumerate(old):
                if at < len(new) and same(item, new[at]):
                    at += 1
                else:
                    gone.append(index)
            yield from (Remove((*path, index)) for index in reversed(gone) if at == len(new))
            return
        yield from (Set((*path, index), new[index]) for index in range(len(old)))
        yield from (Append(path, item) for item in new[len(old) :])


def _new_key(draft: Draft, change: Set, path: Path, missing: Path) -> Draft:
    """Add a key, with mappings round its value for further keys that are missing."""
    container, data, value = draft.container(path), draft.data, change.value
    for key in reversed(missing[1:]):
        value = {str(key): value}
    name = missing[0]
    if isinstance(name, str) and container.is_scalar and container.value is None and path:
        put(data, path, {name: value})
        return _tried(draft, replacements(draft, path, draft.entry(path), {name: value}), data, path)
    if not container.is_mapping or not isinstance(name, str):
        raise not_there(change.address, path, missing, draft.document.data)
    put(data, (*path, name), value)
    return _tried(draft, [new_entry(draft.text, container, name, value)], data, path)


def _appended(draft: Draft, path: Path, change: Append) -> Draft:
    old, value = draft.value(path), change.value
    _check_value(value, path)
    if not isinstance(old, list):
        raise Refused("FLJ0013", f"there is no list at the address `{shown(change.address)}`", path)
    container, data = draft.container(path), draft.data
    put(data, path, [*old, value])
    last = container.entries[-1] if container.entries else None
    return _tried(draft, [new_item(draft.text, container, last, value)], data, path)


def _removed(draft: Draft, path: Path) -> Draft:
    if not path:
        raise Refused("FLJ0013", "the whole blueprint cannot be removed", path)
    entry, data = draft.entry(path), draft.data
    above = data
    for key in path[:-1]:
        above = above[key]
    del above[path[-1]]
    return _tried(draft, removals(draft, path, entry), data, path)


def _inserted(draft: Draft, path: Path, value: JsonValue) -> Draft:
    _check_value(value, path)
    if not path or not isinstance(path[-1], int):
        raise Refused("FLJ0013", "nothing can come after what is not in a list", path, "write the body as a list first")
    container, data = draft.container(path[:-1]), draft.data
    items = [*draft.value(path[:-1])]
    items.insert(path[-1] + 1, value)
    put(data, path[:-1], items)
    return _tried(draft, [new_item(draft.text, container, container.entries[path[-1]], value)], data, path)


def _with_branch(draft: Draft, path: Path, change: AddBranch) -> Draft:
    _check_value(change.steps, path)
    step = draft.value(path)
    word = next(
        (key for key in ("branches", "states") if isinstance(step, dict) and isinstance(step.get(key), dict)), None
    )
    if word is None:
        raise Refused("FLJ0013", "the step has no branches", path, "give it a branch with `branches: {NAME: [...]}`")
    at = (*path, word)
    if change.key in step[word]:
        raise Refused("FLJ0013", f"the step has a branch `{change.key}` already", (*at, change.key))
    container, data = draft.container(at), draft.data
    put(data, (*at, change.key), change.steps)
    lines = branch_lines(draft.text, container, change.key, change.steps)
    return _tried(draft, [entry_of(draft.text, container, lines)], data, path)


def _renamed(draft: Draft, path: Path, name: str) -> Draft:
    step = draft.value(path)
    if is_declared(path):
        return _declared_anew(draft, path, name)
    if not isinstance(step, dict) or not _is_step(path):
        raise Refused("FLJ0013", "only steps, agents and imports can be renamed", path)
    if step.get("name") == name:
        return draft
    check_step_name(draft, path, name)
    items, data, at = uses_of(draft, path), draft.data, (*path, "name")
    texts, before = renamed_texts(items, draft, name), named(data)
    for place, text in texts.items():
        put(data, place, text)
    put(data, at, name)
    container = draft.container(path)
    own = (
        next(replacements(draft, at, draft.entry(at), name))
        if "name" in step
        else new_entry(draft.text, container, "name", name)
    )
    done = _tried(draft, ([*own, *edits] for edits in renamings(draft, items, texts, name)), data, path)
    after = named(done.document.data)
    if any(old.target not in (None, new.target) for old, new in zip(before, after, strict=True)):
        message = f"with the name `{name}` a template would mean another step than before"
        raise Refused("FLJ0013", message, path, "choose a name that no step around it or inside it has")
    return done


def _is_step(path: Path) -> bool:
    """Say whether a path can be that of a step: an item of a list, or a body of one step."""
    words = [key for key in path if isinstance(key, str)]
    return bool(words) and (words[-1] in ("steps", "body") or words[-2:-1] in (["branches"], ["states"]))


def _declared_anew(draft: Draft, path: Path, name: str) -> Draft:
    """Rename an agent or an import."""
    check_name(name)
    above = draft.value(path[:-1])
    if name in above:
        raise Refused("FLJ0013", f"there is a `{name}` in `{path[0]}` already", path)
    data, edits = draft.data, key_renamed(draft, path, name)
    put(data, path[:-1], {name if key == path[-1] else key: part for key, part in above.items()})
    for at in callers(draft, path):
        put(data, at, f"{path[0]}.{name}")
        entry = draft.tree.find(at)
        if entry is not None:
            edits += next(replacements(draft, at, entry, f"{path[0]}.{name}"))
    return _tried(draft, [once(edits)], data, path)


def _wrapped(draft: Draft, path: Path, change: WrapInMap) -> Draft:
    """Put a map round a step: what named the step names the map, and the step's `needs` become the map's."""
    _check_value(change.over, path)
    step = draft.value(path)
    if not path or not isinstance(path[-1], int) or not isinstance(step, dict) or not _is_step(path):
        raise Refused("FLJ0013", "only a step of a list can be put in a map", path)
    check_step_name(draft, path, change.name)
    items = [item for item in uses_of(draft, path) if item.path[: len(path)] != path]
    texts, data = renamed_texts(items, draft, change.name), draft.data
    for place, text in texts.items():
        put(data, place, text)
    draft = _tried(draft, renamings(draft, items, texts, change.name), data, path)
    around = {"kind": "map", "name": change.name, "over": change.over}
    lines: dict[str, str] = {}
    for key in NEEDS:
        if key in step:
            around[key] = step[key]
            lines |= own_line(draft, path, key)
            draft = _removed(draft, (*path, key))
    data = draft.data
    put(data, path, {**around, "steps": [draft.value(path)]})
    draft.container(path[:-1])
    entry = draft.tree.find(path)
    assert entry is not None
    return _tried(draft, wrappings(draft, entry, around, lines), data, path)
