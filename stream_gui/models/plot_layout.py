"""Which panels there are and what they show, and each way to change that; knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QObject, Signal

from stream_gui.models.layout_history import LayoutHistory
from stream_gui.models.plot_section import PlotSection, layout_of, section_of
from stream_gui.models.plot_state import ALL_AXES, AxisState, Curve, LayoutState, Panel

__all__ = ["SECONDS", "WINDOWS_S", "Curve", "PlotLayout"]

WINDOWS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
"""The stretches of time that the steps go through."""

SECONDS = "seconds"
"""What the panels share under this name: whether times are seconds before the right edge."""

_SHORTEST_S, _LONGEST_S = 1e-4, 7 * 86_400.0


class PlotLayout(LayoutHistory):
    """The panels, their curves and the time that all of them show.

    Signals:
        paused_changed: the view stands still, or follows again; those of `LayoutHistory` besides.
    """

    paused_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._next_panel = 1
        self._paused = False

    # what there is

    @property
    def panels(self) -> tuple[int, ...]:
        """The panels' numbers, in the order in which they were added."""
        return tuple(self.state.panels)

    @property
    def current(self) -> int | None:
        """The panel that takes what is added without naming one."""
        return self.state.current

    def panel(self, panel: int) -> Panel:
        """All of a panel, as a value that is never changed in place."""
        return self.state.panels[panel]

    def kind(self, panel: int) -> str:
        """What sort of panel it is."""
        return self.state.panels[panel].kind

    def curves(self, panel: int) -> tuple[Curve, ...]:
        """The curves of a panel, in the order in which they were added."""
        return self.state.panels[panel].curves

    def options(self, panel: int) -> Mapping[str, Any]:
        """What this kind of panel remembers besides its curves."""
        return self.state.panels[panel].options

    def axis_range(self, panel: int, axis: str) -> tuple[float, float] | None:
        """The fixed scale of a panel's axis; None: it fits itself to the data."""
        return self.state.panels[panel].axis(axis).y_range

    def y_range(self, panel: int) -> tuple[float, float] | None:
        """The fixed scale of all axes of a panel that have none of their own, or None."""
        return self.axis_range(panel, ALL_AXES)

    def shared(self, name: str, default: Any = None) -> Any:
        """What the panels share under this name."""
        return self.state.shared.get(name, default)

    # the time

    @property
    def window_s(self) -> float:
        """How much time is shown, in seconds."""
        return self.state.window_s

    @window_s.setter
    def window_s(self, window_s: float) -> None:
        bounded = _bounded(window_s)
        self.change("another time window", replace(self.state, window_s=bounded), fold="window")

    def step_window(self, steps: int) -> None:
        """Show a longer (positive) or shorter stretch of time, by the usual ones."""
        longer = [window for window in WINDOWS_S if window > self.window_s * 1.001]
        shorter = [window for window in WINDOWS_S if window < self.window_s * 0.999]
        choices = longer if steps > 0 else shorter[::-1]
        if choices:
            self.window_s = choices[min(abs(steps), len(choices)) - 1]

    @property
    def paused(self) -> bool:
        """Whether the view stands still; data keeps coming in meanwhile."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self.paused_changed.emit()

    # the panels

    def add_panel(self, kind: str = "time") -> int:
        """A new, empty panel at the end, which becomes the current one."""
        number = self._next_panel
        self._next_panel += 1
        state = replace(self.state, current=number).with_panel(number, Panel(kind))
        self.change("new panel", state)
        return number

    def remove_panel(self, panel: int) -> None:
        """Take a panel away; the one that takes its place becomes the current one."""
        self.change("closing a panel", self.state.without_panel(panel))

    def clear(self) -> None:
        """Take all panels away."""
        state = replace(self.state, panels=MappingProxyType({}), current=None)
        self.change("closing all panels", state)

    def set_current(self, panel: int | None) -> None:
        """Make a panel the one that takes what is added without naming one; no change to undo."""
        self.amend(replace(self.state, current=panel))

    def set_arrangement(self, arrangement: str, doing: str = "moving a panel") -> None:
        """Take note of where the operator has put the panels, as the view wrote it."""
        self.change(doing, replace(self.state, arrangement=arrangement))

    def keep_arrangement(self, arrangement: str) -> None:
        """Take note of where the panels have come to stand by themselves; no change to undo."""
        if arrangement != self.state.arrangement:
            self.amend(replace(self.state, arrangement=arrangement))

    # their curves

    def plot(self, channel: str, column: str = "", panel: int | None = None) -> int:
        """Show a channel, or one column of it, in a panel.

        Args:
            channel: the channel's name.
            column: the column's; "" for all.
            panel: where; else in the current panel, else in a new one.

        Returns:
            The panel's number.
        """
        with self.one_change(f"plotting {channel}"):
            target = panel if panel is not None else self.current
            if target is None:
                target = self.add_panel()
            self._change_panel("", target, self.panel(target).with_curve(channel, column))
            self.set_current(target)
        return target

    def plot_in_new_panel(self, channel: str, column: str = "", kind: str = "time") -> int:
        """Show a channel, or one column of it, in a panel of its own; return its number."""
        with self.one_change(f"plotting {channel}"):
            return self.plot(channel, column, self.add_panel(kind))

    def resolve_columns(self, panel: int, channel: str, columns: Sequence[str]) -> None:
        """Put one curve for each column in place of "all of them", now that they are known.

        The operator has asked for all of them before: this is no change to undo.
        """
        resolved = self.panel(panel).with_columns(channel, columns)
        self.amend(self.state.with_panel(panel, resolved))

    def resolve_kind(self, panel: int, channel: str, kind: str) -> None:
        """Show a channel in the kind of panel that it needs, now that this is known.

        A panel of this channel alone becomes one of that kind, else the channel gets a panel of its
        own. The operator has asked for the channel before: this is no change to undo.
        """
        before = self.panel(panel)
        moved = tuple(curve for curve in before.curves if curve.channel == channel)
        kept = tuple(curve for curve in before.curves if curve.channel != channel)
        if not kept:
            self.amend(self.state.with_panel(panel, Panel(kind, moved)))
            return
        number = self._next_panel
        self._next_panel += 1
        state = self.state.with_panel(panel, replace(before, curves=kept))
        self.amend(state.with_panel(number, Panel(kind, moved)))

    def remove_curve(self, panel: int, channel: str, column: str = "") -> None:
        """Take a curve out of a panel."""
        changed = self.panel(panel).without_curve(channel, column)
        self._change_panel(f"removing {_name(channel, column)}", panel, changed)

    def set_visible(self, panel: int, channel: str, column: str, visible: bool) -> None:
        """Draw a curve, or keep it without drawing it."""
        changed = self.panel(panel).with_changed_curve(
            channel, column, lambda curve: replace(curve, visible=visible)
        )
        doing = "showing" if visible else "hiding"
        self._change_panel(f"{doing} {_name(channel, column)}", panel, changed)

    def set_axis(self, panel: int, channel: str, column: str, axis: str) -> None:
        """Move a curve to an axis, by its name; "" is the axis of the curve's unit."""
        changed = self.panel(panel).with_changed_curve(
            channel, column, lambda curve: replace(curve, axis=axis)
        )
        self._change_panel(f"moving {_name(channel, column)} to another axis", panel, changed)

    # how they are shown

    def set_axis_range(self, panel: int, axis: str, y_range: tuple[float, float] | None) -> None:
        """Fix the scale of a panel's axis, or let it fit itself to the data again."""
        changed = self.panel(panel).with_axis(axis, AxisState(y_range))
        if self.axis_range(panel, axis) != y_range:
            self._change_panel("another scale", panel, changed, fold=f"scale {panel} {axis}")

    def set_y_range(self, panel: int, y_range: tuple[float, float] | None) -> None:
        """Fix the scale of all axes of a panel, or let all fit themselves to the data again."""
        axes = {} if y_range is None else {ALL_AXES: AxisState(y_range)}
        changed = replace(self.panel(panel), axes=MappingProxyType(axes))
        self._change_panel("another scale", panel, changed, fold=f"scale {panel}")

    def set_staggered(self, panel: int, staggered: bool) -> None:
        """Stack the axes of a panel, each in a band of its own, or lay them over each other."""
        changed = replace(self.panel(panel), staggered=staggered)
        self._change_panel("staggering" if staggered else "not staggering", panel, changed)

    def set_option(
        self, panel: int, name: str, value: object, *, doing: str = "", fold: str = ""
    ) -> None:
        """Let a panel remember a plain value; None forgets it.

        Args:
            panel: its number.
            name: of the option.
            value: what JSON can hold.
            doing: what this does, in the operator's words, for "Undo …".
            fold: see `change`.
        """
        changed = self.panel(panel).with_option(name, value)
        self._change_panel(doing or name.replace("_", " "), panel, changed, fold=fold)

    def set_shared(self, name: str, value: object, *, doing: str = "", fold: str = "") -> None:
        """Let the panels share a plain value; None forgets it; else as `set_option`."""
        state = self.state.with_shared(name, value)
        self.change(doing or name.replace("_", " "), state, fold=fold)

    # between two starts

    def write(self) -> PlotSection:
        """The layout as it is kept in a workspace."""
        return section_of(self.state)

    def read(self, section: PlotSection | None) -> None:
        """Become what was written; None: an empty one."""
        self.amend(replace(LayoutState(), window_s=self.window_s))
        state = layout_of(section or PlotSection())
        self._next_panel = max(self._next_panel, max(state.panels, default=0) + 1)
        self.amend(replace(state, window_s=_bounded(state.window_s)))
        self.restored.emit()
        self.forget_changes()

    def _change_panel(self, doing: str, number: int, panel: Panel, fold: str = "") -> None:
        self.change(doing, self.state.with_panel(number, panel), fold)


def _bounded(window_s: float) -> float:
    return min(max(_SHORTEST_S, float(window_s)), _LONGEST_S)


def _name(channel: str, column: str) -> str:
    return f"{channel} {column}".strip()
