"""Which curves stand in which panel, and how much time they show; knows no widget, no data."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

__all__ = [
    "CHANNEL_MIME",
    "WINDOWS_S",
    "Curve",
    "PlotLayout",
    "channels_from_mime",
    "channels_to_mime",
]

CHANNEL_MIME = "application/x-streamscope-channel"
"""The type of what is dragged to a plot: UTF-8 lines, a channel and, after a tab, a column."""

WINDOWS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
"""The stretches of time that the steps go through."""

_SHORTEST_S, _LONGEST_S = 1e-4, 7 * 86_400.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Curve:
    """One column of a channel in a panel.

    Attributes:
        channel: the channel's name.
        column: the column's name; "" is the only one, or all of them until they are known.
        colour: number of its colour, from 0.
        visible: whether it is drawn.
    """

    channel: str
    column: str = ""
    colour: int = 0
    visible: bool = True


@dataclass(slots=True)
class _Panel:
    curves: list[Curve] = field(default_factory=list)
    y_range: tuple[float, float] | None = None


def channels_to_mime(entries: Iterable[tuple[str, str]]) -> bytes:
    """The data of a drag: channels, each with a column or "" for all."""
    lines = (f"{channel}\t{column}" if column else channel for channel, column in entries)
    return "\n".join(lines).encode()


def channels_from_mime(data: bytes) -> list[tuple[str, str]]:
    """What was dragged; lines that name no channel are left out."""
    lines = data.decode("utf-8", "replace").splitlines()
    pairs = [line.partition("\t") for line in lines]
    return [(channel, column) for channel, _, column in pairs if channel]


class PlotLayout(QObject):
    """The panels, their curves and the time that all of them show.

    Signals:
        panel_added: with the panel's number.
        panel_removed: with the panel's number.
        panel_changed: with the number of the panel whose curves or scale have changed.
        current_changed: another panel takes what is added without naming one.
        window_changed: another stretch of time is shown.
        paused_changed: the view stands still, or follows again.
    """

    panel_added = Signal(int)
    panel_removed = Signal(int)
    panel_changed = Signal(int)
    current_changed = Signal()
    window_changed = Signal()
    paused_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panels: dict[int, _Panel] = {}
        self._next_panel = 1
        self._current: int | None = None
        self._window_s = 10.0
        self._paused = False

    @property
    def panels(self) -> tuple[int, ...]:
        """The panels' numbers, from top to bottom."""
        return tuple(self._panels)

    @property
    def current(self) -> int | None:
        """The panel that takes what is added without naming one."""
        return self._current

    @property
    def window_s(self) -> float:
        """How much time is shown, in seconds."""
        return self._window_s

    @window_s.setter
    def window_s(self, window_s: float) -> None:
        bounded = min(max(_SHORTEST_S, float(window_s)), _LONGEST_S)
        if bounded != self._window_s:
            self._window_s = bounded
            self.window_changed.emit()

    @property
    def paused(self) -> bool:
        """Whether the view stands still; data keeps coming in meanwhile."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self.paused_changed.emit()

    def step_window(self, steps: int) -> None:
        """Show a longer (positive) or shorter stretch of time, by the usual ones."""
        longer = [window for window in WINDOWS_S if window > self._window_s * 1.001]
        shorter = [window for window in WINDOWS_S if window < self._window_s * 0.999]
        choices = longer if steps > 0 else shorter[::-1]
        if choices:
            self.window_s = choices[min(abs(steps), len(choices)) - 1]

    def curves(self, panel: int) -> tuple[Curve, ...]:
        """The curves of a panel, in the order in which they were added."""
        return tuple(self._panels[panel].curves)

    def y_range(self, panel: int) -> tuple[float, float] | None:
        """A panel's fixed scale; None: it fits itself to the data."""
        return self._panels[panel].y_range

    def set_y_range(self, panel: int, y_range: tuple[float, float] | None) -> None:
        """Fix a panel's scale, or let it fit itself to the data again."""
        if self._panels[panel].y_range != y_range:
            self._panels[panel].y_range = y_range
            self.panel_changed.emit(panel)

    def add_panel(self) -> int:
        """A new, empty panel at the bottom, which becomes the current one."""
        panel = self._next_panel
        self._next_panel += 1
        self._panels[panel] = _Panel()
        self.panel_added.emit(panel)
        self.set_current(panel)
        return panel

    def remove_panel(self, panel: int) -> None:
        """Take a panel away; the one that takes its place becomes the current one."""
        position = self.panels.index(panel)
        del self._panels[panel]
        self.panel_removed.emit(panel)
        if self._current == panel:
            left = self.panels
            self.set_current(left[min(position, len(left) - 1)] if left else None)

    def clear(self) -> None:
        """Take all panels away."""
        for panel in self.panels:
            self.remove_panel(panel)

    def set_current(self, panel: int | None) -> None:
        """Make a panel the one that takes what is added without naming one."""
        if panel != self._current:
            self._current = panel
            self.current_changed.emit()

    def plot(self, channel: str, column: str = "", panel: int | None = None) -> int:
        """Show a channel, or one column of it, in a panel.

        Args:
            channel: the channel's name.
            column: the column's; "" for all.
            panel: where; else in the current panel, else in a new one.

        Returns:
            The panel's number.
        """
        target = panel if panel is not None else self._current
        if target is None:
            target = self.add_panel()
        curves = self._panels[target].curves
        if not any(curve.channel == channel and curve.column in (column, "") for curve in curves):
            curves.append(Curve(channel, column, _free_colour(curves)))
            self.panel_changed.emit(target)
        self.set_current(target)
        return target

    def plot_in_new_panel(self, channel: str, column: str = "") -> int:
        """Show a channel, or one column of it, in a panel of its own; return its number."""
        return self.plot(channel, column, self.add_panel())

    def resolve_columns(self, panel: int, channel: str, columns: Sequence[str]) -> None:
        """Put one curve for each column in place of "all of them", now that they are known."""
        curves = self._panels[panel].curves
        whole = [c for c in curves if c.channel == channel and not c.column]
        if not whole or not columns or tuple(columns) == ("",):
            return
        position = curves.index(whole[0])
        curves.remove(whole[0])
        shown = {curve.column for curve in curves if curve.channel == channel}
        for column in columns:
            if column not in shown:
                colour = _free_colour(curves)
                curves.insert(position, replace(whole[0], column=column, colour=colour))
                position += 1
        self.panel_changed.emit(panel)

    def remove_curve(self, panel: int, channel: str, column: str = "") -> None:
        """Take a curve out of a panel."""
        curves = self._panels[panel].curves
        kept = [c for c in curves if (c.channel, c.column) != (channel, column)]
        if len(kept) < len(curves):
            curves[:] = kept
            self.panel_changed.emit(panel)

    def set_visible(self, panel: int, channel: str, column: str, visible: bool) -> None:
        """Draw a curve, or keep it without drawing it."""
        curves = self._panels[panel].curves
        for number, curve in enumerate(curves):
            if (curve.channel, curve.column) == (channel, column) and curve.visible != visible:
                curves[number] = replace(curve, visible=visible)
                self.panel_changed.emit(panel)

    def to_dict(self) -> dict[str, Any]:
        """The layout as plain values, for the settings."""
        panels = [
            {
                "curves": [[c.channel, c.column, c.colour, c.visible] for c in panel.curves],
                "y_range": list(panel.y_range) if panel.y_range else None,
            }
            for panel in self._panels.values()
        ]
        return {"window_s": self._window_s, "panels": panels}

    def from_dict(self, state: dict[str, Any]) -> None:
        """Become what `to_dict` described; what cannot be understood is left out and logged."""
        self.clear()
        try:
            self.window_s = float(state.get("window_s", self._window_s))
        except (TypeError, ValueError):
            logger.warning("a remembered time window is not a number: %r", state["window_s"])
        for entry in state.get("panels", ()):
            try:
                panel = _panel_from(entry)
            except (TypeError, ValueError, LookupError, AttributeError):
                logger.warning("a remembered plot panel cannot be understood: %r", entry)
                continue
            number = self.add_panel()
            self._panels[number] = panel
            self.panel_changed.emit(number)


def _free_colour(curves: Iterable[Curve]) -> int:
    """The smallest colour number that no curve has."""
    taken = {curve.colour for curve in curves}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def _panel_from(entry: dict[str, Any]) -> _Panel:
    curves = [
        Curve(str(channel), str(column), int(colour), bool(visible))
        for channel, column, colour, visible in entry["curves"]
    ]
    if entry.get("y_range") is None:
        return _Panel(curves)
    low, high = entry["y_range"]
    return _Panel(curves, (float(low), float(high)))
