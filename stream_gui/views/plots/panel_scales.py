"""The scales of a panel: which curve stands on which axis, and from where to where that reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plot_state import NO_UNIT_AXIS, axis_name
from stream_gui.plotdata.autoscale import AutoScale
from stream_gui.views.plots.panel_curves import ShownCurve

__all__ = ["NEW_AXIS", "AxisGroup", "PanelScales", "axis_groups", "new_axis_name", "put_on_axis"]

NEW_AXIS = "\N{NULL}new"
"""In place of an axis' name: one that is not there yet."""

_EMPTY_RANGE = (0.0, 1.0)
_NARROWEST = 1e-12
_WIDEST = 1e300


@dataclass(frozen=True, slots=True)
class AxisGroup:
    """An axis with its curves.

    Attributes:
        name: under which the layout knows the axis.
        unit: of the curves; several are named one after another.
        curves: those that are drawn.
    """

    name: str
    unit: str
    curves: tuple[ShownCurve, ...]

    @property
    def title(self) -> str:
        """What the axis is called where it stands by itself."""
        if self.name in (self.unit, NO_UNIT_AXIS):
            return self.unit or "no unit"
        return (
            f"{self.name} ({self.unit})" if self.unit and self.unit not in self.name else self.name
        )


def axis_groups(curves: Iterable[ShownCurve], *, is_staggered: bool = False) -> list[AxisGroup]:
    """The axes of a panel in the order of their first curves; at least one.

    Staggered curves that all stand on the same axis get one each: there is nothing else to stagger.
    """
    drawn = [each for each in curves if each.curve.visible and each.series is not None]
    by_name: dict[str, list[ShownCurve]] = {}
    for each in drawn:
        by_name.setdefault(axis_name(each.curve, each.feed.unit), []).append(each)
    if is_staggered and len(by_name) == 1 and len(drawn) > 1:
        by_name = {f"{each.curve.channel} {each.curve.column}".strip(): [each] for each in drawn}
    groups = [AxisGroup(name, _unit(found), tuple(found)) for name, found in by_name.items()]
    return groups or [AxisGroup(NO_UNIT_AXIS, "", ())]


def new_axis_name(unit: str, taken: Iterable[str]) -> str:
    """A name for another axis, after the unit of its first curve."""
    names = set(taken)
    number = 2
    while f"{unit or 'axis'} {number}" in names:
        number += 1
    return f"{unit or 'axis'} {number}"


def put_on_axis(
    layout: PlotLayout,
    panel: int,
    curves: Iterable[ShownCurve],
    key: tuple[str, str],
    axis: str,
) -> None:
    """Put a curve of a panel on another axis.

    Args:
        layout: where it is written down.
        panel: the panel's number.
        curves: those of the panel.
        key: channel and column of the curve.
        axis: the axis' name; "" is that of the curve's unit.
    """
    names = {each.key: axis_name(each.curve, each.feed.unit) for each in curves}
    for shown in curves:
        if shown.key == key:
            unit = shown.feed.unit
            wanted = new_axis_name(unit, names.values()) if axis == NEW_AXIS else axis
            own = axis_name(replace(shown.curve, axis=""), unit)
            layout.set_axis(panel, *key, "" if wanted == own else wanted)


class PanelScales:
    """Fixed ranges from the layout, and a scale that fits itself for every other axis.

    Args:
        layout: what has been fixed.
        panel: the panel's number there.
    """

    def __init__(self, layout: PlotLayout, panel: int) -> None:
        self._layout = layout
        self._panel = panel
        self._fitting: dict[str, AutoScale] = {}

    def fixed(self, name: str) -> tuple[float, float] | None:
        """The range that an operator has given an axis; None: it fits itself."""
        return self._layout.axis_range(self._panel, name)

    def current(self, name: str) -> tuple[float, float]:
        """The range of an axis as it is shown."""
        found = self.fixed(name)
        if found is None and name in self._fitting:
            found = self._fitting[name].range
        return found or _EMPTY_RANGE

    def update(
        self, name: str, extremes: Iterable[tuple[float, float]], now_s: float
    ) -> tuple[float, float] | None:
        """The range of an axis for what is in view; None while there is nothing to fit to.

        Args:
            name: the axis.
            extremes: the least and the most of each of its curves; NaN if it has none in view.
            now_s: the time of a steady clock.
        """
        fixed = self.fixed(name)
        if fixed is not None:
            return fixed
        known = [each for each in extremes if each[0] == each[0]]
        nothing = float("nan")
        least = min((least for least, _ in known), default=nothing)
        most = max((most for _, most in known), default=nothing)
        return self._fitting.setdefault(name, AutoScale()).update(least, most, now_s)

    def one_change(self) -> AbstractContextManager[None]:
        """What happens inside is undone as one, with what follows it quickly."""
        return self._layout.one_change("another scale", fold=f"scales {self._panel}")

    def fit(self, name: str | None = None) -> None:
        """Let an axis fit itself to the data again, or all of them."""
        if name is None:
            self._fitting.clear()
            self._layout.set_y_range(self._panel, None)
        else:
            self._fitting.pop(name, None)
            self._layout.set_axis_range(self._panel, name, None)

    def set(self, name: str, low: float, high: float) -> None:
        """Fix the range of an axis; nothing happens where there would be none."""
        widest = max(abs(low), abs(high))
        if widest < _WIDEST and high - low > _NARROWEST * max(widest, 1e-290):
            self._layout.set_axis_range(self._panel, name, (low, high))

    def lift(self, name: str, share: float) -> None:
        """Move an axis up by this share of its height."""
        low, high = self.current(name)
        moved = (high - low) * share
        self.set(name, low + moved, high + moved)

    def stretch(self, name: str, factor: float, share: float) -> None:
        """Show `factor` times as much on an axis, around this share of its height."""
        low, high = self.current(name)
        kept = low + (high - low) * share
        self.set(name, kept - (kept - low) * factor, kept + (high - kept) * factor)


def _unit(curves: Sequence[ShownCurve]) -> str:
    return ", ".join(dict.fromkeys(each.feed.unit for each in curves if each.feed.unit))
