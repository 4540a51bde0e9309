"""The one bridge from sync to async."""

from __future__ import annotations

import gc
import sys
from collections.abc import Coroutine
from contextlib import redirect_stdout
from typing import Any, TypeVar

T = TypeVar("T")


def run_sync(work: Coroutine[Any, Any, T]) -> T:
    """Run async work to its end: the one bridge.

    Long work wants the garbage collector that start-up left off. What a skill prints goes to stderr: stdout is for the
    result alone.
    """
    import asyncio

    gc.enable()
    with redirect_stdout(sys.stderr):
        return asyncio.run(work)
