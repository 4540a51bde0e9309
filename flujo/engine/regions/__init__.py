"""What is no single call: branches, lists side by side, lists with needs, imports, maps, loops and pauses.

Each returns the outcome of its inside; when that is done it records one event with output, decision and context writes,
so that a resume skips the region whole. A failed region records nothing of its own: its failed step did.
"""

from __future__ import annotations

from typing import assert_never

from flujo.core.errors import FlujoError
from flujo.core.graph import Branch, Call, Flow, Import, Loop, Map, Node, Wait
from flujo.core.outcomes import Outcome
from flujo.engine.regions.branch import run_branch
from flujo.engine.regions.imported import run_import
from flujo.engine.regions.loop import run_loop
from flujo.engine.regions.map import run_map
from flujo.engine.regions.needs import run_graph
from flujo.engine.regions.parallel import run_parallel
from flujo.engine.regions.wait import run_wait
from flujo.engine.runner import Runner
from flujo.engine.scope import Frame, StepResult


async def run_region(runner: Runner, node: Node, frame: Frame, given: StepResult) -> Outcome:
    """Run a region, or a pause."""
    match node:
        case Branch():
            return await run_branch(runner, node, frame, given)
        case Flow(imported=Import() as imported):
            return await run_import(runner, node, imported, frame, given)
        case Flow() if node.join is not None:
            return await run_parallel(runner, node, frame, given)
        case Flow():
            return await run_graph(runner, node, frame, given)
        case Map():
            return await run_map(runner, node, frame)
        case Loop():
            return await run_loop(runner, node, frame, given)
        case Wait():
            return await run_wait(runner, node, frame)
        case Call():
            raise FlujoError("FLJ0901", f"`{frame.address}` is no region")
        case _:
            assert_never(node)
