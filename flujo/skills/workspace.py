"""The workspace: the only files a skill may touch. A path is walked folder by folder, and no step follows a link.

Each folder is opened relative to the one before (`openat` with O_NOFOLLOW), so what was checked is what is used: a
folder exchanged for a symbolic link in between cannot lead out.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path as FilePath
from typing import Literal

from flujo.core.errors import SkillError
from flujo.core.values import MAX_VALUE_BYTES
from flujo.skills.globs import Glob

Access = Literal["read", "change"]

MAX_PATH = 4_096
MAX_NAMES = 64
MAX_ENTRIES = 100_000

_CLOSED_EVERYWHERE = frozenset({".flujo", ".git"})
"""State, the journal, and the project's history."""

_CLOSED_AT_TOP = frozenset({"flujo.toml", "skills.lock", ".env"})
"""What decides which skills, policies and secrets a run has."""

_READ_ONLY_AT_TOP = frozenset({"skills"})
"""Code that the next run would import."""

_NOT_SEEN = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES, errno.EPERM})
"""A folder in a list that is gone, was exchanged for a link, or is not ours to read."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # O_NONBLOCK: opening a pipe must not wait for its other end


class Workspace:
    """The files under one folder, by paths relative to it. All errors are SkillError FLJ0612, FLJ0613 or FLJ0614."""

    def __init__(self, root: FilePath) -> None:
        self._root = root

    def read(self, path: str) -> str:
        """Return the text of a file: UTF-8, at most 16 MiB."""
        with (
            self._folder_of(path, "read") as (folder, name),
            _reporting(path),
            _opened(folder, name, os.O_RDONLY, path) as handle,
            os.fdopen(handle, "rb", closefd=False) as file,
        ):
            data = file.read(MAX_VALUE_BYTES + 1)
        if len(data) > MAX_VALUE_BYTES:
            raise SkillError(f"`{path}` is larger than 16 MiB", code="FLJ0614", retry="never")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"`{path}` is not UTF-8 text: byte {error.start + 1} cannot be read"
            raise SkillError(message, code="FLJ0614", retry="never", help="save it as UTF-8") from error

    def write(self, path: str, content: str) -> None:
        """Write a file whole: a reader, or a crash, sees the old content or the new, never a part."""
        data = _encoded(path, content)
        with self._folder_of(path, "change", make=True) as (folder, name), _reporting(path):
            mode = _mode_of(folder, name, path)
            temporary = f".flujo-{secrets.token_hex(8)}.tmp"
            try:
                with _opened(folder, temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, path) as handle:
                    if mode is not None:
                        os.fchmod(handle, mode)
                    _write_all(handle, data)
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            os.fsync(folder)

    def append(self, path: str, content: str) -> None:
        """Add text at the end of a file, which is made if it is not there."""
        data = _encoded(path, content)
        with self._folder_of(path, "change", make=True) as (folder, name), _reporting(path):
            with _opened(folder, name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, path) as handle:
                if os.fstat(handle).st_nlink > 1:
                    raise _refused(f"`{path}` has a second name (a hard link), which may be outside the workspace")
                _write_all(handle, data)
            os.fsync(folder)

    def exists(self, path: str) -> bool:
        """Say whether there is a file or folder."""
        try:
            with self._folder_of(path, "read") as (folder, name), _reporting(path):
                if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise _is_link(path)
        except SkillError as error:
            if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
                return False
            raise
        return True

    def delete(self, path: str) -> bool:
        """Remove a file; say whether it was there."""
        try:
            with self._folder_of(path, "change") as (folder, name), _reporting(path):
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                if stat.S_ISLNK(found.st_mode):
                    raise _is_link(path)
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except SkillError as error:
            if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
                return False
            raise
        return True

    def list(self, pattern: str = "**/*", path: str = ".") -> list[str]:
        """Return the files in a folder that fit a glob pattern, relative to the workspace, sorted.

        `*` fits within one name, `**` any number of folders. Hidden names fit only a pattern that names the dot; links
        and closed files are left out.
        """
        wanted = Glob.of(_parts(pattern, None))
        above = () if _is_top(path) else _parts(path, "read")
        with self._open_folder(above, path, make=False) as top, _reporting(path):
            found = list(islice(_walk(top, above, wanted), MAX_ENTRIES + 1))
        if len(found) > MAX_ENTRIES:
            message = f"there are more than {MAX_ENTRIES:,} files that fit `{pattern}` below `{path}`"
            raise SkillError(message, code="FLJ0614", retry="never", help="name a folder as `path`")
        return sorted(found)

    @contextmanager
    def _folder_of(self, path: str, access: Access, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder a path lies in, and give it with the last name; missing folders are made if `make`."""
        *folders, name = _parts(path, access)
        with self._open_folder(folders, path, make) as handle:
            yield handle, name

    @contextmanager
    def _open_folder(self, folders: Iterable[str], path: str, make: bool) -> Iterator[int]:
        with _reporting(path):
            handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                with _reporting(path):
                    inner = _enter(handle, folder, make)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)


def _enter(handle: int, folder: str, make: bool) -> int:
    try:
        return os.open(folder, _FOLDER, dir_fd=handle)
    except FileNotFoundError:
        if not make:
            raise
        with suppress(FileExistsError):
            os.mkdir(folder, dir_fd=handle)
            os.fsync(handle)
        return os.open(folder, _FOLDER, dir_fd=handle)
    except NotADirectoryError:  # Linux says so of a link too
        if stat.S_ISLNK(os.stat(folder, dir_fd=handle, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        raise


@contextmanager
def _opened(folder: int, name: str, flags: int, path: str) -> Iterator[int]:
    """Open a regular file in an open folder, and close it."""
    handle = os.open(name, flags | _FILE, 0o666, dir_fd=folder)
    try:
        _refuse_special(os.fstat(handle), path)
        yield handle
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb", closefd=False) as file:
        file.write(data)
    os.fsync(handle)


def _walk(handle: int, above: tuple[str, ...], wanted: Glob) -> Iterator[str]:
    """Give the paths of the files below an open folder that fit, except closed ones."""
    with os.scandir(handle) as entries:
        there = [
            (item.name, item.is_dir(follow_symlinks=False), item.is_file(follow_symlinks=False)) for item in entries
        ]
    for name, is_folder, is_file in there:
        path, left = (*above, name), wanted.after(name)
        if not _is_text(name) or _closed(path, "read") or name.startswith(".flujo-"):
            continue
        if is_file and left.fits:
            yield "/".join(path)
        elif is_folder and not left.is_hopeless and len(path) < MAX_NAMES:
            try:
                inner = os.open(name, _FOLDER, dir_fd=handle)
            except OSError as error:
                if error.errno in _NOT_SEEN:
                    continue
                raise
            try:
                yield from _walk(inner, path, left)
            finally:
                os.close(inner)


def _is_text(name: str) -> bool:
    """Say whether a name is valid Unicode; others have no JSON form and cannot be named in a blueprint."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_top(path: str) -> bool:
    return all(part in ("", ".") for part in path.split("/")) and path[:1] == "."


def _parts(path: str, access: Access | None) -> tuple[str, ...]:
    """Return the names of a path; raise SkillError FLJ0612 unless it can only lie inside the workspace.

    With no access meant, as for a pattern, closed names pass.
    """
    if not path or "\0" in path or len(path) > MAX_PATH or not _is_text(path):
        raise _refused("a path must not be empty, hold NUL or half a character, or be longer than 4,096 characters")
    if path.startswith("/") or path.startswith("~") or (len(path) > 1 and path[1] == ":") or "\\" in path:
        raise _refused(f"`{path}` is not a path relative to the workspace, with `/` between names")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise _refused(f"`{path}` leads out of the workspace")
    if not 0 < len(parts) <= MAX_NAMES:
        problem = "is the workspace itself, not a file in it" if not parts else f"has more than {MAX_NAMES} names"
        raise _refused(f"`{path}` {problem}")
    closed = _closed(parts, access) if access else None
    if closed:
        raise _refused(f"`{path}` is protected: {closed}")
    return parts


def _closed(parts: tuple[str, ...], access: Access) -> str | None:
    """Return why a path is closed to skills, if it is."""
    plain = [_plain(part) for part in parts]
    if _CLOSED_EVERYWHERE & set(plain):
        return "the state of flujo and the project's history are not for skills"
    if len(parts) == 1 and (plain[0] in _CLOSED_AT_TOP or plain[0].startswith(".env.")):
        return "it decides what a run may do"
    if access == "change" and plain[0] in _READ_ONLY_AT_TOP:
        return "skills cannot change the code of skills"
    return None


def _plain(name: str) -> str:
    """Return a name as file systems that ignore case, composition or invisible characters see it."""
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().rstrip(". ")


def _mode_of(folder: int, name: str, path: str) -> int | None:
    """Return the permissions of the file that is about to be replaced; None if there is none."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        raise _is_link(path)
    _refuse_special(found, path)
    return stat.S_IMODE(found.st_mode)


def _encoded(path: str, content: str) -> bytes:
    try:
        data = content.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"the content for `{path}` holds half of a surrogate pair, which is not valid Unicode"
        raise SkillError(message, code="FLJ0614", retry="never") from error
    if len(data) > MAX_VALUE_BYTES:
        raise SkillError(f"the content for `{path}` is larger than 16 MiB", code="FLJ0614", retry="never")
    return data


def _refuse_special(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise _refused(f"`{path}` is a device, pipe or socket, not a file")


@contextmanager
def _reporting(path: str) -> Iterator[None]:
    """Turn what the system says into an error of a skill."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _is_link(path) from error
        reason = (error.strerror or str(error)).lower()
        help = "`files.list` shows what there is" if isinstance(error, FileNotFoundError) else None
        raise SkillError(f"`{path}`: {reason}", code="FLJ0613", help=help) from error


def _is_link(path: str) -> SkillError:
    return _refused(f"`{path}` goes through a symbolic link, which skills do not follow")


def _refused(message: str) -> SkillError:
    return SkillError(message, code="FLJ0612", retry="never", help="use a path inside the project folder")
