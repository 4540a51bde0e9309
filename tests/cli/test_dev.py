"""`flujo dev`: the graph, the settings and the versions, as people who look for a fault need them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flujo._version import __version__
from flujo.app import open_app

Flujo = Callable[..., Any]

PART = 'version: "0.1"\nsteps:\n  - {name: inner, uses: core.pass}\n'
WHOLE = """version: "0.1"
imports: {part: part.yaml}
steps:
  - {name: read, input: "{{ input }}"}

  - {name: whole, uses: imports.part}
  - kind: map
    name: each
    over: [1, 2]
    steps: {name: up, uses: text.upper, input: a}
"""


def test_compile_yaml(flujo: Flujo) -> None:
    Path("part.yaml").write_text(PART)
    Path("flow.yaml").write_text(WHOLE)
    shown = flujo("dev", "compile-yaml", "flow.yaml").json
    with open_app(Path(), {}) as app:
        graph = app.graph("flow.yaml")
    assert shown["digest"] == graph.digest
    assert shown["files"] == ["part.yaml"]
    assert shown["skills"] == {"core.pass": "1", "text.upper": "1"}
    places = {address: (item["node"], item["file"], item["line"]) for address, item in shown["addresses"].items()}
    assert places == {
        "read": ("Call", "flow.yaml", 4),
        "whole": ("Flow", "flow.yaml", 6),
        "whole/inner": ("Call", "part.yaml", 3),
        "each": ("Map", "flow.yaml", 7),
        "each/up": ("Call", "flow.yaml", 10),
    }
    Path("flow.yaml").write_text("# moved\n" + WHOLE.replace("input: a", "input: b"))
    other = flujo("dev", "compile-yaml", "flow.yaml").json
    differ = [at for at in places if other["addresses"][at]["digest"] != shown["addresses"][at]["digest"]]
    assert differ == ["each", "each/up"]
    Path("flow.yaml").write_text(WHOLE.replace("text.upper", "text.uper"))
    refused = flujo("dev", "compile-yaml", "flow.yaml")
    assert refused.code == 4 and "did you mean `text.upper`?" in refused.err


def test_show_config_names_each_origin(flujo: Flujo) -> None:
    Path("flujo.toml").write_text(
        '[project]\nname = "tickets"\n\n[state]\nuri = "memory://"\n\n[models.fast]\nmodel = "openai/x"\n'
        'api_base = "https://ann:hunter22@example.com/v1?key=hunter22"\n'
    )
    listed = flujo("dev", "show-config", "--json", FLUJO_MODEL="fake/one", OPENAI_API_KEY="sk-hunter22")
    found = {item["name"]: (item["value"], item["from"]) for item in listed.json["settings"]}
    assert found.pop("project.root") == (str(Path.cwd()), "the folder with flujo.toml")
    assert found == {
        "project.name": ("tickets", "flujo.toml:2"),
        "state.uri": ("memory://", "flujo.toml:5"),
        "state.durability": ("full", "default"),
        "model.default": ("fake/one", "FLUJO_MODEL"),
        "secrets.env_file": (".env", "default"),
        "models.fast.model": ("openai/x", "flujo.toml:8"),
        "models.fast.api_base": ("https://***@example.com/v1?***", "flujo.toml:9"),
    }
    text = flujo("dev", "show-config", FLUJO_STATE_URI="sqlite:///a.db").out
    assert "FLUJO_STATE_URI" in text
    assert "hunter22" not in text + listed.out


def test_a_drawing_never_replaces_what_it_draws(flujo: Flujo) -> None:
    Path("part.yaml").write_text(PART)
    Path("other.yaml").symlink_to("part.yaml")
    refused = flujo("dev", "visualize", "part.yaml", "-o", "other.yaml")
    assert refused.code == 2 and "`other.yaml` is the blueprint itself" in refused.err
    assert Path("part.yaml").read_text() == PART
    assert flujo("dev", "visualize", "part.yaml", "-o", "part.svg").code == 0
    assert Path("part.svg").read_text().startswith("<svg ")


def test_version(flujo: Flujo) -> None:
    found = flujo("dev", "version", "--json").json
    assert found["flujo"] == __version__
    assert found["libraries"]["jinja2"]
    assert found["isolation"] == "none"
    text = flujo("dev", "version").out
    assert f"flujo        {__version__}\n" in text and "sqlite  " in text


def test_validate_is_the_same(flujo: Flujo) -> None:
    Path("flow.yaml").write_text(WHOLE.replace("kind: map", "kind: mapp"))
    Path("part.yaml").write_text(PART)
    one, other = flujo("validate", "flow.yaml"), flujo("dev", "validate", "flow.yaml")
    assert (one.code, one.out, one.err) == (other.code, other.out, other.err)
    assert one.code == 4
