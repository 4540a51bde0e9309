"""Validate: the bad inputs of every kind, the two formats, folders, and the exit code."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

GOOD = 'version: "0.1"\nsteps:\n  - {name: a, uses: text.upper}\n'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FLJ0103"),
        (b"\xff\xfe\x00", "FLJ0101"),
        (b"steps: [", "FLJ0102"),
        (b'version: "0.1"\nstep:\n  - {name: a, uses: text.upper}\n', "FLJ0201"),
        (b'version: "0.1"\nsteps:\n  - {name: a, uses: text.uper}\n', "FLJ0601"),
        (b'version: "0.1"\nsteps:\n  - {name: a, uses: text.upper, input: "{{ steps.b.output }}"}\n', "FLJ0301"),
        (b'version: "0.1"\nsteps:\n  - {name: a, uses: text.upper, input: "{{ inputt }}"}\n', "FLJ0302"),
    ],
)
@pytest.mark.parametrize("verb", ["validate", "run"])
def test_bad_blueprints(verb: str, data: bytes, code: str, flujo: Flujo) -> None:
    Path("bad.yaml").write_bytes(data)
    result = flujo(verb, "bad.yaml")
    shown = result.out if verb == "validate" else result.err
    assert result.code == 4
    assert f"error[{code}]: " in shown
    assert " --> bad.yaml:" in shown
    assert "= help: " in shown
    assert "Traceback" not in result.err
    document = flujo(verb, "bad.yaml", "--json")
    assert document.code == 4
    assert document.err == ""
    assert document.json["valid"] is False
    assert code in [item["code"] for item in document.json["diagnostics"]]
    assert not Path(".flujo").exists()


@pytest.mark.parametrize("verb", ["validate", "run"])
def test_missing_file(verb: str, flujo: Flujo) -> None:
    Path("hello.yaml").write_text(GOOD)
    result = flujo(verb, "helo.yaml")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error[FLJ0001]: there is no file `helo.yaml`")
    assert "`hello.yaml`" in result.err


def test_run_refuses_a_folder(flujo: Flujo) -> None:
    result = flujo("run", ".")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error[FLJ0001]: `.` is a folder")


def test_document(flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(GOOD)
    for arguments in (["--json"], ["--format", "json"], ["pipeline.yaml", "--format=json"]):
        result = flujo("validate", *arguments)
        assert (result.code, result.json, result.err) == (0, {"valid": True, "diagnostics": []}, "")
    Path("pipeline.yaml").write_text(GOOD.replace("uses", "usess"))
    result = flujo("validate", "--json")
    keys = [
        "code",
        "slug",
        "severity",
        "message",
        "file",
        "line",
        "column",
        "end_line",
        "end_column",
        "path",
        "help",
        "fix",
        "url",
    ]
    assert [list(item) for item in result.json["diagnostics"]] == [keys] * len(result.json["diagnostics"])
    assert result.json["diagnostics"][0]["file"] == "pipeline.yaml"


def test_folders(flujo: Flujo) -> None:
    Path("sub/.hidden").mkdir(parents=True)
    Path("sub/a.yaml").write_text(GOOD)
    Path("sub/b.yml").write_text(GOOD)
    Path("sub/.hidden/c.yaml").write_text("")
    Path("sub/d.txt").write_text("")
    assert flujo("validate", "sub").err == "2 files checked: no errors\n"
    Path("sub/b.yml").write_text("")
    result = flujo("validate", "sub", "sub/a.yaml")
    assert (result.code, result.err) == (4, "2 files checked: 1 error\n")
    os.mkfifo("sub/pipe.yaml")  # reading it would wait for ever
    Path("sub/broken.yaml").symlink_to("nothing")
    assert flujo("validate", "sub").err == "2 files checked: 1 error\n"
    missing = flujo("validate", "sub/broken.yaml").err
    assert "there is no file `sub/broken.yaml`" in missing and "there is `a.yaml`, `b.yml`\n" in missing
    Path("empty").mkdir()
    assert flujo("validate", "empty").err.startswith("error[FLJ0001]: no blueprint in the folder `empty`")


def test_project_option_finds_the_default_blueprint_from_anywhere(flujo: Flujo) -> None:
    Path("p/deep").mkdir(parents=True)
    Path("p/pipeline.yaml").write_text(GOOD)
    assert flujo("validate", "--project", "p").code == 0
    assert flujo("validate", "--project", "nowhere").code == 2


def test_unknown_settings_are_errors(flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(GOOD)
    Path("flujo.toml").write_text("[modell]\n")
    result = flujo("validate")
    assert result.code == 2
    assert result.err.startswith("error[FLJ0002]: ")
    assert "did you mean `model`?" in result.err
