"""Sizes."""

from flujo import skill


@skill(effect="pure")
def long(value: str, least: int) -> bool:
    """Say whether a text is long."""
    return len(value) >= least
