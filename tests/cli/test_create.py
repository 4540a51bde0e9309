"""Create from the command line: the plan is shown, a question comes before the file, drafts are honest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

GOAL = (
    "Read tickets.csv, keep the open ones with priority high, count them by product, "
    "ask me to approve the summary, and write it to report.md"
)


@pytest.fixture(autouse=True)
def project(flujo: Flujo) -> None:
    """The default project."""
    flujo("init", ".")


def test_the_demo_from_goal_to_report(flujo: Flujo) -> None:
    result = flujo("create", "--goal", GOAL, "--non-interactive")
    assert (result.code, result.err) == (0, "")
    assert "offline" in result.out
    assert "table.filter@1" in result.out
    assert result.out.endswith(
        "\nwrote pipeline.yaml\nnext:\n  flujo validate pipeline.yaml\n  flujo run pipeline.yaml\n"
    )
    checked = flujo("validate")
    assert (checked.code, checked.out) == (0, "")
    waiting = flujo("run", "--json")
    assert waiting.code == 6
    assert not Path("report.md").exists()
    assert flujo("resume", waiting.json["run_id"], "--answer", "yes").code == 0
    assert "| Atlas Sync | 9 |" in Path("report.md").read_text("utf-8")


def test_json(flujo: Flujo) -> None:
    result = flujo("create", "--goal", GOAL, "--non-interactive", "--output", "made.yaml", "--name", "made", "--json")
    document = result.json
    assert (result.code, result.err) == (0, "")
    assert list(document) == [
        *("goal", "name", "complete", "planner", "plan", "text", "diagnostics", "rounds", "usage", "remarks"),
        *("worst_case", "file"),
    ]
    assert (document["name"], document["complete"], document["file"]) == ("made", True, "made.yaml")
    header = "# yaml-language-server: $schema=flujo.schema.json\n"
    assert Path("made.yaml").read_text("utf-8") == header + document["text"]


def test_what_cannot_be_placed_is_named_and_makes_a_draft(flujo: Flujo) -> None:
    goal = "Read tickets.csv, count them by product, and fax the result to the moon"
    result = flujo("create", "--goal", goal, "--non-interactive", "--name", "moon")
    assert result.code == 4
    assert "could not be placed" in result.out
    assert "moon.draft.yaml" in result.out
    assert not Path("moon.yaml").exists()
    assert "error[FLJ0605]" in flujo("validate", "moon.draft.yaml").out


def test_on_a_terminal_nothing_is_written_before_yes(flujo: Flujo) -> None:
    refused = flujo("create", "--output", "mine.yaml", typed=f"{GOAL}\nno\n", NO_COLOR="1")
    assert refused.code == 1
    assert "What should it do?" in refused.err and "Write it? [y/N]" in refused.err
    assert "table.filter@1" in refused.out
    assert not Path("mine.yaml").exists()
    agreed = flujo("create", "--goal", GOAL, "--output", "mine.yaml", typed="y\n", NO_COLOR="1")
    assert agreed.code == 0
    assert Path("mine.yaml").exists()
    assert "wrote mine.yaml" in agreed.out


def test_nothing_is_overwritten_unasked(flujo: Flujo) -> None:
    Path("mine.yaml").write_text("precious")
    arguments = ["create", "--goal", GOAL, "--non-interactive", "--output", "mine.yaml"]
    result = flujo(*arguments)
    assert result.code == 2
    assert "error[FLJ0003]" in result.err
    assert Path("mine.yaml").read_text() == "precious"
    assert flujo(*arguments, "--force").code == 0
    assert Path("mine.yaml").read_text() != "precious"


@pytest.mark.parametrize(
    "arguments",
    [["--goal", GOAL], ["--non-interactive"], ["--goal", "  ", "--non-interactive"], ["--goal", GOAL, "--json"]],
)
def test_calls_that_cannot_work(arguments: list[str], flujo: Flujo) -> None:
    result = flujo("create", *arguments)
    assert result.code == 2
    assert "FLJ0005" in result.err + result.out
    assert not list(Path().glob("*.draft.yaml"))


def test_a_model_without_its_key_is_named_before_anything_is_sent(flujo: Flujo) -> None:
    result = flujo("create", "--goal", GOAL, "--non-interactive", "--model", "openai/gpt-4o-mini", OPENAI_API_KEY="")
    assert result.code == 2
    assert "FLJ0621" in result.err + result.out
    assert "OPENAI_API_KEY" in result.err + result.out
    assert flujo("create", "--goal", GOAL, "--non-interactive", "--offline", FLUJO_MODEL="openai/gpt-4o-mini").code == 0
