"""What is around every panel: border, title, the button that closes it, a target of drops."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from stream_gui import assets
from stream_gui.models.channel_mime import CHANNEL_MIME, channels_from_mime
from stream_gui.views.plots.panels.panel_kinds import make_panel_view
from stream_gui.views.plots.panels.panel_view import PanelContext
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.tool_button import tool_button

__all__ = ["PanelFrame"]


class PanelFrame(QWidget):
    """A panel of the layout on screen.

    Signals:
        closed(): the panel is to be taken away.

    Args:
        context: what the panel shows, and where its data comes from.

    Attributes:
        view: its inside.
    """

    closed = Signal()

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._layout = context.layout
        self._panel = context.number
        self._colours = PlotColours.of(self.palette())
        self._is_drop_target = False
        self._is_current = False
        self._title = QLabel()
        self._close = tool_button("Close this panel (Ctrl+Shift+W)")
        self.view = make_panel_view(context)
        self._header = self.view.header()
        self._build()
        self._close.clicked.connect(self.closed)
        self.view.activated.connect(self._become_current)
        self.view.title_changed.connect(self._show_title)
        self._restyle()
        self._show_title()

    @property
    def title(self) -> str:
        """What stands above the panel."""
        return self._title.text()

    def show_current(self, is_current: bool) -> None:
        """Show whether this panel takes what is added without naming one."""
        self._is_current = is_current
        self.update()

    def sizeHint(self) -> QSize:
        """Enough to read it."""
        return QSize(640, 240)

    def minimumSizeHint(self) -> QSize:
        """Room for all rows of the header, and for the view below them."""
        hint = super().minimumSizeHint()
        if self._header is None or not self._header.hasHeightForWidth():
            return hint
        rows = self._header.heightForWidth(self._header.width())
        return QSize(hint.width(), max(hint.height(), rows + self._least_height() + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The header may need more rows now, or fewer."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_header"):
            colours = PlotColours.of(self.palette())
            if colours != self._colours:
                self._colours = colours
                self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, stronger for the current panel and for a drop."""
        strong = self._is_drop_target or self._is_current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._colours.accent if strong else self._colours.border)
        painter.setBrush(self._colours.base)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Become the current panel."""
        self._become_current()
        super().mousePressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take channels."""
        if event.mimeData().hasFormat(CHANNEL_MIME):
            event.acceptProposedAction()
            self._show_drop_target(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing will be dropped."""
        self._show_drop_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Plot the channels here."""
        self._show_drop_target(False)
        dropped = channels_from_mime(bytes(event.mimeData().data(CHANNEL_MIME).data()))
        with self._layout.one_change("plotting what was dropped"):
            for channel, column in dropped:
                self._layout.plot(channel, column, self._panel)
        event.acceptProposedAction()

    def _build(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 2, 0)
        row.setSpacing(6)
        self._title.setContentsMargins(0, 3, 0, 0)
        row.addWidget(self._title, 0, top)
        if self._header is not None:
            row.addWidget(self._header, 1)
        else:
            row.addStretch(1)
        for tool in self.view.tools():
            row.addWidget(tool, 0, top)
        row.addWidget(self._close, 0, top)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    def _least_height(self) -> int:
        return max(self.view.minimumHeight(), self.view.minimumSizeHint().height())

    def _become_current(self) -> None:
        self._layout.set_current(self._panel)

    def _show_title(self) -> None:
        title = self.view.title
        self._title.setText(title)
        self._title.setVisible(bool(title))

    def _restyle(self) -> None:
        self._title.setStyleSheet(f"font-weight: 600; color: {self._colours.text.name()}")
        self._close.setIcon(assets.icon("close", self._colours.dim.name()))
        self.view.recolour(self._colours)
        self.update()

    def _show_drop_target(self, shown: bool) -> None:
        self._is_drop_target = shown
        self.update()
