"""A write that takes its time."""

import asyncio

from flujo import skill


@skill(effect="write", idempotent=True)
async def put() -> str:
    """Write something, after a few turns of the event loop."""
    for _ in range(200):
        await asyncio.sleep(0)
    return "written"
