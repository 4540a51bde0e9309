"""The same blueprint with the same seed leaves the same journal on every store."""

from contextlib import closing
from pathlib import Path

import pytest

from flujo.stores.sqlite import SqliteStore
from flujo.testing.semantics import Case, Trial

CASES = Path(__file__).parents[1] / "semantics"
NAMES = (
    "003-question-in-a-chain", "050-redrive-keeps-results", "060-join-any", "063-map-keeps-order",
    "087-question-in-a-loop", "115-import-writes-by-its-step", "130-undo-in-reverse-order", "189-backoff",
    "196-cache-fingerprint", "226-conversation", "240-event-payload", "260-doubt-done",
)  # fmt: skip


def journal_of(name, folder, store):
    """Run a case on a store; return its normalised journal."""
    trial = Trial(Case(CASES / name), folder, store)
    graph, codes = trial.compile()
    assert not codes
    trial.start(trial.app(), graph)
    assert not list(trial.faults())
    return trial.journal()


@pytest.mark.parametrize("name", NAMES)
def test_a_file(name, tmp_path):
    with closing(SqliteStore(tmp_path / "runs.db")) as store:
        assert journal_of(name, tmp_path, store) == (CASES / name / "journal.txt").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_postgres(name, tmp_path, postgres):
    from flujo.stores.postgres import PostgresStore

    with closing(PostgresStore(postgres)) as store:
        assert journal_of(name, tmp_path, store) == (CASES / name / "journal.txt").read_text()
