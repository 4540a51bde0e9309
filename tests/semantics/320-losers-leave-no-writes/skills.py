"""A write."""

from flujo import skill


@skill(effect="write", idempotent=True)
async def put() -> str:
    """Write something."""
    return "written"
