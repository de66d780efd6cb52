"""A panel's legend: one entry for each curve, kept as long as the curve is; decides nothing."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from stream_gui.views.plots.flow_layout import FlowLayout
from stream_gui.views.plots.legend_entry import LegendEntry
from stream_gui.views.plots.panel_curves import PanelCurves, ShownCurve
from stream_gui.views.plots.plot_colours import PlotColours, curve_colour

__all__ = ["Legend", "value_text"]

_Key = tuple[str, str, str, int, bool]


class Legend(QWidget):
    """The curves of a panel by name.

    Signals:
        toggled(str, str, bool): show the curve of this channel and column, or hide it.
        removed(str, str): take it away.

    Args:
        curves: what the panel shows.
        colours: in which.
    """

    toggled = Signal(str, str, bool)
    removed = Signal(str, str)

    def __init__(self, curves: PanelCurves, colours: PlotColours) -> None:
        super().__init__()
        self._curves = curves
        self._colours = colours
        self._entries: dict[_Key, LegendEntry] = {}
        self._layout = FlowLayout(self, 2)
        self._more = QLabel()
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
            badge, colour = _badge(shown, self._colours)
            self._entries[key].show_state(
                is_shown=shown.curve.visible, badge=badge, badge_colour=colour, tip=_tip(shown)
            )
        left_out = self._curves.left_out
        self._more.setText(f"{left_out} more columns" if left_out else "")
        self._more.setToolTip("Drag single columns from the channel tree to see them.")
        self._more.setVisible(bool(left_out))
        self.show_values()

    def show_values(self, step: float = 0.0) -> None:
        """Show the newest value of each curve.

        Args:
            step: the distance of the ticks at the axis; 0 if there are none.
        """
        for entry, shown in zip(self._entries.values(), self._curves, strict=True):
            value = shown.series.last_value if shown.series is not None else None
            unit = shown.feed.unit if value is not None else ""
            entry.show_value(value_text(value, step), unit)

    def _rebuild(self, wanted: dict[_Key, ShownCurve]) -> None:
        old, self._entries = self._entries, {}
        while self._layout.count():
            self._layout.takeAt(0)
        for key, shown in wanted.items():
            entry = old.pop(key, None) or self._make_entry(shown)
            self._entries[key] = entry
            self._layout.addWidget(entry)
            entry.show()
        self._layout.addWidget(self._more)
        for entry in old.values():
            entry.hide()
            entry.deleteLater()
        self.updateGeometry()

    def _make_entry(self, shown: ShownCurve) -> LegendEntry:
        curve = shown.curve
        colour = curve_colour(curve.colour, self._colours.is_dark)
        entry = LegendEntry(shown.name, colour, self._colours)
        channel, column = curve.channel, curve.column
        entry.removed.connect(lambda: self.removed.emit(channel, column))
        entry.toggled.connect(lambda: self.toggled.emit(channel, column, not entry.is_shown))
        return entry


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


def _badge(shown: ShownCurve, colours: PlotColours) -> tuple[str, QColor]:
    """A word about the channel, on its first curve only."""
    feed = shown.feed
    if not shown.is_first:
        return "", colours.dim
    lost = f"{feed.lost:,} lost".replace(",", "\N{NARROW NO-BREAK SPACE}") if feed.lost else ""
    if feed.state in ("ended", "error"):
        colour = colours.bad if feed.state == "error" else colours.warning
        return f"{feed.state}, {lost}" if lost else feed.state, colour
    if lost:
        return lost, colours.warning
    return ("waiting" if feed.state == "waiting" else ""), colours.dim


def _tip(shown: ShownCurve) -> str:
    curve, feed = shown.curve, shown.feed
    lines = [f"{curve.channel}  {curve.column}".strip()]
    if feed.problem:
        lines.append(feed.problem)
    elif feed.state == "waiting":
        lines.append("Waiting for the channel to appear.")
    if feed.lost:
        lines.append(f"{feed.lost} items were lost on the way here.")
    lines.append("Click: show or hide.  Del: remove.")
    return "\n".join(lines)
