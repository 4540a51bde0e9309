"""The command line as a process of its own: what it imports, signals, closed pipes, completion."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

HEAVY = {"sqlalchemy", "litellm", "jsonschema", "rich", "openai", "httpx"}
NEVER_TO_CHECK = HEAVY | {
    "pydantic",
    "asyncio",
    "sqlite3",
    "flujo.skills.builtin",
    "flujo.engine",
    "flujo.stores",
    "flujo.architect",
}
ONLY_HELP = NEVER_TO_CHECK | {
    "jinja2",
    "ruamel",
    "pydantic",
    "flujo.app",
    "flujo.blueprints",
    "flujo.core.codes",
    "flujo.core.graph",
}

MODULES = """
import json, sys
from flujo.__main__ import main
sys.argv = ["flujo", *sys.argv[1:]]
code = main()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def environment(**extra: str) -> dict[str, str]:
    """The environment of a child process: ours, without what would change the answers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLUJO")} | extra


def child(*arguments: str, cwd: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start the command line as a user would."""
    command = [sys.executable, "-P", "-m", "flujo", *arguments]  # -P: as the console script, not with cwd on the path
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=cwd, env=environment(), **(pipes | options))


@pytest.mark.parametrize(
    ("arguments", "code", "forbidden"),
    [
        (["--version"], 0, ONLY_HELP | {"typer", "flujo.cli"}),
        (["--help"], 0, ONLY_HELP),
        (["run", "--help"], 0, NEVER_TO_CHECK | {"jinja2", "ruamel", "flujo.app", "flujo.blueprints"}),
        (["init", "x"], 0, NEVER_TO_CHECK | {"jinja2", "ruamel", "flujo.app"}),
        (["validate"], 0, NEVER_TO_CHECK),
        (["run", "--dry-run"], 0, NEVER_TO_CHECK - {"flujo.engine"}),
        (["skills", "list"], 0, NEVER_TO_CHECK),
        (["run", "--input", "x"], 0, HEAVY | {"flujo.architect", "flujo.skills.builtin.table"}),
        (["lens", "list"], 0, HEAVY | {"pydantic", "flujo.architect", "flujo.skills.builtin"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_imports(arguments: list[str], code: int, forbidden: set[str], flujo: Flujo, tmp_path: Path) -> None:
    flujo("init", ".", "--template", "minimal")
    command = [sys.executable, "-c", MODULES, *arguments]
    result = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, stdin=subprocess.DEVNULL)
    ended, modules = json.loads(result.stderr.splitlines()[-1])
    assert ended == code
    assert sorted(forbidden & set(modules)) == []


def test_validate_imports_nothing_of_the_project(flujo: Flujo, tmp_path: Path) -> None:
    flujo("init", ".")
    Path("skills/tickets.py").write_text("open('ran', 'w')\n")
    Path("jinja2.py").write_text("open('ran', 'w')\n")
    result = child("validate", cwd=tmp_path)
    out, _ = result.communicate()
    assert result.returncode == 0
    assert b"warning[FLJ0606]" in out
    assert not Path("ran").exists()


PROBE = '''"""A skill that tells a test that it runs."""

from flujo import skill


@skill(effect="pure")
def ready(fifo: str) -> str:
    """Say that the run is under way."""
    with open(fifo, "w") as file:
        file.write("ready")
    return fifo
'''
LONG = """\
version: "0.1"
steps:
  - {name: tell, uses: probe.ready, with: {fifo: FIFO}}
  - {name: long, uses: core.sleep, with: {seconds: 3600}}
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_stop_a_run_that_can_go_on(number: signal.Signals, code: int, flujo: Flujo, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    Path("skills").mkdir()
    Path("skills/probe.py").write_text(PROBE)
    Path("pipeline.yaml").write_text(LONG.replace("FIFO", str(fifo)))
    assert flujo("skills", "lock").code == 0
    process = child("run", cwd=tmp_path)
    with fifo.open() as file:
        assert file.read() == "ready"
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, b"")
    run = flujo("lens", "list", "--json").json["runs"][0]["run_id"]
    assert err.decode() == (
        "error[FLJ0009]: stopped\n"
        f" = help: `flujo resume {run}` goes on with the run\n"
        " = docs: docs/reference/errors/FLJ0009.md\n"
    )


def test_a_closed_pipe_is_quiet(flujo: Flujo, tmp_path: Path) -> None:
    flujo("init", ".", "--template", "minimal")
    reader, writer = os.pipe()
    os.close(reader)
    process = child("skills", "list", cwd=tmp_path, stdout=writer)
    os.close(writer)
    _, err = process.communicate()
    assert (process.returncode, err) == (141, b"")


def test_a_stream_of_few_characters_gets_escapes(flujo: Flujo, tmp_path: Path) -> None:
    flujo("init", ".", "--template", "minimal")
    options = {"cwd": tmp_path, "capture_output": True, "stdin": subprocess.DEVNULL}
    env = environment(PYTHONIOENCODING="ascii")
    result = subprocess.run([sys.executable, "-m", "flujo", "run", "--input", "Zoë"], env=env, **options)
    assert (result.returncode, result.stdout) == (0, b"HELLO, ZO\\xcb!\n")
    result = subprocess.run([sys.executable, "-m", "flujo", "run", "--input", "Zoë", "--json"], env=env, **options)
    assert json.loads(result.stdout)["output"] == "HELLO, ZOË!"
    run = json.loads(result.stdout)["run_id"]
    result = subprocess.run([sys.executable, "-m", "flujo", "lens", "trace", run], env=env, **options)
    assert b"\n`- + shout " in result.stdout


def test_completion_knows_runs_and_skills(flujo: Flujo, tmp_path: Path) -> None:
    flujo("init", ".", "--template", "minimal")
    flujo("run")
    run = flujo("lens", "list", "--json").json["runs"][0]["run_id"]

    def completed(line: str) -> list[str]:
        env = environment(_FLUJO_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1))
        command = [sys.executable, "-m", "flujo"]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True).stdout.split()

    assert completed(f"flujo resume {run[:3]}") == [run]
    assert completed("flujo skills show table.to_") == ["table.to_csv", "table.to_markdown"]
    (tmp_path / "flujo.toml").write_text("broken")
    assert completed("flujo lens show ") == []
