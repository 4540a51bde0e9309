"""A skill whose receiver knows keys."""

from flujo import skill


@skill(effect="write", idempotent="by_key")
def pay(amount: int) -> str:
    """Pay an amount."""
    return f"paid {amount}"
