"""Files of the project, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from flujo.core.errors import UsageError


def shown_path(path: Path) -> str:
    """Return a path as a person would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replace what a file holds, in one move, if that is still `before`; raise UsageError FLJ0007.

    A link stays a link; who may read and write the file stays too.
    """
    target = path.resolve()
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        mode = target.stat().st_mode
        partial.write_bytes(after)
        partial.chmod(S_IMODE(mode))
        if target.read_bytes() != before:
            partial.unlink()
            message = f"`{shown_path(path)}` has changed meanwhile, so it was not written"
            raise UsageError("FLJ0007", message, help="run the command again")
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise UsageError("FLJ0007", f"`{shown_path(path)}` cannot be written: {reason}") from error


def write_text(path: Path, text: str) -> None:
    """Write a file by replacing it; raise UsageError FLJ0007 when that cannot be done."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, "utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise UsageError("FLJ0007", f"`{shown_path(path)}` cannot be written: {reason}") from error
