"""A project with the data of these tests, a workbench on it, and a model that answers from a script."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flujo.app import App, open_app
from flujo.app.workbench import ProjectWorkbench
from flujo.architect.workbench import Sample
from flujo.core.diagnostics import Diagnostic
from flujo.core.outcomes import Failed
from flujo.core.ports import ModelReply, ModelRequest, SkillSpec

DATA = Path(__file__).resolve().parents[1] / "data" / "create"


@dataclass
class Bench:
    """A workbench on a real project; the model is a list of replies, each sent once."""

    inner: ProjectWorkbench
    replies: list[ModelReply | Failed] = field(default_factory=list)
    requests: list[ModelRequest] = field(default_factory=list)
    model: str | None = None

    def specs(self) -> Sequence[SkillSpec]:
        return self.inner.specs()

    def files(self) -> Sequence[str]:
        return self.inner.files()

    def sample(self, path: str) -> Sample | None:
        return self.inner.sample(path)

    def compile(self, text: str, name: str) -> Sequence[Diagnostic]:
        return self.inner.compile(text, name)

    async def complete(self, request: ModelRequest) -> ModelReply | Failed:
        self.requests.append(request)
        return self.replies.pop(0)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An open project with the data files."""
    for file in DATA.glob("*.csv"):
        shutil.copy(file, tmp_path)
    (tmp_path / "flujo.toml").write_text("", "utf-8")
    with open_app(tmp_path, {}) as opened:
        yield opened


@pytest.fixture
def bench(app: App) -> Bench:
    """A workbench without a model."""

    def check(text: str, name: str) -> Sequence[Diagnostic]:
        return app.compile_text(text, name).diagnostics

    return Bench(ProjectWorkbench(app.root, app.skills, check, None, None))
