"""The crash campaign, small; its mutant shows that it can fail. Large: `make campaign COUNT=10000`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def campaign(*words):
    command = [sys.executable, "-m", "tests.campaign", "ONLY=crash", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_200_kills_lose_nothing_and_repeat_nothing():
    done = campaign("COUNT=200", "SEED=1")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = [int(cell) for cell in done.stdout.strip().splitlines()[-1].strip("|").split("|")]
    assert figures[0] == 200
    assert figures[1] >= 10, "kills must hit inside steps too"
    assert figures[2:] == [0, 0, 0, 0]


def test_without_the_lookup_of_recorded_results_it_fails():
    done = campaign("COUNT=15", "SEED=2", "MUTANT=lookup")
    assert done.returncode == 1, done.stdout + done.stderr
