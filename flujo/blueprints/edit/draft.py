"""A blueprint that is being edited: its text, its data, and how it is written."""

from __future__ import annotations

import json
from functools import cached_property

from flujo.blueprints.document import Document
from flujo.blueprints.edit.problem import Refused
from flujo.blueprints.edit.splice import line_end
from flujo.blueprints.edit.tree import Entry, Part, Tree, grow
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonValue, stored_bytes


@dataclass(frozen=True)
class Draft:
    """One state of the text, read."""

    document: Document

    @property
    def text(self) -> str:
        """The text without its byte order mark."""
        return self.document.source.text

    @cached_property
    def tree(self) -> Tree:
        """How it is written."""
        return grow(self.text)

    @cached_property
    def line_end(self) -> str:
        """How its lines end."""
        return line_end(self.text)

    @property
    def data(self) -> JsonValue:
        """A copy of its data, in which no two parts are one object."""
        return json.loads(stored_bytes(self.document.data))

    def value(self, path: Path) -> JsonValue:
        """Return the value at a path that is there."""
        value = self.document.data
        for key in path:
            value = value[key]
        return value

    @cached_property
    def _aliases(self) -> dict[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for part in self.tree.root.parts():
            if part.alias is not None:
                found.setdefault(part.alias, []).append(part)
        return found

    def container(self, path: Path) -> Part:
        """Return the part at a path, to be changed inside; raise Refused if that would change other places too."""
        chain = self.tree.chain(path)
        for part in chain:
            self._refuse_shared(part, path)
        return chain[-1]

    def entry(self, path: Path) -> Entry:
        """Return the entry at a path, to be changed or removed; raise Refused if that would change other places too."""
        self.container(path[:-1])
        entry = self.tree.find(path)
        assert entry is not None
        for part in entry.part.parts():
            for alias in self._aliases.get(part.anchor or "", ()):
                if not entry.part.start <= alias.start < entry.part.end:
                    self._refuse_shared(part, path)
        return entry

    def _refuse_shared(self, part: Part, path: Path) -> None:
        if part.alias is not None:
            message = f"the edit is inside `*{part.alias}`, which stands for a part that is used elsewhere too"
            raise Refused("FLJ0012", message, path, "set the whole value here, or edit the part at its anchor")
        if part.anchor in self._aliases:
            count = len(self._aliases[part.anchor])
            where = "one other place" if count == 1 else f"{count} other places"
            message = f"the edit would change what `&{part.anchor}` is in {where} too"
            raise Refused("FLJ0012", message, path, "write the value out where the aliases stand, then edit")


def same(left: JsonValue, right: JsonValue) -> bool:
    """Say whether two values are the same, with the order of their keys; 1, 1.0 and true are not."""
    return stored_bytes(left) == stored_bytes(right)
