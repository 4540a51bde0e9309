"""The skill files of a project: which there are, their bytes and their digests. Nothing is imported here."""

from __future__ import annotations

import re
from pathlib import Path as FilePath

from flujo.core.values import sha256

FOLDER = "skills"

FILE_NAME = re.compile(r"skills/[^/_.][^/]*\.py")
"""A file that may hold skills; names that begin with an underscore are for what they share."""


def skill_files(root: FilePath) -> list[str]:
    """Return the project's skill files, relative to its root, sorted."""
    names = (f"{FOLDER}/{path.name}" for path in (root / FOLDER).glob("*.py"))
    return sorted(name for name in names if FILE_NAME.fullmatch(name))


def source_digest(data: bytes) -> str:
    """Return the digest of a source file; a checkout with other line ends has the same."""
    return sha256(data.replace(b"\r\n", b"\n"))
