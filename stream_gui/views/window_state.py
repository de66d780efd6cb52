"""The window's state between two starts: sizes, docks, columns; it decides no layout."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QHeaderView, QMainWindow, QSplitter

from stream_gui.settings import Settings

__all__ = ["WindowState"]


class WindowState:
    """Brings back and takes down the state of a main window.

    Args:
        window: the window, with named docks.
        parts: headers and splitters, each under the name by which it is remembered.
    """

    def __init__(self, window: QMainWindow, parts: dict[str, QHeaderView | QSplitter]) -> None:
        self._window = window
        self._parts = parts

    def restore(self, settings: Settings) -> bool:
        """Bring the state back; False if there is none."""
        for name, part in self._parts.items():
            if name in settings.headers:
                part.restoreState(_bytes(settings.headers[name]))
        if not settings.state:
            return False
        self._window.restoreGeometry(_bytes(settings.geometry))
        return self._window.restoreState(_bytes(settings.state))

    def save(self, settings: Settings) -> None:
        """Take the state down."""
        settings.geometry = _text(self._window.saveGeometry())
        settings.state = _text(self._window.saveState())
        settings.headers = {name: _text(part.saveState()) for name, part in self._parts.items()}


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
