"""`flujo create`: a goal in words becomes a blueprint."""

from flujo.cli.verb import Verb


def create(session: object) -> int:
    """Turn a goal in words into a blueprint."""
    return 70


VERBS = (Verb("create", create, (("flujo create", ""),)),)
