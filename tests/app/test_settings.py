"""Settings of a project."""

from pathlib import Path

import pytest

from flujo.app import load_settings, open_app
from flujo.app.about import effective
from flujo.app.project import ProjectSources, find_root, read_file
from flujo.core.errors import FlujoError, UsageError

ROOT = Path(__file__).parents[2]


def settings(tmp_path, text, env=None):
    (tmp_path / "flujo.toml").write_text(text)
    return load_settings(tmp_path, env or {})


def test_without_a_file_there_are_defaults(tmp_path):
    found = load_settings(tmp_path, {})
    assert (found.name, found.state, found.model) == (tmp_path.name, "sqlite:///.flujo/state.db", None)
    assert found.state_at(tmp_path) == tmp_path / ".flujo" / "state.db"


def test_a_file_and_the_environment(tmp_path):
    text = (
        '[project]\nname = "p"\n[state]\nuri = "memory://"\n[model]\ndefault = "small"\n[models.small]\nmodel = "a/b"\n'
    )
    found = settings(tmp_path, text)
    assert (found.name, found.state_at(tmp_path), found.model) == ("p", None, "small")
    assert found.models.resolve("small")[0] == "a/b"
    other = settings(tmp_path, text, {"FLUJO_STATE_URI": "sqlite:////x/y.db", "FLUJO_MODEL": "c/d"})
    assert (other.state_at(tmp_path), other.model) == (Path("/x/y.db"), "c/d")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[proj]\n", "unknown \\[proj\\]"),
        ("project = 1\n", "unknown"),
        ("[project]\nnme = 'x'\n", "unknown key `nme`"),
        ("[project]\nname = 1\n", "must not be an integer"),
        ("[models]\nx = 1\n", "must be a table"),
        ("models = 1\n", "holds tables"),
        ("[models.a]\nmodle = 'x'\n", "unknown key `modle`"),
        ("[models.a]\nprice_in = true\n", "must not be a boolean"),
        ("[project\n", "not TOML"),
        ("[state]\ndurability = 'none'\n", "full` or `normal`, not `none`"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, text, message):
    with pytest.raises(UsageError, match=message) as caught:
        settings(tmp_path, text)
    assert caught.value.diagnostic.code == "FLJ0002"
    assert caught.value.diagnostic.help


def test_a_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "flujo.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    "uri", ["postgresql://", "sqlite://x", "sqlite:///", "nonsense", "mysql://me:secret@h/d?p=secret"]
)
def test_other_states_are_refused(tmp_path, uri):
    with pytest.raises(UsageError, match="state URI") as caught:
        load_settings(tmp_path, {"FLUJO_STATE_URI": uri}).state_at(tmp_path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("uri", ["postgresql://u:p@h:1/d?sslmode=require", "postgres://h/d", "postgresql+psycopg://h"])
def test_a_server_is_named_by_its_uri(tmp_path, uri):
    assert load_settings(tmp_path, {"FLUJO_STATE_URI": uri}).state_at(tmp_path) == uri


@pytest.mark.parametrize(
    ("env", "state"),
    [
        ({"FLUJO_STATE_MODE": "memory"}, "memory://"),
        ({"FLUJO_STATE_MODE": "Ephemeral"}, "memory://"),
        ({"FLUJO_EPHEMERAL_STATE": "true"}, "memory://"),
        ({"FLUJO_EPHEMERAL_STATE": "0"}, "sqlite:////x.db"),
        ({"FLUJO_STATE_MODE": ""}, "sqlite:////x.db"),
    ],
)
def test_a_state_in_memory_goes_before_all(tmp_path, env, state):
    found = load_settings(tmp_path, {"FLUJO_STATE_URI": "sqlite:////x.db", **env})
    assert found.state == state
    shown = {item.name: (item.value, item.origin) for item in effective(tmp_path, env, found)}["state.uri"]
    assert shown == (state, next(iter(env))) or state != "memory://"


@pytest.mark.parametrize("name", ["FLUJO_STATE_MODE", "FLUJO_EPHEMERAL_STATE"])
def test_other_modes_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match=name) as caught:
        load_settings(tmp_path, {name: "file"})
    assert caught.value.diagnostic.code == "FLJ0002"


def test_the_root_is_the_nearest_folder_with_settings(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "flujo.toml").write_text("")
    assert find_root(inner) == tmp_path / "a"
    with pytest.raises(UsageError, match="no folder"):
        open_app(tmp_path / "nowhere", {})


def test_files_outside_the_project_are_not_read(tmp_path):
    project = tmp_path / "p"
    project.mkdir()
    (tmp_path / "secret.txt").write_text("s")
    (project / "link.txt").symlink_to(tmp_path / "secret.txt")
    (project / "bad.txt").write_bytes(b"ab\xff")
    (project / "good.txt").write_text("é", "utf-8")
    sources = ProjectSources(project)
    assert sources.read("good.txt") == "é"
    for path in ("../secret.txt", "link.txt", "/etc/hostname"):
        with pytest.raises(UsageError, match="outside"):
            sources.read(path)
    with pytest.raises(FlujoError, match="byte 3"):
        sources.read("bad.txt")


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "pipe.yaml").write_text("")
    with pytest.raises(UsageError) as caught:
        read_file(tmp_path / "pip.yaml", "pip.yaml")
    assert "`pipe.yaml`" in caught.value.diagnostic.help
    with pytest.raises(UsageError, match="is a folder"):
        read_file(tmp_path, "here")
    with pytest.raises(UsageError):
        read_file(tmp_path / "no" / "where.yaml", "x")


def test_the_example_can_be_loaded(tmp_path):
    text = (ROOT / "flujo.toml.example").read_text("utf-8")
    settings(tmp_path, text)
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith("# [") or "=" in line else line for line in text.splitlines()
    )
    settings(tmp_path, uncommented)
