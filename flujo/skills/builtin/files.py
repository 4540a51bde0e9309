"""Skills on files in the workspace, which is the project's folder; nothing outside it can be reached."""

from __future__ import annotations

from flujo.core.ports import SkillContext
from flujo.skills.decorator import skill
from flujo.skills.workspace import Workspace


@skill(effect="read", idempotent=True, sinks=("path",))
def read(context: SkillContext, path: str) -> str:
    """Read a text file.

    Args:
        path: Path of the file inside the workspace; it is read as UTF-8.

    Examples:
        {uses: files.read, with: {path: tickets.csv}}
    """
    return Workspace(context.workspace).read(path)


@skill(effect="write", idempotent=True, sinks=("path",), main="content")
def write(context: SkillContext, path: str, content: str) -> str:
    """Save a text to a file, in place of what was there; give the path.

    Args:
        path: Path of the file inside the workspace; missing folders are made.
        content: The text. For other values use `json.dump`, `table.to_csv` or `table.to_markdown` before.

    Examples:
        {uses: files.write, with: {path: report.md, content: "{{ previous }}"}}
    """
    Workspace(context.workspace).write(path, content)
    return path


@skill(effect="write", idempotent=False, sinks=("path",), main="content")
def append(context: SkillContext, path: str, content: str) -> str:
    """Add a text at the end of a file, such as a line of a log; give the path.

    Args:
        path: Path of the file inside the workspace; it is made if it is not there.
        content: The text, with its own line end.

    Examples:
        {uses: files.append, with: {path: log.txt, content: "done\\n"}}
    """
    Workspace(context.workspace).append(path, content)
    return path


@skill(effect="read", idempotent=True)
def list_(context: SkillContext, pattern: str = "**/*", path: str = ".") -> list[str]:
    """List the files that fit a pattern, as sorted paths.

    Args:
        pattern: A glob pattern: `*` within a name, `**` for any folders. Hidden files need a pattern with the dot.
        path: Folder inside the workspace to look in; the pattern counts from there, the result from the workspace.

    Examples:
        {uses: files.list, with: {pattern: "data/*.csv"}}
    """
    return Workspace(context.workspace).list(pattern, path)


@skill(effect="read", idempotent=True, sinks=("path",))
def exists(context: SkillContext, path: str) -> bool:
    """Say whether a file or folder is there.

    Args:
        path: Path inside the workspace.

    Examples:
        {uses: files.exists, with: {path: report.md}}
    """
    return Workspace(context.workspace).exists(path)


@skill(effect="destructive", idempotent=True, sinks=("path",))
def delete(context: SkillContext, path: str) -> bool:
    """Delete a file; say whether it was there.

    Args:
        path: Path of the file inside the workspace.

    Examples:
        {uses: files.delete, with: {path: old.txt}}
    """
    return Workspace(context.workspace).delete(path)
