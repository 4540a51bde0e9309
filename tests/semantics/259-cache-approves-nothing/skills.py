"""A skill that only looks."""

from flujo import skill


@skill(effect="read")
def look(name: str) -> str:
    """Give the name in capitals."""
    return name.upper()
