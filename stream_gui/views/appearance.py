"""The window's appearance: light or dark as the system or the operator wants it; no layout."""

from __future__ import annotations

import weakref
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from stream_gui import assets
from stream_gui.assets import Theme

__all__ = ["Appearance"]


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon) -> None: ...


class Appearance(QObject):
    """Gives the application its colours and everybody their icons.

    Signals:
        changed(): the theme is another one.

    Args:
        application: takes palette and style sheet.
        choice: "system", "light" or "dark".
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__()
        self._application = application
        self._choice = choice
        self._dressed: list[tuple[weakref.ref[QObject], str]] = []
        self.theme = assets.theme("light")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def choice(self) -> str:
        """What was chosen: "system", "light" or "dark"."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """Whether the theme is a dark one."""
        return self.theme.name == "dark"

    def choose(self, choice: str) -> None:
        """Take the system's theme, or this one whatever the system has."""
        self._choice = choice
        self._follow()

    def icon(self, name: str, colour: str = "") -> QIcon:
        """An icon in the theme's colours."""
        return assets.icon(name, colour or self.theme.text, self.theme.border)

    def dress(self, wearer: QObject, name: str) -> None:
        """Give an action or a button its icon, now and in every theme to come."""
        self._dressed.append((weakref.ref(wearer), name))
        _set_icon(wearer, self.icon(name))

    def colour(self, name: str) -> QColor:
        """A colour of the theme."""
        return QColor(getattr(self.theme, name))

    @staticmethod
    def fixed_font() -> QFont:
        """The font for code and numbers."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(QApplication.font().pointSizeF())
        return font

    def _follow(self) -> None:
        if self._wanted() != self.theme.name:
            self._apply()
            self._dress_all()
            self.changed.emit()

    def _wanted(self) -> str:
        if self._choice in ("light", "dark"):
            return self._choice
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return "dark" if dark else "light"

    def _apply(self) -> None:
        self.theme = assets.theme(self._wanted())
        self._application.setPalette(palette(self.theme))
        self._application.setStyleSheet(assets.style_sheet(self.theme))

    def _dress_all(self) -> None:
        kept = []
        for reference, name in self._dressed:
            wearer = reference()
            if wearer is not None:
                _set_icon(wearer, self.icon(name))
                kept.append((reference, name))
        self._dressed = kept


def palette(theme: Theme) -> QPalette:
    """The palette of a theme."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for each, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.bad),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.dim),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Light, theme.raised),
        (role.Midlight, theme.hover),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Shadow, theme.border),
        (role.Accent, theme.accent),
    ):
        result.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(group.Disabled, each, QColor(theme.dim))
    return result


def _set_icon(wearer: QObject, icon: QIcon) -> None:
    setter: _HasIcon = wearer  # type: ignore[assignment]
    setter.setIcon(icon)
