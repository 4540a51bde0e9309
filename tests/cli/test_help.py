"""The help of every command: pinned, and its examples are commands that parse."""

import re
import shlex
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import typer

from flujo._version import __version__
from flujo.cli.main import VERBS, build

COMMANDS = [
    (name,) if verb.name == name else (name, verb.name)
    for name in VERBS
    for verb in import_module(f"flujo.cli.{name}").VERBS
]
GROUPS = sorted({path[:1] for path in COMMANDS if len(path) > 1})


@pytest.mark.parametrize("path", [(), *GROUPS, *COMMANDS], ids=lambda path: "_".join(path) or "flujo")
def test_help(path: tuple[str, ...], flujo: Callable[..., Any], golden: Callable[[str, str], None]) -> None:
    result = flujo(*path, "--help", COLUMNS="100")
    assert (result.code, result.err) == (0, "")
    golden(f"help/{'_'.join(path) or 'flujo'}.txt", result.out)


@pytest.mark.parametrize("path", COMMANDS, ids="_".join)
def test_help_begins_with_examples(path: tuple[str, ...], flujo: Callable[..., Any]) -> None:
    assert re.match(r"Usage: .*\n(        .*\n)*\n  Examples:\n    ", flujo(*path, "--help").out)


@pytest.mark.parametrize("path", COMMANDS, ids="_".join)
def test_examples_parse(path: tuple[str, ...]) -> None:
    verbs = {verb.name: verb for verb in import_module(f"flujo.cli.{path[0]}").VERBS}
    for line, _ in verbs[path[-1]].examples:
        words = shlex.split(line.rpartition("| ")[2])
        assert words[: len(path) + 1] == ["flujo", *path]
        command = typer.main.get_command(build())
        context = command.make_context("flujo", [], resilient_parsing=True)
        for name in path:
            command = command.get_command(context, name)  # type: ignore[attr-defined]
        command.make_context(path[-1], words[len(path) + 1 :], parent=context)


def test_version(flujo: Callable[..., Any]) -> None:
    result = flujo("--project", ".", "--version")
    assert (result.code, result.out, result.err) == (0, f"flujo {__version__}\n", "")


def test_nothing_at_all_shows_the_help(flujo: Callable[..., Any]) -> None:
    result = flujo()
    assert result.code == 2
    assert "Commands:" in result.err


@pytest.mark.parametrize(
    ("arguments", "message", "help"),
    [
        (["vlidate"], "no such command `vlidate`", "did you mean `validate`?"),
        (["lens", "shwo"], "no such command `shwo`", "did you mean `show`?"),
        (["init", "a", "--templat", "x"], "no such option `--templat`", "did you mean `--template`?"),
        (["run", "--inptu", "x"], "no such option `--inptu`", "did you mean `--input`?"),
    ],
)
def test_near_words(arguments: list[str], message: str, help: str, flujo: Callable[..., Any]) -> None:
    lines = flujo(*arguments).err.splitlines()
    assert lines[:2] == [f"error[FLJ0005]: {message}", f" = help: {help}"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc-it"], "no such command `chekc-it`"),
        (["run", "--qwertz"], "no such option `--qwertz`"),
        (["tasks", "show"], "missing argument"),
        (["lens", "list", "--limit", "0"], "invalid value for `--limit`"),
        (["run", "a.yaml", "b.yaml"], "unexpected argument `b.yaml`"),
        (["--project"], "option `--project` requires an argument"),
    ],
)
def test_wrong_commands(arguments: list[str], message: str, flujo: Callable[..., Any]) -> None:
    result = flujo(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error[FLJ0005]: {message}")
    assert "--help` shows" in result.err
    document = flujo(*arguments, "--json") if arguments != ["--project"] else flujo("--json", *arguments)
    assert document.code == 2
    assert document.json["error"]["code"] == "FLJ0005"
    assert document.err == ""
