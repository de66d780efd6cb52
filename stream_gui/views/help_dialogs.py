"""The dialogs of the menu Help: the shortcuts, and what this program is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from stream_gui import assets
from stream_gui.views.appearance import Appearance

__all__ = ["AboutDialog", "ShortcutsDialog"]


class ShortcutsDialog(QDialog):
    """All shortcuts, menu by menu."""

    def __init__(
        self,
        shortcuts: Mapping[str, Sequence[tuple[str, str]]],
        appearance: Appearance,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(520, 620)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(7)
        for menu, entries in shortcuts.items():
            heading = QLabel(menu)
            heading.setObjectName("heading")
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
            for keys, text in entries:
                label = QLabel(keys)
                label.setFont(appearance.fixed_font())
                row = grid.rowCount()
                grid.addWidget(label, row, 0)
                grid.addWidget(QLabel(text), row, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(body)
        column = QVBoxLayout(self)
        column.addWidget(area)
        column.addWidget(_close_button(self))


class AboutDialog(QDialog):
    """Name, purpose, and the versions that a report should have."""

    def __init__(self, versions: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About streamscope")
        picture = QLabel()
        picture.setPixmap(assets.app_icon().pixmap(64, 64))
        title = QLabel("streamscope")
        title.setObjectName("title")
        text = QLabel(
            "A monitor for stream servers: channels, plots, load and\n"
            "remote calls. Whatever it can do, a script can do."
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        for row, (name, version) in enumerate(versions):
            label = QLabel(name)
            label.setObjectName("dim")
            grid.addWidget(label, row, 0)
            value = QLabel(version)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        report = "\n".join(f"{name} {version}" for name, version in versions)
        self.copy = QPushButton("Copy for a report")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        buttons = _close_button(self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        for widget in (picture, title, text):
            column.addWidget(widget)
        column.addLayout(grid)
        column.addWidget(buttons)


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox()
    buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
    buttons.rejected.connect(dialog.reject)
    return buttons
