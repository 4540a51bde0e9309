"""The door of the command line: answers `--version` before anything else is imported."""

import gc
import os
import sys

from flujo._version import __version__


def main() -> int:
    """Run the command line; return its exit code."""
    if sys.argv[1:] == ["--version"]:
        print(f"flujo {__version__}")
        return 0
    # Start-up is mostly imports: nothing of them is garbage, and pydantic need not look through all installed packages
    # for plug-ins of its own.
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    from flujo.cli.main import main as run  # noqa: PLC0415 - after the one answer that must not wait for it

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
