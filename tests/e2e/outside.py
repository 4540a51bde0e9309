"""flujo as a process of its own, and a skill by which a test holds a run where it wants it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROBE = '''"""A skill that tells a test that it runs, and waits for it."""

import os

from flujo import skill


@skill(effect="EFFECT")
def hold(value: str) -> str:
    """Say that the run is here, then wait until the test lets go; once the gate is open, pass at once."""
    if os.path.exists("gate"):
        with open("here", "w") as here:
            here.write("here")
        with open("gate") as gate:
            gate.read()
    return value
'''


def environment(**extra: str) -> dict[str, str]:
    """The environment of a child process: ours, without what would change the answers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLUJO")} | extra


def child(*arguments: str, cwd: Path, env: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
    """Start the command line as a user would; all three streams are pipes (stdin: nothing)."""
    command = [sys.executable, "-P", "-m", "flujo", *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=cwd, env=environment(**env or {}), **(pipes | options))


def gated(folder: Path, effect: str = "read") -> None:
    """Add the skill `probe.hold` to a project, with its gate closed."""
    (folder / "skills").mkdir(exist_ok=True)
    (folder / "skills/probe.py").write_text(PROBE.replace("EFFECT", effect))
    os.mkfifo(folder / "here")
    os.mkfifo(folder / "gate")


@contextmanager
def held(folder: Path, *arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Drive a run in another process up to `probe.hold`; at the end the process is gone, whatever happened."""
    process = child(*arguments, cwd=folder, **options)
    try:
        with (folder / "here").open() as here:
            assert here.read() == "here"
        yield process
    finally:
        process.kill()
        process.communicate()


def let_go(folder: Path) -> None:
    """Open the gate, for the run that waits at it and for all that come later."""
    with (folder / "gate").open("w"):
        (folder / "gate").unlink()


def newest(flujo: Any) -> str:
    """The id of the newest run."""
    return str(flujo("lens", "list", "--limit", "1", "--json").json["runs"][0]["run_id"])
