"""Completion: what each shell is given for files, runs, steps, codes and skills."""

import io
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest

from flujo.cli.main import main

HEAD = 'version: "0.1"\nname: shouting\nsteps:\n'
GOOD = HEAD + "  - {name: first, uses: text.upper}\n  - {name: second, uses: text.upper}\n"

Flujo = Callable[..., Any]
Complete = Callable[..., list[str]]


@pytest.fixture
def complete(flujo: Flujo, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """Complete the last of some words as fish is told, or another shell."""

    def ask(*words: str, shell: str = "fish") -> list[str]:
        line = shlex.join(["flujo", *words[:-1]]) + f" {words[-1]}"
        env = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
        if shell == "bash":
            env = {"COMP_WORDS": line, "COMP_CWORD": str(len(words))}
        out = io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(out), suppress(SystemExit):
            for name, value in {"_FLUJO_COMPLETE": f"complete_{shell}", **env}.items():
                patch.setenv(name, value)
            main([])
        return [item for item in out.getvalue().splitlines() if item]

    return ask


def test_verbs_and_options(complete: Complete) -> None:
    assert complete("vali") == ["validate\tCheck blueprints without running anything"]
    assert [item.split("\t")[0] for item in complete("validate", "--fix")] == ["--fix", "--fix-suggested"]
    assert complete("validate", "--format", "s", shell="bash") == ["sarif"]


def test_files(complete: Complete) -> None:
    Path("sub/deep").mkdir(parents=True)
    Path(".hidden").mkdir()
    for name in ("pipeline.yaml", "plan.yml", "page.txt", "sub/a.yaml", ".ci.yml"):
        Path(name).write_text(GOOD)
    assert complete("validate", "") == ["pipeline.yaml", "plan.yml", "sub/"]
    assert complete("run", "p") == complete("dev", "visualize", "p") == ["pipeline.yaml", "plan.yml"]
    assert complete("validate", "a.yaml", "sub/") == ["sub/a.yaml", "sub/deep/"]
    assert complete("validate", "sub/d") == complete("validate", "nowhere/") == []  # the shell does folders better
    assert complete("validate", ".c") == [".ci.yml"]


def test_runs_and_steps(complete: Complete, flujo: Flujo) -> None:
    Path("p").mkdir()
    Path("p/flujo.toml").write_text("")
    Path("p/pipeline.yaml").write_text(GOOD)
    run = flujo("run", "--project", "p", "--input", "x", "--json").json["run_id"]
    for words in (["--project", "p", "lens", "show"], ["lens", "show", "--project", "p"]):
        assert complete(*words, run[:3]) == [f"{run}\tshouting, completed"]
        assert complete(*words, run, "s") == ["second\tcompleted"]
    assert complete("fork", "--project", "p", run, "--from", "f") == ["first\tcompleted"]
    assert complete("lens", "show", run, "s") == []  # no such run here
    assert not Path(".flujo").exists()


def test_codes_steps_of_a_file_and_skills(complete: Complete) -> None:
    Path("pipeline.yaml").write_text(GOOD)
    assert complete("explain", "FLJ0301") == ["FLJ0301\tunknown-step"]
    assert "pipeline.yaml\tblueprint" in complete("explain", "")
    assert complete("explain", "pipeline.yaml:s") == ["pipeline.yaml:second\tstep"]
    assert [item.split("\t")[0] for item in complete("skills", "show", "text.up")] == ["text.upper"]
    assert complete("skills", "show", "text.upper", shell="zsh")[0].startswith('_arguments \'*: :(("text.upper":')


def test_bash_itself(tmp_path: Path) -> None:
    """The script that `--install-completion` puts in place, in a real bash."""
    (tmp_path / "pipeline.yaml").write_text(GOOD)
    command = tmp_path / "bin/flujo"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flujo "$@"\n')
    command.chmod(0o755)
    script = """
        PATH="$PWD/bin:$PATH" HOME="$PWD"
        eval "$(_FLUJO_COMPLETE=source_bash flujo)"
        complete -p flujo
        COMP_WORDS=(flujo validate pi) COMP_CWORD=2
        _flujo_completion flujo
        echo "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "complete -o default -F _flujo_completion flujo\npipeline.yaml\n"
