"""Fence campaign: an owner that was stopped wakes up after another has taken its run, and must write nothing.

A child drives a run and is stopped (SIGSTOP) at a random moment. Its lock file is taken away, as somebody might who is
sure that it is dead (on Postgres its name is taken out of the row of the run); the run is claimed anew, which raises
its epoch. Then the child goes on (SIGCONT). Not one row of its epoch may be written from then on, and the new owner's
resume must end with the undisturbed run's output.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from flujo.core.errors import LostOwnership, StateError
from tests.campaigns.crash import MARKS, Moment, _make_project, _result, _undisturbed, drive_on, in_memory
from tests.campaigns.places import Place, place

REFUSED, ENDED = 7, 0


@dataclass
class Tally:
    """What a campaign found."""

    rounds: int = 0
    woken: int = 0
    refused: int = 0
    written: int = 0
    wrong: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether no zombie wrote anything and every run came out right."""
        return not (self.written or self.wrong)

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        cells = [self.rounds, self.woken, self.refused, self.written, self.wrong]
        return (
            "| rounds | owners woken while they had work left | refused | rows written by them | wrong outputs |\n"
            "|--:|--:|--:|--:|--:|\n|" + "|".join(f" {cell} " for cell in cells) + "|"
        )


def run(count: int, seed: int, mutant: str = "", store: str = "sqlite") -> Tally:
    """Stop and wake `count` owners at moments drawn from `seed`; those of the mutant `epoch` have no fence."""
    chance, tally = random.Random(seed), Tally()
    where, settings = place(store)
    with tempfile.TemporaryDirectory(prefix="flujo-fence-", dir=in_memory()) as folder:
        base = Path(folder) / "base"
        _make_project(base, settings)
        whole, seconds = _undisturbed(base, Path(folder) / "whole", where, drive_on)
        for _ in range(count):
            project = Path(folder) / "run"
            shutil.copytree(base, project)
            moment = Moment(chance.uniform(0, seconds), chance.randint(1, MARKS))
            _one(project, where, moment, whole, tally, mutant)
            shutil.rmtree(project)
    return tally


def _one(project: Path, where: Place, moment: Moment, whole: object, tally: Tally, mutant: str) -> None:
    os.chdir(project)
    where.empty()
    tally.rounds += 1
    child = _start(project, where, mutant)
    try:
        moment.wait(project / "marks.txt")
        os.kill(child, signal.SIGSTOP)
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):  # else it had ended before that
            _take_over(project, where, child, whole, tally)
    finally:  # one that stays stopped would hold our pipes open, and the test that reads them would wait for ever
        with suppress(ChildProcessError):
            if os.waitpid(child, os.WNOHANG) == (0, 0):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _take_over(project: Path, where: Place, child: int, whole: object, tally: Tally) -> None:
    with where.open(project) as app:
        runs = app.runs()
        if not runs or runs[0].status != "running":
            _wake(child)
            return
        run_id = runs[0].run
        try:
            where.abandon(project, app)
            with app.store.claim(run_id) as claim:
                where.wait_again(app)
                before = _rows(project, where, claim.epoch)
                status = _wake(child)
                tally.woken += 1
                tally.refused += status == REFUSED
                tally.written += _rows(project, where, claim.epoch) - before
        except StateError as error:
            if error.diagnostic.code != "FLJ0807":
                raise
            _wake(child)  # it was stopped in the middle of a commit: nobody can take the run before that is over
            return
        if app.store.run(run_id).status == "running":
            drive_on(app, run_id)
        view = app.view(run_id, inputs=False)
        tally.wrong += view.status != "completed" or _result(app) != whole


def _wake(child: int) -> int:
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _start(project: Path, where: Place, mutant: str) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if mutant == "epoch":
                where.unfence()
            with where.open(project) as app:
                drive_on(app, None)
            code = ENDED
        except LostOwnership:
            code = REFUSED
        finally:
            os._exit(code)
    return child


def _rows(project: Path, where: Place, epoch: int) -> int:
    """Count the rows of earlier owners."""
    return sum(row[2] < epoch for row in where.rows(project))
