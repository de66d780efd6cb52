"""A layout of plots as values never changed in place: what undo keeps, and settings hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

__all__ = [
    "ALL_AXES",
    "NO_UNIT_AXIS",
    "AxisState",
    "Curve",
    "LayoutState",
    "Panel",
    "axis_name",
]

ALL_AXES = ""
"""In `Panel.axes`: what holds for every axis that has no state of its own."""

NO_UNIT_AXIS = "1"
"""The axis of values that have no unit."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Curve:
    """One column of a channel in a panel.

    Attributes:
        channel: the channel's name.
        column: the column's name; "" is the only one, or all of them until they are known.
        colour: number of its colour, from 0.
        visible: whether it is drawn.
        axis: the name of the axis it was moved to; "" is the axis of its unit.
    """

    channel: str
    column: str = ""
    colour: int = 0
    visible: bool = True
    axis: str = ""

    def shows(self, channel: str, column: str) -> bool:
        """Whether it is the curve of this channel and column."""
        return (self.channel, self.column) == (channel, column)


@dataclass(frozen=True, slots=True)
class AxisState:
    """What an operator has chosen for one axis.

    Attributes:
        y_range: the lowest and the highest value shown; None: it fits itself to the data.
    """

    y_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        kind: what sort of panel it is: "time", "image", "readout", "events" …
        curves: in the order in which they were added.
        axes: by their names (see `axis_name`); those not named here are as `ALL_AXES`, if that is.
        staggered: whether the axes stand above each other, each with a band of its own.
        options: what this kind of panel remembers besides, as plain values.
    """

    kind: str = "time"
    curves: tuple[Curve, ...] = ()
    axes: Mapping[str, AxisState] = field(default_factory=lambda: _NOTHING)
    staggered: bool = False
    options: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def axis(self, name: str) -> AxisState:
        """What was chosen for this axis."""
        return self.axes.get(name) or self.axes.get(ALL_AXES) or AxisState()

    def with_axis(self, name: str, state: AxisState) -> Panel:
        """The same panel with this axis so."""
        return replace(self, axes=MappingProxyType({**self.axes, name: state}))

    def with_option(self, name: str, value: object) -> Panel:
        """The same panel with this option; None takes it away."""
        return replace(self, options=_with(self.options, name, value))

    def with_curve(self, channel: str, column: str) -> Panel:
        """The same panel with this curve, too, in a colour that is free."""
        if any(c.channel == channel and c.column in (column, "") for c in self.curves):
            return self
        curve = Curve(channel, column, _free_colour(self.curves))
        return replace(self, curves=(*self.curves, curve))

    def without_curve(self, channel: str, column: str) -> Panel:
        """The same panel without this curve."""
        kept = tuple(curve for curve in self.curves if not curve.shows(channel, column))
        return self if len(kept) == len(self.curves) else replace(self, curves=kept)

    def with_changed_curve(
        self, channel: str, column: str, changed: Callable[[Curve], Curve]
    ) -> Panel:
        """The same panel with this curve as `changed` makes it."""
        curves = tuple(changed(c) if c.shows(channel, column) else c for c in self.curves)
        return replace(self, curves=curves)

    def with_columns(self, channel: str, columns: Sequence[str]) -> Panel:
        """The same panel with one curve for each column in place of "all of them"."""
        whole = next((c for c in self.curves if c.shows(channel, "")), None)
        if whole is None or not columns or tuple(columns) == ("",):
            return self
        curves = list(self.curves)
        position = curves.index(whole)
        curves.remove(whole)
        shown = {curve.column for curve in curves if curve.channel == channel}
        for column in columns:
            if column not in shown:
                colour = _free_colour(curves)
                curves.insert(position, replace(whole, column=column, colour=colour))
                position += 1
        return replace(self, curves=tuple(curves))


@dataclass(frozen=True, slots=True)
class LayoutState:
    """All panels and what they share.

    Attributes:
        panels: by their numbers, in the order in which they were added.
        current: the panel that takes what is added without naming one.
        window_s: how much time is shown, in seconds.
        arrangement: where the panels stand, as the view wrote it; "" is below each other.
        shared: what the panels share besides, as plain values by name.
    """

    panels: Mapping[int, Panel] = field(default_factory=lambda: MappingProxyType({}))
    current: int | None = None
    window_s: float = 10.0
    arrangement: str = ""
    shared: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def with_panel(self, number: int, panel: Panel) -> LayoutState:
        """The same layout with this panel so; a new one comes last."""
        return replace(self, panels=MappingProxyType({**self.panels, number: panel}))

    def without_panel(self, number: int) -> LayoutState:
        """The same layout without this panel; the one that takes its place becomes current."""
        numbers = list(self.panels)
        place = numbers.index(number)
        numbers.remove(number)
        current = self.current
        if current == number:
            current = numbers[min(place, len(numbers) - 1)] if numbers else None
        panels = MappingProxyType({each: self.panels[each] for each in numbers})
        return replace(self, panels=panels, current=current)

    def with_shared(self, name: str, value: object) -> LayoutState:
        """The same layout with this shared value; None takes it away."""
        return replace(self, shared=_with(self.shared, name, value))


def axis_name(curve: Curve, unit: str) -> str:
    """The name of the axis on which a curve of this unit stands."""
    return curve.axis or unit or NO_UNIT_AXIS


def _with(values: Mapping[str, Any], name: str, value: object) -> Mapping[str, Any]:
    kept = {key: each for key, each in values.items() if key != name}
    return MappingProxyType(kept if value is None else {**kept, name: value})


def _free_colour(curves: Iterable[Curve]) -> int:
    """The smallest colour number that no curve has."""
    taken = {curve.colour for curve in curves}
    return next(number for number in range(len(taken) + 1) if number not in taken)
