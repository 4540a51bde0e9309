"""Secrets from the environment and the env file."""

from pathlib import Path

import pytest

from flujo.app.environment import EnvironmentSecrets, parse
from flujo.core.errors import UsageError

FILE = r"""
# a comment
A=1
export B = two words # comment
C='single \n # quoted' # comment
D="double \"quoted\" \\ \n line"
E=
F=no#comment
G="#x"
"""


def test_parse() -> None:
    assert parse(FILE) == {
        "A": "1",
        "B": "two words",
        "C": r"single \n # quoted",
        "D": 'double "quoted" \\ \n line',
        "E": "",
        "F": "no#comment",
        "G": "#x",
    }


@pytest.mark.parametrize("line", ["hunter2", "A B=hunter2", '"A"=hunter2', "A='hunter2", 'A="hunter2', "=hunter2"])
def test_a_line_that_is_none_is_named_but_not_shown(line: str) -> None:
    with pytest.raises(ValueError, match=r"^line 2 is not of the form NAME=VALUE$"):
        parse(f"X=1\n{line}\n")


def test_where_secrets_come_from(tmp_path: Path) -> None:
    env = {"A": "from env", "EMPTY": ""}
    secrets = EnvironmentSecrets(env, tmp_path, None)
    assert secrets.get("A") == "from env"
    assert secrets.get("B") is None
    (tmp_path / ".env").write_text("\ufeffA=from file\nB=b\nEMPTY=e\n", "utf-8")
    assert [secrets.get(name) for name in ("A", "B", "EMPTY")] == ["from env", "b", "e"]
    env["B"] = "now"
    assert secrets.get("B") == "now"


def test_an_env_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        EnvironmentSecrets({}, tmp_path, "my.env").get("A")
    (tmp_path / ".env").write_bytes(b"A=\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        EnvironmentSecrets({}, tmp_path, None).get("A")
    with pytest.raises(UsageError, match="is a directory"):
        EnvironmentSecrets({}, tmp_path, "/").get("A")
    (tmp_path / ".env").write_text("A\n", "utf-8")
    with pytest.raises(UsageError, match="line 1"):
        EnvironmentSecrets({}, tmp_path, None).get("A")
