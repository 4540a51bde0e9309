"""What other tools read of this repository does what it says: the GitHub Action and the hooks of pre-commit."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flujo.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
HOOKS = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text())
WRONG = 'version: "0.1"\nsteps:\n  - {name: a, agent: {id: text.uper}}\n'


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hook(hook: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hook.keys() == {"id", "name", "description", "entry", "language", "types", "files"}
    assert (hook["language"], hook["types"]) == ("python", ["yaml"])
    taken = [
        path for path in ("pipeline.yaml", "a/blueprints/b/c.yml", "docker.yaml") if re.search(hook["files"], path)
    ]
    assert taken == ["pipeline.yaml", "a/blueprints/b/c.yml"]
    monkeypatch.chdir(tmp_path)
    Path("pipeline.yaml").write_text(WRONG)
    program, *words = shlex.split(hook["entry"])
    assert (program, main([*words, "pipeline.yaml"])) == ("flujo", 4)
    assert ("uses: text.uper" in Path("pipeline.yaml").read_text()) == ("--fix" in words)


def test_action(tmp_path: Path) -> None:
    install, validate = ACTION["runs"]["steps"]
    assert not any("${{" in step["run"] for step in (install, validate))
    inputs = {name: entry["default"] for name, entry in ACTION["inputs"].items()}
    env = {
        key: re.sub(r"\$\{\{ inputs\.(\w+) }}", lambda found: inputs[found[1]], value)
        for key, value in validate["env"].items()
    }
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.yaml").write_text(WRONG)
    command = tmp_path / "bin/flujo"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flujo "$@"\n')
    command.chmod(0o755)
    env |= {"PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "ARGS": "--fail-on-warn"}
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", validate["run"]]
    done = subprocess.run(script, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert done.stdout.count("::error file=sub/a.yaml,line=3,") == 1
    assert (ROOT / "requirements/run.txt").is_file()


def test_python_of_the_action() -> None:
    assert "3.11" in ACTION["inputs"]["python"]["description"]
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text()
