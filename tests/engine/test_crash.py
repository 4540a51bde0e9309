"""The crash campaign, small; its mutant shows that it can fail. Large: `make campaign COUNT=10000`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def campaign(*words):
    command = [sys.executable, "-m", "tests.campaign", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def on_postgres(postgres):
    """Skip where there is no Postgres; the campaign makes a database of its own."""
    return "STORE=postgres"


def test_200_kills_lose_nothing_and_repeat_nothing():
    done = campaign("ONLY=crash", "COUNT=200", "SEED=1")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = [int(cell) for cell in done.stdout.strip().splitlines()[-1].strip("|").split("|")]
    assert figures[0] == 200
    assert figures[1] >= 10, "kills must hit inside steps too"
    assert figures[2:] == [0, 0, 0, 0]


def test_kills_on_postgres_lose_nothing_and_repeat_nothing(on_postgres):
    done = campaign("ONLY=crash", "COUNT=8", "SEED=5", on_postgres)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = [int(cell) for cell in done.stdout.strip().splitlines()[-1].strip("|").split("|")]
    assert figures[0] == 8 and figures[2:] == [0, 0, 0, 0]


def test_without_the_lookup_of_recorded_results_it_fails():
    done = campaign("ONLY=crash", "COUNT=15", "SEED=2", "MUTANT=lookup")
    assert done.returncode == 1, done.stdout + done.stderr


def test_kills_inside_regions_lose_nothing_and_repeat_nothing():
    done = campaign("ONLY=regions", "COUNT=100", "SEED=1")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.strip("|").split("|") for line in done.stdout.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 7
    assert all(int(row[1]) == 100 for row in rows)
    assert sum(int(row[2]) for row in rows) >= 20, "kills must hit inside steps too"
    assert sum(int(row[3]) for row in rows) >= 200, "and at commits"


@pytest.mark.parametrize("mutant", ["lookup", "decision"])
def test_without_what_a_resume_reads_it_fails(mutant):
    done = campaign("ONLY=regions", "COUNT=8", "SEED=3", f"MUTANT={mutant}")
    assert done.returncode == 1, done.stdout + done.stderr


def test_an_owner_that_wakes_up_too_late_writes_nothing():
    done = campaign("ONLY=fence", "COUNT=25", "SEED=1")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = [int(cell) for cell in done.stdout.strip().splitlines()[-1].strip("|").split("|")]
    assert figures[1] >= 10, "owners must have had work left"


def test_without_the_test_of_the_epoch_it_writes():
    done = campaign("ONLY=fence", "COUNT=15", "SEED=1", "MUTANT=epoch")
    assert done.returncode == 1, done.stdout + done.stderr


def test_on_postgres_an_owner_that_wakes_up_too_late_writes_nothing(on_postgres):
    done = campaign("ONLY=fence", "COUNT=6", "SEED=1", on_postgres)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = [int(cell) for cell in done.stdout.strip().splitlines()[-1].strip("|").split("|")]
    assert figures[1] >= 3 and figures[2] >= 3, "owners must have had work left"


def test_on_postgres_without_the_test_of_the_epoch_it_writes(on_postgres):
    done = campaign("ONLY=fence", "COUNT=4", "SEED=3", "MUTANT=epoch", on_postgres)
    assert done.returncode == 1, done.stdout + done.stderr
