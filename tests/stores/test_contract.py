"""All stores keep one contract: on SQLite in a file and in memory, and on Postgres."""

import pytest

from flujo.stores.sqlite import SqliteStore
from flujo.testing.stores import CHECKS, SHARED


@pytest.mark.parametrize("check", CHECKS + SHARED, ids=lambda check: check.__name__)
def test_on_a_file(check, tmp_path):
    check(lambda: SqliteStore(tmp_path / "state" / "state.db"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_in_memory(check):
    check(lambda: SqliteStore(None))


@pytest.mark.parametrize("check", CHECKS + SHARED, ids=lambda check: check.__name__)
def test_on_postgres(check, postgres):
    from flujo.stores.postgres import PostgresStore

    check(lambda: PostgresStore(postgres))
