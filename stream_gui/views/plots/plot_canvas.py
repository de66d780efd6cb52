"""One plot: axes around an image of curves; it shows what it is given and tells of gestures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from stream_gui.plotdata.column_cache import CachedColumns
from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.gap_marks import gap_marks, gap_text
from stream_gui.plotdata.gaps import GapSpans
from stream_gui.plotdata.picture import DrawnCurve, Paint, Picture
from stream_gui.plotdata.ticks import (
    elapsed_label,
    elapsed_ticks,
    time_label,
    time_step_ns,
    time_ticks,
)
from stream_gui.views.plots.axis_items import TimeAxisItem
from stream_gui.views.plots.envelope_item import EnvelopeItem
from stream_gui.views.plots.gesture_box import GestureBox
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.value_axes import ValueAxes
from stream_gui.views.plots.value_axis_item import AxisPicture, ValueAxisItem

__all__ = ["PlotCanvas"]

_TOP_MARGIN = 21
_GAP_REACH = 4


class PlotCanvas(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """Curves over time.

    Signals:
        panned(float): the view is to move by this share of its width.
        zoomed(float, float): this many times as much time is to be shown, around this share.
        lifted(float): all scales are to move up by this share of the height.
        stretched(float, float): this many times as much height is to be shown, around this share.
        activated(): the plot was clicked.
        fit_wanted(): all scales are to fit themselves to the data again.

    Attributes:
        box: the area of the curves.
        time_axis: along the bottom.
        axes: the value axes beside it, with signals of their own.
        curves_item: paints the curves.
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
        self._paint = _paint_of(self._colours)
        self._shows_times = True
        self._spans: tuple[GapSpans, ...] = ()
        self._view: ColumnView | None = None
        self._metrics = QFontMetricsF(self._small_font())
        self.box = GestureBox()
        self.time_axis = TimeAxisItem(self.box)
        self.axes = ValueAxes(self._metrics)
        self.curves_item = EnvelopeItem(self.box)
        self._lay_out()
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
    def value_axis(self) -> ValueAxisItem:
        """The first value axis, which is always there."""
        return self.axes.items[0]

    @property
    def unit_text(self) -> str:
        """The unit, with its prefix, as it stands at the first value axis."""
        return self.value_axis.unit_text

    @property
    def column_count(self) -> int:
        """The width of the curves in device pixels."""
        return self.curves_item.device_size(self.devicePixelRatioF())[0]

    def show_time_axis(self, shown: bool) -> None:
        """Show the times below, or leave the room to the curves."""
        self._shows_times = shown
        self.time_axis.show_labels(shown)

    def show_curves(
        self,
        view: ColumnView,
        axes: Sequence[AxisPicture],
        columns: Sequence[CachedColumns],
        curves: tuple[DrawnCurve, ...],
        gaps: Sequence[GapSpans] = (),
        *,
        is_staggered: bool = False,
        reference_ns: int | None = None,
    ) -> None:
        """Show these curves on these axes from the next painting on.

        Args:
            view: the stretch of time.
            axes: at least one; each curve names the number of its own as its scale.
            columns: what the curves cover.
            curves: from the back to the front.
            gaps: where samples are missing.
            is_staggered: whether each axis takes a band of the height.
            reference_ns: the time from which seconds are counted; None shows local times.
        """
        scales = self.axes.show(axes, is_staggered=is_staggered)
        self._view, self._spans = view, tuple(gaps)
        ticks = self._show_time_ticks(view, reference_ns)
        stands_still = reference_ns == view.stop_ns
        if not any(axis.bounds for axis in axes):
            ticks = ticks[:0]
        self.curves_item.show_picture(
            Picture(
                view=view,
                columns=tuple(columns),
                curves=curves,
                scales=scales,
                grid_columns=ticks[:0] if stands_still else ticks,
                floating_columns=ticks if stands_still else ticks[:0],
                grid_places=self.axes.grid_places(),
                gaps=gap_marks(gaps, view) if gaps else (),
                paint=self._paint,
                pixel_ratio=self.devicePixelRatioF(),
            )
        )

    def gap_text_at(self, x: float) -> str:
        """What is missing a few pixels around this place in the curves' area; "" if nothing."""
        if self._view is None or not self._spans:
            return ""
        ratio, column_ns = self.devicePixelRatioF(), self._view.column_ns
        time_ns = self._view.start_ns + round(x * ratio * column_ns)
        reach_ns = round(_GAP_REACH * ratio * column_ns)
        found = [span.touching(time_ns - reach_ns, time_ns + reach_ns) for span in self._spans]
        return gap_text([span for spans in found for span in spans])

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

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what is missing where the pointer rests."""
        if isinstance(event, QHelpEvent):
            place = self.box.mapFromScene(self.mapToScene(event.pos()))
            text = self.gap_text_at(place.x()) if self.box.rect().contains(place) else ""
            if text:
                reach = QPoint(_GAP_REACH, _GAP_REACH)
                around = QRect(event.pos() - reach, QSize(2 * _GAP_REACH, 2 * _GAP_REACH))
                QToolTip.showText(event.globalPos(), text, self, around)
                return True
        return bool(super().viewportEvent(event))

    def _lay_out(self) -> None:
        layout = self.ci.layout
        layout.setContentsMargins(0, _TOP_MARGIN, 0, 0)
        layout.setSpacing(0)
        self.ci.addItem(self.axes.left, 0, 0)
        self.ci.addItem(self.box, 0, 1)
        self.ci.addItem(self.axes.right, 0, 2)
        self.ci.addItem(self.time_axis, 1, 1)
        self.show_time_axis(True)

    def _connect_gestures(self) -> None:
        for name in ("panned", "zoomed", "lifted", "stretched", "activated", "fit_wanted"):
            getattr(self.box, name).connect(getattr(self, name))
        self.axes.moved.connect(self._place_labels)

    def _make_label(self) -> QLabel:
        label = QLabel(self)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setFont(self._small_font())
        return label

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.0, font.pointSizeF() * 0.92))
        return font

    def _restyle(self) -> None:
        self._colours = PlotColours.of(self.palette())
        self._paint = _paint_of(self._colours)
        font = self._small_font()
        self._metrics = QFontMetricsF(font)
        self.setBackground(self._colours.base)
        self.time_axis.restyle(self._colours, font)
        self.axes.restyle(self._colours, font)
        for label, colour in (
            (self._note, self._colours.dim),
            (self._corner, self._colours.warning),
        ):
            label.setStyleSheet(f"color: {colour.name()}; background: transparent")

    def _place_labels(self) -> None:
        left, right = self.axes.widths
        self.time_axis.leave_room(left, right)
        self._corner.setGeometry(self.width() - 320 - int(right), 0, 320, _TOP_MARGIN - 5)
        area = self.rect().adjusted(int(left) + 12, _TOP_MARGIN, -int(right) - 12, -12)
        self._note.setGeometry(area)

    def _show_time_ticks(self, view: ColumnView, reference_ns: int | None) -> NDArray[np.int64]:
        """Give the time axis its ticks and return their pixel columns."""
        duration_ns = view.stop_ns - view.start_ns
        step_ns = time_step_ns(duration_ns, 8)
        widest = _label(view.start_ns, step_ns, reference_ns)
        width = self._metrics.horizontalAdvance(widest) + 26
        step_ns = time_step_ns(duration_ns, max(1, int(self.box.width() / width)))
        if reference_ns is None:
            ticks = time_ticks(view.start_ns, view.stop_ns, step_ns)
        else:
            ticks = elapsed_ticks(view.start_ns, view.stop_ns, reference_ns, step_ns)
        columns = (np.array(ticks, np.int64) - view.start_ns) // view.column_ns
        if self._shows_times:
            labels = [_label(tick, step_ns, reference_ns) for tick in ticks]
            self.time_axis.show_ticks((columns / self.devicePixelRatioF()).tolist(), labels)
        return columns


def _paint_of(colours: PlotColours) -> Paint:
    return Paint(
        background=colours.base.rgb() & 0xFFFFFF,
        grid=colours.grid.rgb() & 0xFFFFFF,
        floating=colours.text.rgb() & 0xFFFFFF,
        loss=colours.bad.rgb() & 0xFFFFFF,
        hole=colours.dim.rgb() & 0xFFFFFF,
    )


def _label(time_ns: int, step_ns: int, reference_ns: int | None) -> str:
    if reference_ns is None:
        return time_label(time_ns, step_ns)
    return elapsed_label(time_ns - reference_ns, step_ns)
