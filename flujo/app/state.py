"""The state database of a project, opened where its settings say."""

from __future__ import annotations

from pathlib import Path

from flujo.app.settings import Settings
from flujo.core.errors import UsageError
from flujo.core.storing import Store


def open_store(settings: Settings, root: Path) -> Store:
    """Open the state database, and make it if it is a file; raise a FlujoError that says why that cannot be done."""
    place = settings.state_at(root)
    if isinstance(place, str):
        from flujo.stores.postgres import PostgresStore

        return PostgresStore(place, settings.durability)
    from flujo.stores.sqlite import SqliteStore

    if place is not None and not place.parent.exists():
        _make_folder(place.parent)
    return SqliteStore(place, settings.durability)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
        (folder / ".gitignore").write_text("*\n", "utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError("FLJ0807", f"the state folder `{folder}` cannot be made: {reason}") from error
