"""A skill that never works."""

from flujo import SkillError, skill


@skill(effect="write", idempotent=True)
def flaky(value: int) -> int:
    """Fail as if a server could not be reached."""
    raise SkillError(f"cannot reach {value}", retry="connection")
