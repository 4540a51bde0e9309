"""Properties of random nested blueprints: cut anywhere, finish in any order, and the result is the same."""

import asyncio
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaigns.regions import SHAPES, Blueprint
from tests.engine.cutting import cut, to_the_end
from tests.engine.world import World

ENDED = ("completed", "partial", "failed", "denied")


def blueprint(seed, shape):
    document = Blueprint(random.Random(seed), shape).document
    del document["version"]
    return json.dumps(document).replace("marks.mark", "t.inc").replace("marks.", "t.")[1:-1]


def graph_of(seed, shape):
    return "{" + blueprint(seed, shape) + "}"


class Flow(World):
    """A world whose blueprints are JSON: the version stands inside."""

    def __init__(self):
        super().__init__()
        self.inputs = False

    def graph(self, text):
        from flujo.blueprints.compiler import compile_blueprint

        compiled = compile_blueprint('{"version": "0.1", ' + text[1:], "test.yaml", self, self)
        assert compiled.graph is not None, [item.to_json() for item in compiled.diagnostics]
        return compiled.graph


@pytest.mark.parametrize("shape", SHAPES)
@settings(derandomize=True, max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_cut_at_every_prefix_and_resumed_the_result_is_the_same(shape, seed):
    whole = Flow()
    view = to_the_end(whole, whole.start(graph_of(seed, shape)).run_id)
    assert view.status in ENDED
    replay = whole.replay(view.run_id)
    assert replay.equal, replay.differences
    rows = list(whole.store.rows(view.run_id))
    for length in range(1, len(rows)):
        world = cut(whole, view.run_id, length)
        recorded = {row.address for row in rows[:length] if row.type == "step_completed"}
        again = to_the_end(world, view.run_id)
        assert (again.status, again.output) == (view.status, view.output), length
        assert not recorded & set(world.calls), length
        replay = world.replay(view.run_id)
        assert replay.equal, (length, replay.differences)


class ShuffledLoop(asyncio.SelectorEventLoop):
    """An event loop that runs what is ready in an order drawn from a seed."""

    def __init__(self, seed):
        super().__init__()
        self._chance = random.Random(seed)

    def _run_once(self):
        ready = list(self._ready)
        self._chance.shuffle(ready)
        self._ready.clear()
        self._ready.extend(ready)
        super()._run_once()


@pytest.mark.parametrize("shape", SHAPES)
@settings(derandomize=True, max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.integers(0, 10_000))
def test_the_order_of_completion_does_not_matter(shape, seed, order):
    plain = Flow()
    expected = to_the_end(plain, plain.start(graph_of(seed, shape)).run_id)
    world = Flow()
    world.loop = lambda: ShuffledLoop(order)
    view = to_the_end(world, world.start(graph_of(seed, shape)).run_id)
    assert (view.status, view.output) == (expected.status, expected.output)
    replay = world.replay(view.run_id)
    assert replay.equal, replay.differences


def test_a_loop_that_shuffles_does_shuffle():
    async def order():
        seen = []

        async def note(number):
            await asyncio.sleep(0)
            seen.append(number)

        await asyncio.gather(*(note(number) for number in range(20)))
        return seen

    with asyncio.Runner(loop_factory=lambda: ShuffledLoop(7)) as runner:
        assert runner.run(order()) != list(range(20))
