"""A new project: complete, valid, runnable, and never at the cost of what was there."""

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flujo.app import load_settings, open_app
from flujo.cli.init import GALLERY, scaffold

Flujo = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]


def test_default_project(flujo: Flujo, tmp_path: Path) -> None:
    result = flujo("init", "demo", "--yes")
    files = [
        ".gitignore",
        "flujo.schema.json",
        "flujo.toml",
        "pipeline.yaml",
        "skills.lock",
        "skills/tickets.py",
        "tickets.csv",
    ]
    assert result.code == 0
    assert result.out == (
        "made demo from the template default:\n"
        + "".join(f"  {name}\n" for name in files)
        + "\nnext: cd demo && flujo run\n"
    )
    assert sorted(p.relative_to("demo").as_posix() for p in Path("demo").rglob("*") if p.is_file()) == files
    assert tomllib.loads(Path("demo/flujo.toml").read_text("utf-8")) == {"project": {"name": "demo"}}


@pytest.mark.parametrize("template", GALLERY)
def test_every_template_validates_without_a_word_and_runs(template: str, flujo: Flujo) -> None:
    assert flujo("init", "demo", "--template", template).code == 0
    checked = flujo("--project", "demo", "validate")
    assert (checked.code, checked.out, checked.err) == (0, "", "1 file checked: no errors\n")
    result = flujo("run", "--project", "demo")
    assert result.code == (6 if template == "approval" else 0), result.err
    assert template == "approval" or result.err == ""


def test_the_default_pipeline_counts_right(flujo: Flujo) -> None:
    flujo("init", "demo")
    rows = list(csv.DictReader(io.StringIO(Path("demo/tickets.csv").read_text("utf-8"))))
    weights = {"high": 5, "medium": 2, "low": 1}
    points: Counter[str] = Counter()
    for row in rows:
        points[row["product"]] += weights[row["priority"]] if row["status"] == "open" else 0
    lines = flujo("run", "--project", "demo").out.splitlines()[2:-1]
    shown = {cells[0].strip(): int(cells[2]) for line in lines if (cells := line.strip("| ").split("|"))}
    assert shown == dict(points)
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def test_sample_data_is_worth_reading() -> None:
    rows = list(csv.DictReader(io.StringIO(scaffold("default", "x")["tickets.csv"].decode())))
    assert len(rows) == 200 == len({row["id"] for row in rows})
    assert list(rows[0]) == ["id", "created", "product", "priority", "status", "customer", "subject"]
    assert {row["priority"] for row in rows} == {"low", "medium", "high"}
    assert {row["status"] for row in rows} == {"open", "waiting", "closed"}
    assert len({row["product"] for row in rows}) == 6
    for sign in (",", '"', "ü", "Ł", "🙂"):
        assert any(sign in row["customer"] + row["subject"] for row in rows)
    for column in ("priority", "status"):  # a value means one column only, so that words of a goal are not ambiguous
        values = {row[column] for row in rows}
        assert not [row for row in rows for name in row if name != column and row[name] in values]


@pytest.mark.parametrize("template", ["default", "approval"])
def test_the_shipped_lock_is_what_the_command_writes(template: str, flujo: Flujo) -> None:
    flujo("init", "demo", "--template", template)
    before = Path("demo/skills.lock").read_bytes()
    assert flujo("skills", "lock", "--project", "demo").out == "nothing changed\nskills.lock: 1 skill\n"
    assert Path("demo/skills.lock").read_bytes() == before


def test_nothing_is_overwritten_unasked(flujo: Flujo) -> None:
    Path("flujo.toml").write_text("# mine\n")
    Path("tickets.csv").symlink_to("elsewhere")
    result = flujo("init", ".")
    assert result.code == 2
    assert result.err.startswith("error[FLJ0003]: already in `.`: `flujo.toml`, `tickets.csv`\n")
    assert sorted(path.name for path in Path().iterdir()) == ["flujo.toml", "tickets.csv"]
    assert flujo("init", ".", "--yes").code == 2
    refused = flujo("init", ".", "--force")
    assert refused.code == 2 and "add `--yes`" in refused.err
    assert Path("flujo.toml").read_text() == "# mine\n"


def test_force_asks_on_a_terminal(flujo: Flujo) -> None:
    Path("flujo.toml").write_text("# mine\n")
    refused = flujo("init", ".", "--force", typed="n\n")
    assert refused.code == 2
    assert "Replace `flujo.toml` in .? [y/N]" in refused.err
    assert "nothing was changed" in refused.err
    assert Path("flujo.toml").read_text() == "# mine\n"
    assert flujo("init", ".", "--force", typed="").code == 2
    assert flujo("init", ".", "--force", typed="y\n").code == 0
    assert Path("flujo.toml").read_text() != "# mine\n"


def test_force_and_yes_replace_a_link_and_not_what_it_leads_to(flujo: Flujo) -> None:
    Path("precious").write_text("keep")
    Path("tickets.csv").symlink_to("precious")
    assert flujo("init", ".", "--force", "--yes").code == 0
    assert Path("precious").read_text() == "keep"
    assert Path("tickets.csv").read_text("utf-8").startswith("id,created")


def test_bad_template_and_bad_place(flujo: Flujo) -> None:
    result = flujo("init", "demo", "--template", "defalt", "--json")
    assert result.code == 2
    assert result.json["error"]["code"] == "FLJ0008"
    assert result.json["error"]["help"].startswith("did you mean `default`?")
    Path("file").write_text("")
    blocked = flujo("init", "file")
    assert blocked.code == 2 and blocked.err.startswith("error[FLJ0007]: `file`")
    assert "Traceback" not in blocked.err


def test_json(flujo: Flujo) -> None:
    assert flujo("init", "demo", "--template", "minimal", "--json").json == {
        "project": "demo",
        "template": "minimal",
        "files": [".gitignore", "flujo.schema.json", "flujo.toml", "pipeline.yaml"],
    }


@pytest.mark.parametrize("name", ['Zoë "x"', "a\\b", "tab\there", "日本"])
def test_any_folder_name_gives_good_settings(name: str, flujo: Flujo, tmp_path: Path) -> None:
    assert flujo("init", name, "--template", "minimal").code == 0
    assert load_settings(tmp_path / name, {}).name == name.replace("\t", "\\x09")


def test_the_example_settings_load(tmp_path: Path) -> None:
    text = (ROOT / "flujo.toml.example").read_text("utf-8")
    (tmp_path / "flujo.toml").write_text(text, "utf-8")
    settings = load_settings(tmp_path, {})
    assert (settings.name, settings.model) == ("tickets", "openai/gpt-4o-mini")
    assert settings.models.resolve("local")[0] == "openai/llama-3.1-8b"
    assert all(value is not None for value in vars_of(settings.models.aliases["local"]))
    with open_app(tmp_path, {}) as app:
        assert app.settings.state_at(tmp_path) == tmp_path / ".flujo/state.db"


def vars_of(alias: Any) -> list[Any]:
    """Every setting of an alias: the example must name them all."""
    return [getattr(alias, name) for name in alias.__slots__]


@pytest.mark.parametrize("template", GALLERY)
def test_editors_find_the_schema(template: str, flujo: Flujo) -> None:
    flujo("init", "demo", "--template", template)
    shipped = Path("demo/flujo.schema.json").read_text("utf-8")
    assert flujo("dev", "schema", "--project-skills", "--project", "demo").out == shipped
    first = Path("demo/pipeline.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=flujo.schema.json"


def test_the_schema_follows_the_skills(flujo: Flujo) -> None:
    flujo("init", "demo")
    file = Path("demo/flujo.schema.json")
    before = file.read_text("utf-8")
    skill = Path("demo/skills/tickets.py")
    skill.write_text(skill.read_text("utf-8").replace("def workload", "def burden"))
    flujo("skills", "lock", "--project", "demo")
    assert '"tickets.workload"' in before
    assert file.read_text("utf-8") == before.replace("tickets.workload", "tickets.burden")
    file.unlink()
    assert flujo("skills", "lock", "--project", "demo").code == 0
    assert not file.exists()
