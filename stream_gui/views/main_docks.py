"""The docks of the main window, and where they stand at first; it knows nothing of their bodies."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QWidget

from stream_gui.views.appearance import Appearance
from stream_gui.views.dock import Dock

__all__ = ["MainDocks"]

SIZE, FRAME = QSize(1760, 1040), QSize(8, 44)
SIDE_SHARES = (0.306, 0.252)
LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
AREAS = {"channels": LEFT, "console": RIGHT, "load": BOTTOM}
BEHIND_LOAD = ("servers", "feedback", "problems", "python")


class MainDocks:
    """Makes and places them.

    Args:
        window: the main window.
        appearance: gives their icons.
        bodies: what they hold, by their names, each with its title.
    """

    def __init__(
        self,
        window: QMainWindow,
        appearance: Appearance,
        bodies: Mapping[str, tuple[str, QWidget]],
    ) -> None:
        self._window = window
        window.setCorner(Qt.Corner.BottomLeftCorner, BOTTOM)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self.all = {
            name: Dock(title, name, body, appearance, window)
            for name, (title, body) in bodies.items()
        }
        for name, dock in self.all.items():
            window.addDockWidget(AREAS.get(name, BOTTOM), dock)
        self.place()

    def place(self) -> None:
        """Put them where they stand at first, all of them shown."""
        window, docks = self._window, self.all
        for dock in docks.values():
            dock.hide()  # side by side, if only for a moment, they need more than a screen has
            dock.setFloating(False)
        for name, area in AREAS.items():
            window.addDockWidget(area, docks[name])
        for name in BEHIND_LOAD:
            window.tabifyDockWidget(docks["load"], docks[name])
        for dock in docks.values():
            dock.show()
        docks["load"].raise_()
        sides = [docks["channels"], docks["console"]]
        widths = [round(share * window.width()) for share in SIDE_SHARES]
        window.resizeDocks(sides, widths, Qt.Orientation.Horizontal)
        height = max(window.height() // 4, 240)
        window.resizeDocks([docks["load"]], [height], Qt.Orientation.Vertical)

    def begin(self) -> None:
        """Give the window its first size, as large as is good and the screen allows."""
        room = QGuiApplication.primaryScreen().availableSize()
        off_screen = QGuiApplication.platformName() == "offscreen"
        self._window.resize(SIZE if off_screen else SIZE.boundedTo(room - FRAME))
        self.place()
