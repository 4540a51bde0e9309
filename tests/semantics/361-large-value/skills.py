"""A large text."""

from flujo import skill


@skill(effect="pure")
def big() -> str:
    """Give 17 MiB."""
    return "x" * (17 << 20)
