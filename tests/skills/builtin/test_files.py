"""The thin layer over the workspace; what the workspace refuses is tested with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_write_read_append_list_exists_delete(call: Any, root: Path) -> None:
    assert call("files.write", path="out/report.md", content="# é\n") == "out/report.md"
    assert call("files.append", path="out/report.md", content="more\n") == "out/report.md"
    assert call("files.read", path="out/report.md") == "# é\nmore\n"
    assert (root / "out" / "report.md").read_bytes() == "# é\nmore\n".encode()
    assert call("files.list") == ["out/report.md"]
    assert call("files.list", pattern="*.md") == []
    assert call("files.list", pattern="*.md", path="out") == ["out/report.md"]
    assert call("files.exists", path="out/report.md") is True
    assert call("files.delete", path="out/report.md") is True
    assert call("files.exists", path="out/report.md") is False
    assert call("files.delete", path="out/report.md") is False


def test_what_is_no_text_is_refused_with_a_way_on(call: Any, fault: Any, root: Path) -> None:
    for content in ([{"a": 1}], {"a": 1}):
        code, message = fault(call, "files.write", path="a.txt", content=content)
        assert code == "FLJ0604"
        assert message.startswith("parameter `content` of `files.write` must be text, not ")
        try:
            call("files.write", path="a.txt", content=content)
        except Exception as error:
            assert "`json.dump`" in error.diagnostic.help  # type: ignore[attr-defined]
    assert list(root.iterdir()) == []


def test_paths_are_those_of_the_workspace(call: Any, fault: Any) -> None:
    assert fault(call, "files.read", path="../outside/secret.txt") == (
        "FLJ0612",
        "`../outside/secret.txt` leads out of the workspace",
    )
    assert fault(call, "files.write", path=".flujo/x", content="x")[0] == "FLJ0612"
    assert fault(call, "files.append", path="/tmp/x", content="x")[0] == "FLJ0612"
    assert fault(call, "files.delete", path="flujo.toml")[0] == "FLJ0612"
    assert fault(call, "files.list", pattern="../**")[0] == "FLJ0612"
    assert fault(call, "files.read", path="gone.txt") == ("FLJ0613", "`gone.txt`: no such file or directory")
