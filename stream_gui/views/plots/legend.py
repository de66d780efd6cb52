"""A panel's legend: one entry for each curve, kept as long as the curve is; decides nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

from stream_gui.models.channel_mime import (
    CHANNEL_MIME,
    CURVE_MIME,
    channels_to_mime,
    curve_to_mime,
)
from stream_gui.plotdata.units import TIMES
from stream_gui.views.plots.legend_badge import badge_of, tip_of
from stream_gui.views.plots.legend_entry import LegendEntry
from stream_gui.views.plots.legend_rows import LegendRows
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.panel_scales import NEW_AXIS
from stream_gui.views.plots.plot_colours import PlotColours, curve_colour

__all__ = ["AxisReading", "Legend", "value_text"]

_Key = tuple[str, str, str, int, bool]


@dataclass(frozen=True, slots=True)
class AxisReading:
    """How the numbers at an axis are to be read.

    Attributes:
        step: the distance of the ticks; 0 if there are none.
        divisor: by what the values are divided there.
        unit: of the numbers that stand there; "" if it is that of the curve.
    """

    step: float = 0.0
    divisor: float = 1.0
    unit: str = ""


class Legend(QWidget):
    """The curves of a panel by name.

    It has no layout of Qt's: where a widget is shown in one, that is done again at once for all
    that is around it up to the window, for every entry of every panel.

    Signals:
        toggled(str, str, bool): show the curve of this channel and column, or hide it.
        removed(str, str): take it away.
        axis_wanted(str, str, str): put it on the axis of this name; "" is that of its unit, and
            `NEW_AXIS` one of its own.

    Args:
        panel: the panel's number, for those to whom a curve is dragged.
        curves: what the panel shows.
        colours: in which.

    Attributes:
        axes: name and title of each axis of the panel, to choose from.
    """

    toggled = Signal(str, str, bool)
    removed = Signal(str, str)
    axis_wanted = Signal(str, str, str)

    def __init__(self, panel: int, curves: PanelCurves, colours: PlotColours) -> None:
        super().__init__()
        self._panel = panel
        self.axes: Sequence[tuple[str, str]] = ()
        self._curves = curves
        self._colours = colours
        self._entries: dict[_Key, LegendEntry] = {}
        self._more = QLabel(self)
        self._more.hide()
        self._more.setObjectName("dim")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Curves")

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        """The entries in the order of the curves."""
        return tuple(self._entries.values())

    @property
    def more_text(self) -> str:
        """What it says of columns that are left out."""
        return self._more.text()

    def heightForWidth(self, width: int) -> int:
        """The height of as many rows as it takes."""
        return self._rows_at(width).height

    def sizeHint(self) -> QSize:
        """That of the largest entry, whose name may be cut short."""
        size = self._tail
        for entry in self._entries.values():
            size = size.expandedTo(entry.minimumSizeHint())
        return size

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be room for more in a row now, or for less."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """Follow entries that have more to say now, or less."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
            self.updateGeometry()
        return bool(super().event(event))

    def recolour(self, colours: PlotColours) -> None:
        """Take other colours."""
        self._colours = colours
        self.refresh()

    def refresh(self) -> None:
        """Follow the curves: which there are, and how they fare."""
        wanted = {_key(shown, self._colours.is_dark): shown for shown in self._curves}
        if list(wanted) != list(self._entries):
            self._rebuild(wanted)
        for key, shown in wanted.items():
            badge = badge_of(shown, self._colours)
            self._entries[key].show_state(shown.curve.visible, badge, tip=tip_of(shown))
        left_out = self._curves.left_out
        self._more.setText(f"{left_out} more columns" if left_out else "")
        self._more.setToolTip("Drag single columns from the channel tree to see them.")
        self._more.setVisible(bool(left_out))
        self.show_values()

    def show_values(self, axes: Mapping[tuple[str, str], AxisReading] | None = None) -> None:
        """Show the newest value of each curve, as its axis does.

        Args:
            axes: how the axis of each channel and column reads.
        """
        for entry, shown in zip(self._entries.values(), self._curves, strict=True):
            value = shown.series.last_value if shown.series is not None else None
            axis = (axes or {}).get(shown.key, AxisReading())
            if value is None:
                entry.show_value("", "")
            elif axis.unit in (shown.feed.unit, "") or axis.unit.startswith(TIMES):
                entry.show_value(value_text(value, axis.step), shown.feed.unit)
            else:
                text = value_text(value / axis.divisor, axis.step / axis.divisor)
                entry.show_value(text, axis.unit)

    @property
    def _tail(self) -> QSize:
        """The size of what stands behind the entries."""
        return QSize() if self._more.isHidden() else self._more.sizeHint()

    def _rows_at(self, width: int) -> LegendRows:
        return LegendRows(self.entries, self._tail, width)

    def _place(self) -> None:
        rows = self._rows_at(self.width())
        for entry, place in zip([*self.entries, self._more], rows.places, strict=False):
            entry.setGeometry(place)
        for entry in self.entries:
            entry.set_density(rows.density)

    def _rebuild(self, wanted: dict[_Key, ShownCurve]) -> None:
        old, self._entries = self._entries, {}
        for key, shown in wanted.items():
            entry = old.pop(key, None) or self._make_entry(shown)
            self._entries[key] = entry
            entry.setParent(self)
            entry.show()
        for entry in old.values():
            entry.hide()
            entry.deleteLater()
        self._place()
        self.updateGeometry()

    def _make_entry(self, shown: ShownCurve) -> LegendEntry:
        curve = shown.curve
        colour = curve_colour(curve.colour, self._colours.is_dark)
        entry = LegendEntry(shown.name, colour, self._colours)
        channel, column = curve.channel, curve.column
        entry.removed.connect(lambda: self.removed.emit(channel, column))
        entry.menu_wanted.connect(lambda: self._offer(entry, channel, column))
        entry.drag_wanted.connect(lambda: self._drag(entry, channel, column))
        entry.toggled.connect(lambda: self.toggled.emit(channel, column, not entry.is_shown))
        return entry

    def menu(self, entry: LegendEntry, channel: str, column: str) -> QMenu:
        """What can be done with a curve."""
        menu = QMenu(entry)
        for again in self._curves.failed(channel):
            menu.addAction("Try again", again)
        menu.addAction("Hide" if entry.is_shown else "Show", entry.toggled.emit)
        axes = menu.addMenu("Axis")

        def add(text: str, axis: str) -> None:
            axes.addAction(text, lambda: self.axis_wanted.emit(channel, column, axis))

        for name, title in self.axes:
            add(title.replace("&", "&&"), name)
        axes.addSeparator()
        add("New axis", NEW_AXIS)
        add("The axis of its unit", "")
        menu.addAction("Remove from this plot", entry.removed.emit)
        return menu

    def _offer(self, entry: LegendEntry, channel: str, column: str) -> None:
        menu = self.menu(entry, channel, column)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(entry.mapToGlobal(entry.rect().bottomLeft()))

    def _drag(self, entry: LegendEntry, channel: str, column: str) -> None:
        """Let a curve be dropped on an axis of this panel, or be plotted elsewhere, too."""
        data = QMimeData()
        data.setData(CURVE_MIME, curve_to_mime(self._panel, channel, column))
        data.setData(CHANNEL_MIME, channels_to_mime([(channel, column)]))
        drag = QDrag(entry)
        drag.setMimeData(data)
        drag.setPixmap(entry.grab())
        drag.exec(Qt.DropAction.CopyAction)


def value_text(value: float | None, step: float = 0.0) -> str:
    """A number for a legend, with as many decimals as matter beside the axis; "" for none.

    Args:
        value: the number.
        step: the distance of the ticks at the axis; 0 if there are none.
    """
    if value is None:
        return ""
    if not math.isfinite(value):
        return str(value).replace("-", "\N{MINUS SIGN}").replace("inf", "\N{INFINITY}")
    shown = math.ceil(2 - math.log10(step)) if step > 0 else 0
    size = abs(value)
    power = math.floor(math.log10(size)) if size else 0
    digits = max(0, min(max(shown, min(2, 3 - power)), 5 - power))
    if size >= 1e7 or digits > 6 or (not step and 0 < size < 1e-3):
        text = f"{value:.3e}"
    else:
        text = f"{value:.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _key(shown: ShownCurve, is_dark: bool) -> _Key:
    curve = shown.curve
    return curve.channel, curve.column, shown.name, curve.colour, is_dark
