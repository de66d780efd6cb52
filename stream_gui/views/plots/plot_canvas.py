"""One plot: two axes around an image of curves; it shows what it is given and tells of gestures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.ticks import (
    time_label,
    time_step_ns,
    time_ticks,
    unit_scale,
    value_ticks,
)
from stream_gui.views.plots.axis_items import TimeAxisItem, ValueAxisItem
from stream_gui.views.plots.envelope_item import DrawnCurve, EnvelopeItem, Picture
from stream_gui.views.plots.gesture_box import GestureBox
from stream_gui.views.plots.plot_colours import PlotColours

__all__ = ["PlotCanvas"]

_WIDEST_LABEL = "\N{MINUS SIGN}0000.00"
_TOP_MARGIN = 21
_RIGHT_MARGIN = 10
_LARGEST_TIME_OFFSET_NS = 100_000 * 1_000_000_000


class PlotCanvas(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """Curves over time.

    Signals:
        panned(float): the view is to move by this share of its width.
        zoomed(float, float): this many times as much time is to be shown, around this share.
        lifted(float): the scale is to move up by this share of its height.
        stretched(float, float): this many times as much height is to be shown, around this share.
        activated(): the plot was clicked.
        fit_wanted(): the scale is to fit itself to the data again.
    """

    panned = Signal(float)
    zoomed = Signal(float, float)
    lifted = Signal(float)
    stretched = Signal(float, float)
    activated = Signal()
    fit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(90)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._colours = PlotColours.of(self.palette())
        self._origin_ns = 0
        self._value_step = 0.0
        self._ranges: tuple[float, ...] = ()
        self._shows_times = True
        self.box = GestureBox()
        self.time_axis = TimeAxisItem()
        self.value_axis = ValueAxisItem()
        self.curves_item = EnvelopeItem(self.box)
        self._lay_out()
        self._unit_label = self._make_label()
        self._corner = self._make_label()
        self._note = self._make_label()
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._corner.setAlignment(right)
        self._connect_gestures()
        self._restyle()

    @property
    def note(self) -> str:
        """What stands in the middle in place of curves."""
        return self._note.text()

    @note.setter
    def note(self, text: str) -> None:
        if text != self._note.text():
            self._note.setText(text)
            self._note.setVisible(bool(text))
            self._place_labels()

    @property
    def corner(self) -> str:
        """What stands above the curves on the right."""
        return self._corner.text()

    @corner.setter
    def corner(self, text: str) -> None:
        if text != self._corner.text():
            self._corner.setText(text)

    @property
    def unit_text(self) -> str:
        """The unit, with its prefix, as it stands at the value axis."""
        return self._unit_label.text()

    @property
    def column_count(self) -> int:
        """The width of the curves in device pixels."""
        return self.curves_item.device_size(self.devicePixelRatioF())[0]

    @property
    def value_step(self) -> float:
        """The distance of the ticks at the value axis; 0 before there are any."""
        return self._value_step

    def show_time_axis(self, shown: bool) -> None:
        """Show the times below, or leave the room to the curves."""
        if shown != self._shows_times:
            self._shows_times = shown
            self._link_time_axis()
        self.time_axis.setStyle(showValues=shown)
        self.time_axis.setHeight(self._line_height() + 10 if shown else 5)

    def show_curves(
        self,
        view: ColumnView,
        y_range: tuple[float, float] | None,
        curves: Sequence[DrawnCurve],
        unit: str,
    ) -> None:
        """Show these curves on these axes from the next painting on.

        Args:
            view: the stretch of time.
            y_range: the lowest and the highest value; None while there are none.
            curves: from the back to the front.
            unit: of the values.
        """
        low, high = y_range or (0.0, 1.0)
        self._show_ranges(view, low, high)
        lines = self._show_time_ticks(view)
        values = self._show_value_ticks(low, high, unit)
        if y_range is None:
            self.value_axis.show_ticks(1.0, [], 1.0)
            lines, values = lines[:0], values[:0]
        self.curves_item.show_picture(
            Picture(
                view=view,
                curves=tuple(curves),
                low=low,
                high=high,
                grid_columns=lines,
                grid_values=values,
                background=self._colours.base.rgb() & 0xFFFFFF,
                grid=self._colours.grid.rgb() & 0xFFFFFF,
                pixel_ratio=self.devicePixelRatioF(),
            )
        )

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the labels in their places."""
        super().resizeEvent(event)
        if hasattr(self, "_note"):
            self._place_labels()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_note"):
            self._restyle()

    def _lay_out(self) -> None:
        layout = self.ci.layout
        layout.setContentsMargins(0, _TOP_MARGIN, _RIGHT_MARGIN, 0)
        layout.setSpacing(0)
        self.ci.addItem(self.value_axis, 0, 0)
        self.ci.addItem(self.box, 0, 1)
        self.ci.addItem(self.time_axis, 1, 1)
        self.value_axis.linkToView(self.box)
        self._link_time_axis()
        font = self._small_font()
        for axis in (self.value_axis, self.time_axis):
            axis.setStyle(tickFont=font)
        self.value_axis.setWidth(int(QFontMetricsF(font).horizontalAdvance(_WIDEST_LABEL)) + 14)
        self.show_time_axis(True)

    def _link_time_axis(self) -> None:
        """Let the axis move with the view, but not where it shows only its line."""
        if self._shows_times:
            self.time_axis.linkToView(self.box)
        else:
            self.time_axis.unlinkFromView()
            self.time_axis.show_ticks(1, [], 0)

    def _connect_gestures(self) -> None:
        for name in ("panned", "zoomed", "lifted", "stretched", "activated", "fit_wanted"):
            getattr(self.box, name).connect(getattr(self, name))

    def _make_label(self) -> QLabel:
        label = QLabel(self)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setFont(self._small_font())
        return label

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.0, font.pointSizeF() * 0.92))
        return font

    def _line_height(self) -> int:
        return int(QFontMetricsF(self._small_font()).height())

    def _restyle(self) -> None:
        self._colours = PlotColours.of(self.palette())
        self.setBackground(self._colours.base)
        self.time_axis.recolour(self._colours)
        self.value_axis.recolour(self._colours)
        for label, colour in (
            (self._unit_label, self._colours.dim),
            (self._note, self._colours.dim),
            (self._corner, self._colours.warning),
        ):
            label.setStyleSheet(f"color: {colour.name()}; background: transparent")

    def _place_labels(self) -> None:
        left = int(self.value_axis.width())
        self._unit_label.setGeometry(8, 0, max(120, left * 3), _TOP_MARGIN - 6)
        self._corner.setGeometry(self.width() - 320 - _RIGHT_MARGIN, 0, 320, _TOP_MARGIN - 5)
        area = self.rect().adjusted(left + 12, _TOP_MARGIN, -_RIGHT_MARGIN - 12, -12)
        self._note.setGeometry(area)

    def _show_ranges(self, view: ColumnView, low: float, high: float) -> None:
        """Keep pyqtgraph's coordinates in step, for items of its own above the curves."""
        if abs(view.start_ns - self._origin_ns) > _LARGEST_TIME_OFFSET_NS:
            self._origin_ns = view.start_ns
        start_s = (view.start_ns - self._origin_ns) / 1e9
        stop_s = (view.stop_ns - self._origin_ns) / 1e9
        if self._ranges != (start_s, stop_s, low, high):
            self._ranges = (start_s, stop_s, low, high)
            self.box.setRange(xRange=(start_s, stop_s), yRange=(low, high), padding=0)

    def _show_time_ticks(self, view: ColumnView) -> Any:
        """Give the time axis its ticks and return their pixel columns."""
        duration_ns = view.stop_ns - view.start_ns
        metrics = QFontMetricsF(self._small_font())
        step_ns = time_step_ns(duration_ns, 8)
        width = metrics.horizontalAdvance(time_label(view.stop_ns, step_ns)) + 26
        step_ns = time_step_ns(duration_ns, max(1, int(self.box.width() / width)))
        ticks = time_ticks(view.start_ns, view.stop_ns, step_ns)
        if self._shows_times:
            self.time_axis.show_ticks(step_ns, ticks, self._origin_ns)
        return (np.array(ticks, np.int64) - view.start_ns) // view.column_ns

    def _show_value_ticks(self, low: float, high: float, unit: str) -> Any:
        """Give the value axis its ticks and return their values."""
        rows = max(2, int(self.box.height() / (self._line_height() * 2.2)))
        step, ticks = value_ticks(low, high, min(rows, 10))
        self._value_step = step
        divisor, text = unit_scale(low, high, unit)
        self.value_axis.show_ticks(step, ticks, divisor)
        if text != self._unit_label.text():
            self._unit_label.setText(text)
        return np.array(ticks, np.float64)
