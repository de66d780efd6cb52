"""One panel: a header with the legend above a plot; follows its part of the layout."""

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
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from stream_gui import assets
from stream_gui.models.plot_layout import CHANNEL_MIME, PlotLayout, channels_from_mime
from stream_gui.plotdata.autoscale import AutoScale
from stream_gui.plotdata.column_cache import ColumnCache
from stream_gui.plotdata.columns import Columns, ColumnView
from stream_gui.plotdata.series import Series
from stream_gui.views.plots.envelope_item import DrawnCurve
from stream_gui.views.plots.feed_source import FeedSource
from stream_gui.views.plots.legend import Legend
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.plot_canvas import PlotCanvas
from stream_gui.views.plots.plot_colours import PlotColours, curve_colour

__all__ = ["PlotPanel"]

_NEWS_EVERY_S = 0.1
"""A picture that need not move is repainted so often while data comes in."""

_EMPTY_RANGE = (0.0, 1.0)


class PlotPanel(QWidget):
    """A panel of the layout on screen.

    Signals:
        closed(): the panel is to be taken away.

    Args:
        layout: what the panel shows.
        panel: its number there.
        feeds: where the data comes from.
    """

    closed = Signal()

    def __init__(self, layout: PlotLayout, panel: int, feeds: FeedSource) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._layout = layout
        self._panel = panel
        self._scale = AutoScale()
        self._colours = PlotColours.of(self.palette())
        self._painted: object = None
        self._news: object = None
        self._news_at_s = 0.0
        self._is_drop_target = False
        self._is_current = False
        self._caches: dict[tuple[str, str], ColumnCache] = {}
        self.canvas = PlotCanvas()
        self.curves = PanelCurves(layout, panel, feeds, self._on_curves_changed)
        self.legend = Legend(self.curves, self._colours)
        self._title = QLabel()
        self._fit = _tool_button("The scale is fixed: fit it to the data again (A)")
        self._close = _tool_button("Close this panel (Ctrl+Shift+W)")
        self._build()
        self._connect()
        self._restyle()
        self.follow_layout()

    @property
    def title(self) -> str:
        """What stands above the curves."""
        return self._title.text()

    @property
    def frames(self) -> int:
        """How often its curves have been drawn."""
        return self.canvas.curves_item.images_drawn

    @property
    def curve_colours(self) -> list[int]:
        """The colour of each curve, 0xRRGGBB."""
        return [self._colour_of(shown) for shown in self.curves]

    def follow_layout(self) -> None:
        """Take over what the layout says of this panel."""
        self.curves.sync()
        self._fit.setVisible(self._layout.y_range(self._panel) is not None)

    def show_values(self) -> None:
        """Show the newest values, and in place of curves why there are none."""
        self.legend.show_values(self.canvas.value_step)
        self.canvas.note = _note(self.curves)

    def show_paused(self, text: str) -> None:
        """Say in the corner that the view stands still; "" takes that away."""
        self.canvas.corner = text

    def fit(self) -> None:
        """Let the scale fit itself to the data again."""
        self._scale.reset()
        self._layout.set_y_range(self._panel, None)
        self.need_paint()

    def need_paint(self) -> None:
        """Paint at the next frame whatever has changed."""
        self._painted = None

    def paint_frame(self, view: ColumnView | None, now_s: float) -> bool:
        """Show the curves as they are now if anything of them has changed; tell whether."""
        if view is None or not self._is_due(view, now_s):
            return False
        drawn = [
            self._drawn(shown, shown.series, view)
            for shown in self.curves
            if shown.curve.visible and shown.series is not None
        ]
        y_range = self._y_range([curve.columns for curve in drawn], now_s)
        self.canvas.show_curves(view, y_range, drawn[::-1], self._unit())
        return True

    def shut_down(self) -> None:
        """Give all feeds back."""
        self.curves.close()

    def sizeHint(self) -> QSize:
        """Enough to read it."""
        return QSize(640, 240)

    def minimumSizeHint(self) -> QSize:
        """Room for all rows of the legend, and for curves below them."""
        hint = super().minimumSizeHint()
        rows = self.legend.heightForWidth(self.legend.width())
        return QSize(hint.width(), max(hint.height(), rows + self.canvas.minimumHeight() + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The legend may need more rows now, or fewer."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "legend"):
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
        self._layout.set_current(self._panel)
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
        dropped = event.mimeData().data(CHANNEL_MIME).data()
        for channel, column in channels_from_mime(bytes(dropped)):
            self._layout.plot(channel, column, self._panel)
        event.acceptProposedAction()

    def show_current(self, is_current: bool) -> None:
        """Show whether this panel takes what is added without naming one."""
        self._is_current = is_current
        self.update()

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(8, 2, 2, 0)
        header.setSpacing(6)
        top = Qt.AlignmentFlag.AlignTop
        self._title.setContentsMargins(0, 3, 0, 0)
        header.addWidget(self._title, 0, top)
        header.addWidget(self.legend, 1)
        header.addWidget(self._fit, 0, top)
        header.addWidget(self._close, 0, top)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(self.canvas, 1)
        self.canvas.setAcceptDrops(False)
        self.canvas.viewport().setAcceptDrops(False)

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._fit.clicked.connect(self.fit)
        self.legend.toggled.connect(self._on_toggled)
        self.legend.removed.connect(self._on_removed)
        self.canvas.activated.connect(self._on_activated)
        self.canvas.fit_wanted.connect(self.fit)
        self.canvas.lifted.connect(self._lift)
        self.canvas.stretched.connect(self._stretch)

    def _on_activated(self) -> None:
        self._layout.set_current(self._panel)

    def _on_toggled(self, channel: str, column: str, shown: bool) -> None:
        self._layout.set_visible(self._panel, channel, column, shown)

    def _on_removed(self, channel: str, column: str) -> None:
        self._layout.remove_curve(self._panel, channel, column)

    def _on_curves_changed(self) -> None:
        if hasattr(self, "legend"):
            title = self.curves.title
            self._title.setText(title)
            self._title.setVisible(bool(title))
            self.legend.refresh()
            self.canvas.note = _note(self.curves)
            self._caches.clear()
            self.need_paint()

    def _restyle(self) -> None:
        self._title.setStyleSheet(f"font-weight: 600; color: {self._colours.text.name()}")
        self._fit.setIcon(assets.icon("fit", self._colours.warning.name()))
        self._close.setIcon(assets.icon("close", self._colours.dim.name()))
        self.update()
        self.legend.recolour(self._colours)
        self.need_paint()

    def _show_drop_target(self, shown: bool) -> None:
        self._is_drop_target = shown
        self.update()

    def _is_due(self, view: ColumnView, now_s: float) -> bool:
        """Whether there is another picture to show; one that only grows may wait a little."""
        picture = (view, self.canvas.size(), self._layout.y_range(self._panel))
        news = tuple(s.series.version for s in self.curves if s.series is not None)
        if picture == self._painted and (
            news == self._news or now_s - self._news_at_s < _NEWS_EVERY_S
        ):
            return False
        self._painted, self._news, self._news_at_s = picture, news, now_s
        return True

    def _drawn(self, shown: ShownCurve, series: Series, view: ColumnView) -> DrawnCurve:
        key = (shown.curve.channel, shown.curve.column)
        found = self._caches.setdefault(key, ColumnCache()).update(series, view)
        return DrawnCurve(found.columns, self._colour_of(shown), key, found.changed_from)

    def _colour_of(self, shown: ShownCurve) -> int:
        colour = curve_colour(shown.curve.colour, self._colours.is_dark)
        return int(colour.rgb()) & 0xFFFFFF

    def _y_range(self, columns: list[Columns], now_s: float) -> tuple[float, float] | None:
        fixed = self._layout.y_range(self._panel)
        if fixed is not None:
            return fixed
        least = [c.least for c in columns if c.least == c.least]
        most = [c.most for c in columns if c.most == c.most]
        nothing = float("nan")
        return self._scale.update(min(least, default=nothing), max(most, default=nothing), now_s)

    def _unit(self) -> str:
        units = dict.fromkeys(s.feed.unit for s in self.curves if s.feed.unit)
        return ", ".join(units)

    def _lift(self, share: float) -> None:
        low, high = self._current_range()
        moved = (high - low) * share
        self._layout.set_y_range(self._panel, (low + moved, high + moved))

    def _stretch(self, factor: float, share: float) -> None:
        low, high = self._current_range()
        kept = low + (high - low) * share
        bounds = kept - (kept - low) * factor, kept + (high - kept) * factor
        if bounds[1] - bounds[0] > 1e-12 * max(abs(bounds[0]), abs(bounds[1]), 1e-300):
            self._layout.set_y_range(self._panel, bounds)

    def _current_range(self) -> tuple[float, float]:
        return self._layout.y_range(self._panel) or self._scale.range or _EMPTY_RANGE


def _note(curves: PanelCurves) -> str:
    """What to say in place of curves."""
    shown = list(curves)
    if not shown:
        return "Drag a channel here, or double-click one in the channel tree"
    if any(s.series is not None and s.series.length for s in shown):
        return ""
    problems = [s.feed.problem for s in shown if s.feed.problem]
    if problems:
        return problems[0]
    names = list(dict.fromkeys(s.feed.channel for s in shown))
    return f"Waiting for {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else "")


def _tool_button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setAutoRaise(True)
    button.setIconSize(QSize(13, 13))
    button.setStyleSheet("padding: 2px 4px")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
