"""A skill that takes its time."""

import threading

from flujo import skill


@skill(effect="pure")
def slow() -> str:
    """Come back after the deadline."""
    threading.Event().wait(0.5)
    return "late"
