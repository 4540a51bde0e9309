"""An owner of runs: a process, by a file in `.flujo/locks/` that it holds locked for as long as it lives.

The kernel frees the lock on any kind of death. The table of runs names each run's owner, so a run is driven while the
file of its owner is locked. One file a process, not one a run: making a file costs as much as two steps.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path


class Owner:
    """This process as an owner of runs; `name` is that of its file, empty until it has one."""

    def __init__(self, folder: Path) -> None:
        self.name = ""
        self._folder = folder
        self._handle = -1

    def enter(self) -> str:
        """Return the name, with a file behind it: process id, a dash, chance; raise OSError when it cannot be made."""
        if not self.name:
            self._folder.mkdir(exist_ok=True)
            name = f"{os.getpid()}-{os.urandom(4).hex()}"
            self._handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            self.name = name
        return self.name

    def lives(self, name: str) -> bool:
        """Say whether the process behind a name is alive; the file that a dead one left is removed."""
        if not name:
            return False
        file = self._folder / name
        try:
            handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        with suppress(OSError):  # a folder that is read-only keeps it: it says the same
            file.unlink()
        return False

    def leave(self) -> None:
        """Give up all that this process owns."""
        if self.name:
            with suppress(OSError):  # it may have been taken away already
                (self._folder / self.name).unlink()
            os.close(self._handle)
            self.name = ""
