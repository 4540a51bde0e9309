"""The secrets campaign in small; with redaction off, or for bare values only, it must find something."""

import pytest

from tests.campaigns.secrets import run


def test_planted_secrets_are_nowhere() -> None:
    tally = run(24, seed=11, thorough=False)
    assert tally.clean, tally.notes
    assert tally.steps > 60


@pytest.mark.parametrize("mutant", ["off", "plain"])
def test_the_search_finds_what_is_not_redacted(mutant: str) -> None:
    assert run(3, seed=2, mutant=mutant, thorough=False).found > 0
