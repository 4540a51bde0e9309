"""What the end-to-end tests share: the command line in this process, as a process of its own, and a model server."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from flujo.models.keys import KEYS
from flujo.testing.endpoint import Endpoint, Reply
from tests.cli.conftest import Call
from tests.cli.conftest import flujo as flujo

Serve = Callable[..., AbstractContextManager[Endpoint]]


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No provider's key is set."""
    for name in {name for names in KEYS.values() for name in names}:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, no_key: None) -> Serve:
    """Serve scripted replies on loopback, and lead models there."""

    @contextmanager
    def served(*script: Reply | str) -> Iterator[Endpoint]:
        replies: Sequence[Reply | str] = script
        with Endpoint(replies) as endpoint:
            for name, value in endpoint.environment().items():
                monkeypatch.setenv(name, value)
            yield endpoint

    return served


@pytest.fixture
def demo(flujo: Call) -> Call:
    """The command line in a project as `flujo init` makes it."""
    assert flujo("init", ".").code == 0
    return flujo
