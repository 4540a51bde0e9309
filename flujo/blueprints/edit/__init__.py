"""Changes of a blueprint's text that keep every byte outside the change."""

from flujo.blueprints.edit.changes import (
    AddBranch,
    Address,
    Append,
    Change,
    InsertAfter,
    Remove,
    Rename,
    Set,
    WrapInMap,
    read_change,
)
from flujo.blueprints.edit.editor import Edited, edit
from flujo.blueprints.edit.fixes import Fixed, apply_fixes, fix_all

__all__ = [
    "AddBranch",
    "Address",
    "Append",
    "Change",
    "Edited",
    "Fixed",
    "InsertAfter",
    "Remove",
    "Rename",
    "Set",
    "WrapInMap",
    "apply_fixes",
    "edit",
    "fix_all",
    "read_change",
]
