"""The window's state between two starts: sizes, docks, columns; it decides no layout."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QHeaderView, QMainWindow, QSplitter

__all__ = ["WindowSection", "WindowState"]


class WindowSection(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The state as Qt writes it, base64; taken out of a workspace, the docks stay as they are.

    Attributes:
        geometry: of the window.
        state: of its docks.
        parts: of headers and splitters by their names.
    """

    geometry: str = ""
    state: str = ""
    parts: dict[str, str] = {}


class WindowState:
    """Brings back and takes down the state of a main window.

    Args:
        window: the window, with named docks.
        parts: headers and splitters, each under the name by which it is remembered.
    """

    def __init__(self, window: QMainWindow, parts: dict[str, QHeaderView | QSplitter]) -> None:
        self._window = window
        self._parts = parts

    def read(self, section: WindowSection | None) -> None:
        """Bring the state back; None: everything stays as it is."""
        if section is None:
            return
        for name, part in self._parts.items():
            if name in section.parts:
                part.restoreState(_bytes(section.parts[name]))
        if section.state:
            self._window.restoreGeometry(_bytes(section.geometry))
            self._window.restoreState(_bytes(section.state))

    def write(self) -> WindowSection:
        """Take the state down."""
        return WindowSection(
            geometry=_text(self._window.saveGeometry()),
            state=_text(self._window.saveState()),
            parts={name: _text(part.saveState()) for name, part in self._parts.items()},
        )


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
