"""The validation campaign in small: whatever the file, an answer in time, with a place and a code."""

from tests.campaigns import validate as campaign


def test_five_thousand_files() -> None:
    tally = campaign.run(5_000, seed=4, workers=1)
    assert tally.clean, "\n".join(tally.notes)
    assert tally.files == 5_000
    assert tally.rows["bytes"].refused > 1_000
    assert tally.rows["valid"].refused == 0
    assert len(tally.codes) > 60


def test_without_the_limits_of_the_reader_it_fails() -> None:
    tally = campaign.run(1, seed=82, mutant="limits", workers=1)
    assert tally.rows["hurtful"].faults > 0


def test_safe_fixes_leave_what_is_valid_valid() -> None:
    wrong = {text: found for text in campaign.corpus() if (found := campaign.judged(text)[1])}
    assert wrong == {}


def test_what_fails_is_made_smaller() -> None:
    small = campaign.shrunk(b"name: a\nsteps:\n  - x: [1, 2]\n", lambda text: b"x" in text and b"[" in text)
    assert small == b"x["
