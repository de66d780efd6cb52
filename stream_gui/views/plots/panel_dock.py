"""What is around every panel: a dock with a border, a header by which it is moved, and drops."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QVBoxLayout, QWidget

from stream_gui.models.channel_mime import CHANNEL_MIME, channels_from_mime
from stream_gui.views.plots.drop_place import DropHint, DropPlace, drop_place
from stream_gui.views.plots.panel_header import PanelHeader
from stream_gui.views.plots.panels.panel_kinds import make_panel_view
from stream_gui.views.plots.panels.panel_view import PanelContext
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["PanelDock"]

_PLACES = {
    DropPlace.INTO: "Add to this panel",
    DropPlace.LEFT: "New panel to the left",
    DropPlace.RIGHT: "New panel to the right",
    DropPlace.ABOVE: "New panel above",
    DropPlace.BELOW: "New panel below",
}


class PanelDock(QDockWidget):
    """A panel of the layout on screen.

    Signals:
        closed(): the panel is to be taken away.
        pressed(): the operator works in this panel.
        dropped(list, DropPlace): (channel, column or "") of each that was dropped, and where.
        resized(): it has another place or size.

    Args:
        context: what the panel shows, and where its data comes from.
        window: what holds all panels.

    Attributes:
        kind: what sort of panel it is.
        view: its inside.
        menu_actions: what its menu offers besides the actions of the view.
        keeps: the action that says whether it keeps its history while it is hidden.
    """

    closed = Signal()
    pressed = Signal()
    dropped = Signal(list, DropPlace)
    resized = Signal()

    def __init__(self, context: PanelContext, window: QMainWindow) -> None:
        super().__init__(window)
        self._number = context.number
        self._window = window
        self._colours = PlotColours.of(self.palette())
        self._is_current = False
        self._is_asleep = False
        self.menu_actions: Sequence[QAction] = ()
        self.keeps = QAction("Keep history while hidden", self, checkable=True)
        self.setObjectName(f"panel_{context.number}")
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.kind = context.layout.kind(context.number)
        self.view = make_panel_view(context)
        self._header = PanelHeader(self.view)
        self._build()
        self._hint = DropHint(self)
        self._connect()
        self._restyle()
        self.follow_title()

    @property
    def number(self) -> int:
        """The panel's number in the layout."""
        return self._number

    @property
    def title(self) -> str:
        """What stands above the panel."""
        return self._header.title

    @property
    def drop_text(self) -> str:
        """What a drop would do; "" while nothing is dragged over it."""
        return self._hint.text

    @property
    def is_tabbed(self) -> bool:
        """Whether it shares its place with others."""
        return not self.isFloating() and bool(self._window.tabifiedDockWidgets(self))

    def show_current(self, is_current: bool) -> None:
        """Show whether this panel takes what is added without naming one."""
        if is_current != self._is_current:
            self._is_current = is_current
            self.update()

    def follow_title(self) -> None:
        """Show the title: above the panel, or in its tab."""
        if self._is_asleep:
            return  # it has no channels now, but its tab keeps the name
        title = self.view.title
        self.setWindowTitle(title or f"Panel {self._number}")
        self._header.show_title(title, shown=not self.is_tabbed)

    def renew_view(self, context: PanelContext) -> None:
        """Become a panel of another kind, or one that has slept, in the same place."""
        before, header, body = self.view, self._header, self.widget()
        before.shut_down()
        self._is_asleep = False
        self.kind = context.layout.kind(context.number)
        self.view = make_panel_view(context)
        self._header = PanelHeader(self.view)
        self._build()
        self._connect_view()
        self._restyle()
        self.follow_title()
        for old in (header, body):
            old.hide()
            old.deleteLater()

    def sleep(self) -> None:
        """Give all feeds back until there is a new view."""
        self._is_asleep = True
        self.view.shut_down()

    def menu(self) -> QMenu:
        """What can be done with the panel."""
        menu = QMenu(self)
        failed = self.view.failed()
        if failed:
            menu.addAction("Try again", lambda: [again() for again in failed])
        menu.addActions(self.view.actions())
        menu.addSeparator()
        menu.addActions(list(self.menu_actions))
        return menu

    def show_menu(self, place: QPoint | None = None) -> None:
        """Offer what can be done with the panel, at a place on the screen."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self._header.rect().bottomRight() - QPoint(menu.sizeHint().width(), 0)
        menu.popup(place or self._header.mapToGlobal(corner))

    def sizeHint(self) -> QSize:
        """Enough to read it."""
        return QSize(640, 240)

    def event(self, event: QEvent) -> bool:
        """Note when it is worked in, moved and resized."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.pressed.emit()
        elif event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.resized.emit()
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The layout decides what is closed."""
        event.ignore()
        self.closed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the panel."""
        event.accept()
        self.pressed.emit()
        self.show_menu(event.globalPos())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_hint"):
            colours = PlotColours.of(self.palette())
            if colours != self._colours:
                self._colours = colours
                self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, stronger for the current panel."""
        painter = QPainter(self)
        if self.isFloating():
            painter.fillRect(self.rect(), self._colours.base)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._colours.accent if self._is_current else self._colours.border)
        painter.setBrush(self._colours.base)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take channels."""
        self._follow_drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where they would go."""
        self._follow_drag(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing will be dropped."""
        self._hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped, and where."""
        self._hint.hide()
        channels = channels_from_mime(bytes(event.mimeData().data(CHANNEL_MIME).data()))
        if channels:
            self.dropped.emit(channels, drop_place(event.position().toPoint(), self.size()))
        event.acceptProposedAction()

    def _build(self) -> None:
        body = _Body()
        column = QVBoxLayout(body)
        column.setContentsMargins(1, 0, 1, 1)
        column.addWidget(self.view)
        self.setTitleBarWidget(self._header)
        self.setWidget(body)

    def _connect_view(self) -> None:
        self._header.closed.connect(self.closed)
        self._header.menu_wanted.connect(self.show_menu)
        self.view.activated.connect(self.pressed)
        self.view.title_changed.connect(self.follow_title)

    def _connect(self) -> None:
        self._connect_view()
        self.topLevelChanged.connect(self.follow_title)
        self.visibilityChanged.connect(self.follow_title)

    def _restyle(self) -> None:
        self._header.recolour(self._colours)
        self.view.recolour(self._colours)
        self.update()

    def _follow_drag(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(CHANNEL_MIME):
            event.acceptProposedAction()
            place = drop_place(event.position().toPoint(), self.size())
            self._hint.show_place(place, _PLACES[place])


class _Body(QWidget):
    """Lets the border show around the view: a style sheet paints what is behind plain widgets."""
