"""A layout that sets widgets side by side and breaks lines where the width asks for it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

__all__ = ["FlowLayout"]


class FlowLayout(QLayout):
    """Widgets in lines, each at its preferred size.

    Args:
        parent: whose children they are.
        spacing: pixels between two widgets and between two lines.

    Attributes:
        items: the widgets in their order.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = 4) -> None:
        super().__init__(parent)
        self.items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Take a widget at the end."""
        self.items.append(item)

    def count(self) -> int:
        """How many widgets there are."""
        return len(self.items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The widget of that number."""
        return self.items[index] if 0 <= index < len(self.items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Let go of the widget of that number."""
        return self.items.pop(index) if 0 <= index < len(self.items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: it takes no more than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of as many lines as it takes."""
        return self.arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the widgets in lines."""
        super().setGeometry(rect)
        self.arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """That of the largest widget."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """That of the largest widget."""
        size = QSize()
        for item in self.items:
            size = size.expandedTo(item.minimumSize())
        return size

    def size_of(self, item: QLayoutItem, width: int) -> QSize:
        """The size that a widget gets where lines have this width."""
        return item.sizeHint()

    def arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the widgets, or only find out; return the height they take."""
        x, y, line = rect.x(), rect.y(), 0
        for item in self.items:
            size = self.size_of(item, rect.width())
            if x + size.width() > rect.right() + 1 and line:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        return y + line - rect.y()
