"""A layout of plots as a workspace and the settings write it; it shows and changes nothing."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec

from stream_gui.models.plot_state import AxisState, Curve, LayoutState, Panel

__all__ = ["PlotSection", "layout_of", "section_of"]

FITS: Literal["fits"] = "fits"
_Number = Annotated[int, msgspec.Meta(ge=1)]
_Seconds = Annotated[float, msgspec.Meta(gt=0)]


class CurveEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A `Curve`."""

    channel: str
    column: str = ""
    colour: Annotated[int, msgspec.Meta(ge=0)] = 0
    visible: bool = True
    axis: str = ""


class PanelEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A `Panel` with its number; an axis has its bounds, or it fits itself to the data."""

    number: _Number
    kind: str = "time"
    staggered: bool = False
    axes: dict[str, tuple[float, float] | Literal["fits"]] = {}
    options: dict[str, Any] = {}
    curves: tuple[CurveEntry, ...] = ()


class PlotSection(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A `LayoutState`."""

    window_s: _Seconds = 10.0
    current: int | None = None
    arrangement: str = ""
    shared: dict[str, Any] = {}
    panels: tuple[PanelEntry, ...] = ()


def section_of(state: LayoutState) -> PlotSection:
    """The layout as it is written."""
    return PlotSection(
        window_s=state.window_s,
        current=state.current,
        arrangement=state.arrangement,
        shared=dict(state.shared),
        panels=tuple(_entry(number, panel) for number, panel in state.panels.items()),
    )


def layout_of(section: PlotSection) -> LayoutState:
    """The layout that was written; a number that comes again is given to the first of them."""
    panels: dict[int, Panel] = {}
    for entry in section.panels:
        number = entry.number if entry.number not in panels else max(panels) + 1
        panels[number] = _panel(entry)
    last = list(panels)[-1] if panels else None
    return LayoutState(
        panels=MappingProxyType(panels),
        current=section.current if section.current in panels else last,
        window_s=section.window_s,
        arrangement=section.arrangement,
        shared=MappingProxyType(dict(section.shared)),
    )


def _entry(number: int, panel: Panel) -> PanelEntry:
    return PanelEntry(
        number=number,
        kind=panel.kind,
        staggered=panel.staggered,
        axes={name: axis.y_range or FITS for name, axis in panel.axes.items()},
        options=dict(panel.options),
        curves=tuple(
            CurveEntry(curve.channel, curve.column, curve.colour, curve.visible, curve.axis)
            for curve in panel.curves
        ),
    )


def _panel(entry: PanelEntry) -> Panel:
    return Panel(
        kind=entry.kind,
        curves=tuple(
            Curve(curve.channel, curve.column, curve.colour, curve.visible, curve.axis)
            for curve in entry.curves
        ),
        axes=MappingProxyType({name: _axis(each) for name, each in entry.axes.items()}),
        staggered=entry.staggered,
        options=MappingProxyType(dict(entry.options)),
    )


def _axis(written: tuple[float, float] | Literal["fits"]) -> AxisState:
    return AxisState(None if isinstance(written, str) else written)
