"""Three crashes at one call without progress fail it as poison; a run that makes progress pays nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flujo.core.ids import RunId
from tests.engine.world import World


class Dead(BaseException):
    """The process has died: what it had not committed is lost."""


class Mortal:
    """A store that is as dead as its process."""

    def __init__(self, behind):
        self.behind = behind
        self.dead = False

    def append_all(self, batches):
        if not self.dead:
            self.behind.append_all(batches)

    def append(self, *batch):
        if not self.dead:
            self.behind.append(*batch)

    def __getattr__(self, name):
        return getattr(self.behind, name)


def life(world, text=None, run=RunId("run-1"), deadly=("bad",)):
    """One process: it dies when it makes a deadly call. Return the run's view if it does not."""
    process = World(Mortal(world.store))
    process.clock, process.inputs, process.plans = world.clock, False, world.plans

    def die(address):
        if address.rpartition("/")[2] in deadly:
            process.store.dead = True
            raise Dead

    process.die = die
    process.calls = world.calls
    try:
        return process.start(text) if text else process.resume(run)
    except Dead:
        return None


PURE = """
steps:
  - {name: good, uses: t.inc, with: {value: 1}}
  - name: bad
    uses: t.inc
  - {name: after, uses: t.inc}
"""


@pytest.fixture
def world():
    made = World()
    made.inputs = False
    return made


def test_the_third_crash_is_the_last(world):
    assert [life(world, PURE), life(world), life(world)] == [None] * 3
    view = life(world)
    assert (view.status, view.error["code"], view.error["class"]) == ("failed", "FLJ0811", "environmental")
    assert view.error["step"] == "bad"
    assert world.calls == ["good", "bad", "bad", "bad"]
    assert world.types(view.run_id)[2:] == [
        "run_resumed", "run_resumed", "step_started bad", "run_resumed", "step_failed bad", "run_finished",
    ]  # fmt: skip
    assert world.replay(view.run_id).equal
    assert world.redrive(view.run_id).output == 4
    assert world.replay(view.run_id).equal


def test_on_error_applies_and_retry_does_not(world):
    text = PURE.replace("uses: t.inc\n  - {name: after", "uses: t.inc\n    retry: {attempts: 5, on: [any]}\n"
                        "    on_error: {steps: {name: instead, input: 10}}\n  - {name: after")  # fmt: skip
    assert [life(world, text), life(world), life(world)] == [None] * 3
    assert life(world).output == 11
    assert world.calls.count("bad") == 3


def test_a_keyed_write_too(world):
    text = PURE.replace("uses: t.inc\n  - {name: after", "uses: t.keyed\n  - {name: after")
    assert [life(world, text), life(world), life(world)] == [None] * 3
    assert life(world).error["code"] == "FLJ0811"


def test_progress_begins_the_count_anew(world):
    text = """
steps:
  - name: each
    kind: map
    over: [1, 2, 3]
    max_concurrency: 1
    steps: {name: bad, uses: t.inc}
"""
    assert life(world, text) is None
    assert life(world) is None
    assert life(world, deadly=()).output == [2, 3, 4]
    assert "step_started each[0]/bad" in world.types("run-1")

    world = World()
    world.inputs = False
    assert life(world, text) is None
    for _ in range(3):  # each process makes one item and dies of the next
        calls = world.calls

        class Once(list):
            def __contains__(self, name, calls=calls):
                return calls.count(calls[-1]) == 1

        view = life(world, deadly=Once())
    assert view.output == [2, 3, 4]
    assert not any(row.startswith("step_started") for row in world.types("run-1"))


def test_of_several_calls_at_once_the_one_to_blame_is_found(world):
    text = """
steps:
  - name: all
    kind: parallel
    join: all
    branches:
      one: {name: good, uses: t.inc, with: {value: 1}}
      two: {name: bad, uses: t.inc, with: {value: 2}, on_error: {steps: {name: instead, input: 0}}}
      three: {name: fine, uses: t.inc, with: {value: 3}}
"""
    view = life(world, text)
    lives = 1
    while view is None:
        view, lives = life(world), lives + 1
    assert view.output == {"one": 2, "two": 0, "three": 4}
    assert lives <= 7
    assert world.replay("run-1").equal


def test_what_verifies_a_call_is_part_of_it(world):
    text = """
steps:
  - name: outer
    uses: t.echo
    with: {value: true}
    verify: [{uses: t.echo}]
"""
    assert [life(world, text, deadly=["rule_1"]) for _ in "1"] == [None]
    assert [life(world, deadly=["rule_1"]) for _ in "12"] == [None] * 2
    view = life(world, deadly=["rule_1"])
    assert (view.error["code"], view.error["step"]) == ("FLJ0811", "outer/@verify[0]/rule_1")
    assert world.calls.count("outer") == 1
    assert world.replay("run-1").equal


def test_a_stop_is_no_crash(world):
    class Stopped(World):
        """A process that is told to stop while it waits for `bad`."""

        def load(self, id):
            skill = super().load(id)

            async def held():
                asyncio.get_running_loop().call_soon(self.task.cancel)
                await asyncio.Event().wait()

            def call(arguments, context):
                return held() if context.address == "bad" else skill.call(arguments, context)

            return type(skill)(skill.spec, call, inline=True)

        async def stop(self, work):
            self.task = asyncio.ensure_future(work)
            await asyncio.wait([self.task])
            assert self.task.cancelled()

    process = Stopped(world.store)
    process.run(process.stop(process.engine().start(process.graph(PURE), None)))
    for _ in range(3):
        process.run(process.stop(process.engine().resume(RunId("run-1"))))
    assert world.types("run-1")[2:] == ["run_stopped", *["run_resumed", "run_stopped"] * 3]
    assert world.resume("run-1").output == 4
    assert world.replay("run-1").equal


KILLER = '''
import os, signal
from flujo import skill

@skill(effect="pure")
def kill(times: int) -> str:
    """End the process as kill -9 does."""
    with open("lives", "a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"
'''


def test_a_skill_that_kills_its_process(tmp_path: Path):
    (tmp_path / "flujo.toml").write_text('[project]\nname = "p"\n')
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills/dead.py").write_text(KILLER)
    (tmp_path / "pipeline.yaml").write_text(
        'version: "0.1"\nsteps: [{name: bad, uses: dead.kill, with: {times: 1}, on_error: continue}]\n'
    )
    drive = (
        "import sys; from pathlib import Path; from flujo.app import open_app, RawInput\n"
        "app = open_app(Path('.'), {}); app.refresh_lock(); runs = app.runs()\n"
        "view = app.resume(runs[0].run) if runs else app.start_run(app.graph('pipeline.yaml'), '')\n"
        "print(view.status, view.steps['bad'].error['code'])\n"
    )
    ends = [
        subprocess.run([sys.executable, "-c", drive], cwd=tmp_path, capture_output=True, text=True, env={**os.environ})
        for _ in range(4)
    ]
    assert [end.returncode for end in ends] == [-signal.SIGKILL] * 3 + [0], ends[-1].stderr
    assert ends[-1].stdout == "partial FLJ0811\n"
    assert (tmp_path / "lives").read_text() == "xxx"
