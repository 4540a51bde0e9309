"""Edits that are made, and edits that are refused."""

from __future__ import annotations

from flujo.blueprints.edit import Change, edit


def after(text: str, *changes: Change) -> str:
    """The text after changes that are not refused."""
    edited = edit(text, "flow.yaml", changes)
    assert not edited.diagnostics, edited.diagnostics
    return edited.text


def refused(text: str, *changes: Change) -> tuple[str, str, str | None]:
    """Code, message and help of the one diagnostic; the text is as it was."""
    edited = edit(text, "flow.yaml", changes)
    (item,) = edited.diagnostics
    assert (edited.text, edited.diff) == (text, "") and item.place is not None
    return item.code, item.message, item.help
