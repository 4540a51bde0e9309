"""The end of a command by Ctrl-C or a signal; apart from the rest, so that only who is stopped loads the errors."""

from flujo.core.errors import Exit, FlujoError


class Stopped(FlujoError):
    """Ctrl-C or a signal ended the command."""

    exit = Exit.INTERRUPTED


AGAIN = "give the command again"
"""What to do when there is no run to go on with."""
