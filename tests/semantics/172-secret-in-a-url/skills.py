"""A skill with a URL."""

from flujo import skill


@skill(effect="read")
def get(base_url: str) -> str:
    """Get a page."""
    return base_url
