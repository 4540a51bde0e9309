"""What starts nothing really starts nothing: verbs under an audit hook that ends the process at the first attempt.

The hook is inside the interpreter, below everything flujo or a library could do in Python. Mutants show that it fires.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.e2e.outside import environment, newest
from tests.e2e.test_main_job import GOAL

GUARD = """
import json
import os
import sys

from flujo.cli.main import main

FORBIDDEN = {
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn",
    "ctypes.dlopen",
}
PROJECT = os.getcwd() + os.sep


def guard(event, args):
    what = None
    if event in FORBIDDEN:
        what = f"{event} {args!r}"
    elif event == "import" and args[1] and str(args[1]).startswith(PROJECT):
        what = f"import of {args[1]}"
    elif event == "compile" and str(args[1]).startswith(PROJECT):
        what = f"compile of {args[1]}"
    elif event == "exec" and args[0].co_filename.startswith(PROJECT):
        what = f"exec of {args[0].co_filename}"
    if what is not None:
        os.write(2, f"FORBIDDEN {what}\\n".encode())
        os._exit(99)


sys.addaudithook(guard)
for line in json.loads(sys.argv[1]):
    code = main(line)
    os.write(2, f"ENDED {code} {' '.join(line)}\\n".encode())
sys.exit(code)
"""
CAUGHT = 99
SKILL = '''"""Skills that go outside."""

import os
import socket
import subprocess

from flujo import skill


@skill(effect="read")
def call(how: str) -> str:
    """Go outside in one of several ways."""
    if how == "socket":
        socket.create_connection(("127.0.0.1", 9))
    elif how == "process":
        subprocess.run(["true"], check=True)
    elif how == "shell":
        os.system("true")
    elif how == "fork" and os.fork() == 0:
        os._exit(0)
    return how
'''
OUTSIDE = 'version: "0.1"\nsteps:\n  - {name: go, uses: outside.call, with: {how: HOW}}\n'


def guarded(*lines: tuple[str, ...], guard: str = GUARD) -> "subprocess.CompletedProcess[bytes]":
    """Run command lines one after the other in a process under the guard; its code is that of the last."""
    command = [sys.executable, "-P", "-c", guard, json.dumps(lines)]
    return subprocess.run(command, env=environment(), capture_output=True, stdin=subprocess.DEVNULL, check=False)


@pytest.fixture
def finished(demo: Call) -> str:
    """A finished run of the demonstration, whose skills are those of the project and the builtin ones."""
    assert demo("create", "--goal", GOAL, "--non-interactive").code == 0
    assert demo("run").code == 6
    run = newest(demo)
    assert demo("resume", run, "--answer", "yes").code == 0
    return run


def test_what_looks_or_checks_starts_nothing(finished: str) -> None:
    Path("bad.yaml").write_text('version: "0.1"\nsteps: [{name: a, uses: tickets.nothing}]\n')
    lines = {
        ("validate",): 0,
        ("validate", ".", "--json"): 4,
        ("run", "--dry-run"): 0,
        ("run", "bad.yaml", "--dry-run"): 4,
        ("create", "--goal", GOAL, "--non-interactive", "--offline", "--output", "new.yaml"): 0,
        ("create", "--goal", "Feed the cat", "--non-interactive", "--offline", "--output", "cat.yaml"): 4,
        ("lens", "replay", finished): 0,
        ("lens", "show", finished): 0,
        ("lens", "trace", finished): 0,
        ("lens", "list"): 0,
        ("tasks", "list"): 0,
        ("skills", "list"): 0,
        ("skills", "show", "table.filter"): 0,
    }
    done = guarded(*lines)
    ended = [line for line in done.stderr.decode().splitlines() if line.startswith(("ENDED", "FORBIDDEN"))]
    assert ended == [f"ENDED {code} {' '.join(line)}" for line, code in lines.items()]


def test_a_run_of_project_skills_replays_without_them(demo: Call) -> None:
    assert demo("run").code == 0
    run = newest(demo)
    skill = Path("skills/tickets.py")
    skill.write_text(skill.read_text() + "\nraise SystemExit('imported')\n")
    done = guarded(("validate",), ("lens", "replay", run))
    assert done.returncode == 0, done
    assert b"warning[FLJ0606]" in done.stdout and b"byte-equal" in done.stdout
    skill.unlink()
    done = guarded(("lens", "replay", run))
    assert (done.returncode, b"byte-equal" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("how", "event"),
    [
        ("socket", b"socket.getaddrinfo"),
        ("process", b"subprocess.Popen"),
        ("shell", b"os.system"),
        ("fork", b"os.fork"),
        ("nothing", b"skills/outside.py"),
    ],
)
def test_the_guard_catches_a_run_that_goes_outside(how: str, event: bytes, flujo: Call) -> None:
    Path("skills").mkdir()
    Path("skills/outside.py").write_text(SKILL)
    Path("go.yaml").write_text(OUTSIDE.replace("HOW", how))
    assert flujo("skills", "lock").code == 0
    guard = GUARD if how == "nothing" else GUARD.replace("os.getcwd()", "'/nowhere'")
    done = guarded(("validate", "go.yaml"), ("run", "go.yaml"), guard=guard)
    assert done.returncode == CAUGHT, done
    assert b"ENDED 0 validate go.yaml" in done.stderr
    assert b"FORBIDDEN" in done.stderr and event in done.stderr


def test_the_guard_lets_a_harmless_run_pass(flujo: Call) -> None:
    Path("up.yaml").write_text('version: "0.1"\nsteps: [{name: up, uses: text.upper, input: abc}]\n')
    done = guarded(("run", "up.yaml"))
    assert (done.returncode, done.stdout) == (0, b"ABC\n"), done.stderr
