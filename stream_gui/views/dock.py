"""A dock of the main window: a title with a few tools, and a body; it knows nothing of the body."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stream_gui.views.appearance import Appearance

__all__ = ["Dock"]


class Dock(QDockWidget):
    """One dock.

    Args:
        title: shown above and in menus.
        name: under which its place is remembered.
        body: what it holds.
        appearance: gives its icon.
        window: the main window.
    """

    def __init__(
        self, title: str, name: str, body: QWidget, appearance: Appearance, window: QMainWindow
    ) -> None:
        super().__init__(title, window)
        self.setObjectName(name)
        self.body = body
        self._bar = QFrame()
        self._bar.setObjectName("dock_title")
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(7, 1, 2, 1)
        row.setSpacing(1)
        label = QLabel(title)
        label.setObjectName("dock_name")
        row.addWidget(label)
        row.addStretch()
        close = QToolButton()
        close.setToolTip(f"Hide {title} (it comes back by the menu View)")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.close)
        appearance.dress(close, "close")
        row.addWidget(close)
        self._no_bar = QWidget()
        self._window = window
        self.setTitleBarWidget(self._bar)
        self.setWidget(_framed(body))
        self.visibilityChanged.connect(lambda _: self._choose_bar())
        self.topLevelChanged.connect(lambda _: self._choose_bar())

    def _choose_bar(self) -> None:
        """Among tabs the tab is title enough."""
        tabbed = not self.isFloating() and bool(self._window.tabifiedDockWidgets(self))
        bar = self._no_bar if tabbed else self._bar
        if self.titleBarWidget() is not bar:
            self.setTitleBarWidget(bar)
            bar.show()

    def reveal(self) -> None:
        """Show it and bring it to the front of its tabs."""
        self.show()
        self.raise_()


def _framed(body: QWidget) -> QFrame:
    frame = QFrame()
    frame.setObjectName("dock_body")
    column = QVBoxLayout(frame)
    column.setContentsMargins(1, 0, 1, 1)
    column.addWidget(body)
    return frame
