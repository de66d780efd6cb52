"""The dialogs of the menu Help: the shortcuts, and what this program is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from stream_gui import assets
from stream_gui.views.appearance import Appearance

__all__ = ["AboutDialog", "ShortcutsDialog"]


class ShortcutsDialog(QDialog):
    """All shortcuts."""

    def __init__(
        self, shortcuts: Sequence[tuple[str, str]], appearance: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(460, 560)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(7)
        for row, (keys, text) in enumerate(shortcuts):
            label = QLabel(keys)
            label.setFont(appearance.fixed_font())
            grid.addWidget(label, row, 0)
            grid.addWidget(QLabel(text), row, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(shortcuts), 1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(body)
        column = QVBoxLayout(self)
        column.addWidget(area)
        column.addWidget(_close_button(self))


class AboutDialog(QDialog):
    """Name, version and purpose."""

    def __init__(self, version: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About streamscope")
        picture = QLabel()
        picture.setPixmap(assets.app_icon().pixmap(64, 64))
        title = QLabel("streamscope")
        title.setObjectName("title")
        text = QLabel(
            f"Version {version}\n\nA monitor for stream servers: channels, plots, load and\n"
            "remote calls. Whatever it can do, a script can do."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        for widget in (picture, title, text):
            column.addWidget(widget)
        column.addWidget(_close_button(self))


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox()
    buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
    buttons.rejected.connect(dialog.reject)
    return buttons
