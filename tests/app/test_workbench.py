"""The project as the architect sees it."""

import pytest

from flujo.app.workbench import ProjectWorkbench
from flujo.core.outcomes import Failed
from flujo.core.ports import ModelRequest


@pytest.fixture
def bench(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", "utf-8")
    (tmp_path / "data" / "b.csv").write_text("ü\n", "utf-8")
    (tmp_path / ".git" / "c.csv").write_text("x\n")
    (tmp_path / "node_modules" / "d.csv").write_text("x\n")
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe")
    return ProjectWorkbench(tmp_path, list, lambda text, name: [], None, None)


def test_files_leave_out_what_is_hidden_or_made(bench):
    assert bench.files() == ["a.csv", "bad.csv", "data/b.csv"]


def test_samples_stay_inside_the_project(bench, tmp_path):
    assert bench.sample("a.csv").columns == ("x", "y")
    (tmp_path.parent / "outside.csv").write_text("x\n1\n")
    for path in ("../outside.csv", "bad.csv", "no.csv", "data", "/etc/hostname"):
        assert bench.sample(path) is None


async def test_without_a_model_a_request_fails(bench):
    reply = await bench.complete(ModelRequest("m", ()))
    assert isinstance(reply, Failed)
    assert reply.code == "FLJ0620"
    assert bench.compile("x", "y") == []
