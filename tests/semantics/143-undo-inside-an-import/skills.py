"""Skills of the case."""

from flujo import SkillError, skill


@skill(effect="write", idempotent=True)
def take(amount: int) -> str:
    """Take an amount."""
    return f"taken {amount}"


@skill(effect="write", idempotent=True)
def give(what: str) -> str:
    """Give it back."""
    return f"back: {what}"


@skill(effect="read")
def refuse() -> str:
    """Refuse."""
    raise SkillError("refused")
