"""Entries of mappings and items of lists: added, and taken away with the lines they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flujo.blueprints.edit.draft import Draft
from flujo.blueprints.edit.splice import adding_lines, column, line_start, line_stop, replacing, without_lines
from flujo.blueprints.edit.tree import Entry, Part, Tree
from flujo.blueprints.edit.values import whole
from flujo.blueprints.edit.writing import key as key_text
from flujo.blueprints.edit.writing import written
from flujo.core.diagnostics import Edit
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue

_REST: Final = re.compile(r"[ \t]*,?[ \t]*(?:(?<=[ \t,])#[^\r\n]*)?")


def new_entry(source: str, mapping: Part, name: str, value: JsonValue) -> list[Edit]:
    """Return how a mapping gets another entry, as its last."""
    return entry_of(source, mapping, [f"{key_text(name)}: {written(value)}"])


def entry_of(source: str, mapping: Part, lines: list[str]) -> list[Edit]:
    """Return how a mapping gets the lines of another entry; in braces it is one line."""
    if mapping.is_flow:
        return [_inside(source, mapping, lines[0])]
    indent = " " * column(source, mapping.entries[0].start)
    return [adding_lines(source, mapping.end, [indent + line for line in lines])]


def new_item(source: str, items: Part, after: Entry | None, value: JsonValue) -> list[Edit]:
    """Return how a list gets another item after the one given, written as that one is."""
    if items.is_flow or after is None:
        quote = _quote(after)
        if after is None or after is items.entries[-1]:
            return [_inside(source, items, written(value, quote))]
        return [replacing(after.part.end, after.part.end, f", {written(value, quote)}")]
    indent, gap = column(source, after.start), gap_of(source, after)
    end = max(after.part.end, after.start)
    return [adding_lines(source, end, item_lines(value, indent, gap, like=after))]


def _inside(source: str, collection: Part, new: str) -> Edit:
    """Return the insertion of a last entry between brackets."""
    if not collection.entries:
        inside = source[collection.inner + 1 : collection.end - 1]
        end = collection.end - 1 if not inside.strip(" \t") else collection.inner + 1
        return replacing(collection.inner + 1, end, new)
    last = collection.entries[-1]
    end = max(last.part.end, last.key.end if last.key else 0)
    return replacing(end, end, f", {new}")


def _quote(entry: Entry | None) -> str:
    return entry.part.style if entry is not None and entry.part.style in ("'", '"') else ""


def gap_of(source: str, item: Entry) -> str:
    """Return what stands between the dash of an item and what follows on its line."""
    gap = source[item.start + 1 : item.part.start]
    return gap if gap and not gap.strip(" ") else " "


def item_lines(value: JsonValue, indent: int, gap: str, like: Entry | None = None) -> list[str]:
    """Return the lines of an item: a mapping has a line for each key, unless the item it is to be like has braces."""
    dash = " " * indent + "-" + gap
    in_block = like is None or (like.part.is_mapping and not like.part.is_flow)
    if not isinstance(value, dict) or not value or not in_block:
        return [dash + written(value, _quote(like))]
    lines = [f"{key_text(name)}: {written(part)}" for name, part in value.items()]
    return [dash + lines[0], *(" " * len(dash) + line for line in lines[1:])]


def branch_lines(source: str, branches: Part, name: str, steps: list[JsonObject]) -> list[str]:
    """Return the lines of another branch, its steps written as those of the last branch are."""
    head = f"{key_text(name)}:"
    if name in ("true", "false"):
        head = f"{name}:"
    last = next((entry for entry in reversed(branches.entries) if entry.part.is_list), None)
    if branches.is_flow or not steps or (last is not None and last.part.is_flow):
        return [f"{head} {written(steps)}"]
    offset, gap = 2, " "
    if last is not None:
        first = last.part.entries[0]
        offset, gap = max(0, column(source, first.start) - column(source, last.start)), gap_of(source, first)
    lines = [head]
    for step in steps:
        lines += item_lines(step, offset, gap)
    return lines


def removals(draft: Draft, path: Path, entry: Entry) -> Iterator[list[Edit]]:
    """Yield ways to take an entry away."""
    source, above = draft.text, draft.container(path[:-1])
    place = above.entries.index(entry)
    if above.is_flow:
        yield [_out_of_brackets(draft.tree, above, place)]
        return
    if len(above.entries) == 1:
        outer, empty = draft.tree.find(path[:-1]), "[]" if above.is_list else "{}"
        yield whole(source, outer, empty) if outer else [replacing(above.inner, above.end, empty)]
        return
    end = max(entry.part.end, entry.key.end if entry.key else entry.start)
    if not source[line_start(source, entry.start) : entry.start].strip():
        yield [without_lines(source, entry.start, end)]
        return
    after = above.entries[place + 1].start if place + 1 < len(above.entries) else end  # it stands after a dash
    if "#" not in source[end:after]:
        yield [replacing(entry.start, after, "")]
    yield [replacing(entry.start, end, "")]


def _out_of_brackets(tree: Tree, above: Part, place: int) -> Edit:
    """Return how an entry and one comma are taken out of brackets; with its lines, where it has them for itself."""
    source, entry = tree.text, above.entries[place]
    end = max(entry.part.end, entry.key.end if entry.key else 0)
    rest = _REST.match(source, end)
    alone = rest is not None and rest.end() == line_stop(source, end) and rest.end() < len(source)
    if alone and not source[line_start(source, entry.start) : entry.start].strip():
        return without_lines(source, entry.start, end)
    if place:
        before = above.entries[place - 1]
        start = max(before.part.end, before.key.end if before.key else 0)
        return replacing(source.index(",", tree.skip(start)), end, "")
    if len(above.entries) > 1:
        return replacing(entry.start, above.entries[1].start, "")
    return replacing(above.inner + 1, above.end - 1, "")
