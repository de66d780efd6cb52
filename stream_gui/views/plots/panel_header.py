"""The top of a panel, by which it is moved: title, legend and buttons; it decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from stream_gui import assets
from stream_gui.views.plots.elided_label import ElidedLabel
from stream_gui.views.plots.panels.panel_view import PanelView
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.tool_button import tool_button

__all__ = ["PanelHeader"]

_LETTERS = 3
_NARROW_PX = 120


class PanelHeader(QWidget):
    """Stands where a dock has its title bar, as high as its rows need.

    Signals:
        closed(): the panel is to be taken away.
        menu_wanted(): what can be done with the panel is to be offered.

    Args:
        view: the inside of the panel.
    """

    closed = Signal()
    menu_wanted = Signal()

    def __init__(self, view: PanelView) -> None:
        super().__init__()
        self._beside = view.header()
        self._title = ElidedLabel(Qt.TextElideMode.ElideLeft, _LETTERS)
        self._hints: tuple[QSize, QSize] | None = None
        self._menu = tool_button("What can be done with this panel (Shift+F10)")
        self._close = tool_button("Close this panel (Ctrl+Shift+W)")
        self._menu.clicked.connect(self.menu_wanted)
        self._close.clicked.connect(self.closed)
        self._build(view)

    @property
    def title(self) -> str:
        """What it says."""
        return self._title.text()

    def show_title(self, title: str, *, shown: bool = True) -> None:
        """Say this, or leave it to the tab."""
        self._title.setText(title)
        self._title.setToolTip(title)
        self._title.setVisible(shown and bool(title))

    def recolour(self, colours: PlotColours) -> None:
        """Take these colours from now on."""
        self._title.setStyleSheet(f"font-weight: 600; color: {colours.text.name()}")
        self._menu.setIcon(assets.icon("menu", colours.dim.name()))
        self._close.setIcon(assets.icon("close", colours.dim.name()))

    def sizeHint(self) -> QSize:
        """As high as all rows of the legend are at the width that there is.

        A dock does not ask its title bar for the height that goes with a width.
        """
        return (self._hints or self._find_hints())[0]

    def minimumSizeHint(self) -> QSize:
        """As high as that, but it may be as narrow as its buttons."""
        return (self._hints or self._find_hints())[1]

    def event(self, event: QEvent) -> bool:
        """What is in it may need another height now."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._hints = None
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be more rows now, or fewer."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _find_hints(self) -> tuple[QSize, QSize]:
        """The preferred size and the least: they are asked for whenever any panel moves."""
        hint, layout = super().sizeHint(), self.layout()
        if layout is not None and layout.hasHeightForWidth():
            hint.setHeight(layout.heightForWidth(max(self.width(), _NARROW_PX)))
        self._hints = hint, QSize(super().minimumSizeHint().width(), hint.height())
        return self._hints

    def _build(self, view: PanelView) -> None:
        top = Qt.AlignmentFlag.AlignTop
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 3, 0)
        row.setSpacing(2)
        self._title.setContentsMargins(0, 3, 4, 0)
        row.addWidget(self._title, 0, top)
        if self._beside is not None:
            row.addWidget(self._beside, 1)
        else:
            row.addStretch(1)
        for tool in view.tools():
            row.addWidget(tool, 0, top)
        row.addWidget(self._menu, 0, top)
        row.addWidget(self._close, 0, top)
