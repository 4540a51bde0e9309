"""A skill whose receiver knows keys."""

from flujo import skill


@skill(effect="write", idempotent="by_key")
def pay() -> str:
    """Pay."""
    return "paid"
