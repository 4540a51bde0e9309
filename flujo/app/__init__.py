"""The composition root: the one room that knows concrete classes. `open_app` is the way in."""

from flujo.app.application import App, CreateOptions, RunOptions, open_app
from flujo.app.inputs import RawInput
from flujo.app.settings import Settings, load_settings

__all__ = ["App", "CreateOptions", "RawInput", "RunOptions", "Settings", "load_settings", "open_app"]
