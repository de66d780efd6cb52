"""A layout of plots as plain values and back; what cannot be understood is left out and logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from stream_gui.models.plot_state import ALL_AXES, AxisState, Curve, LayoutState, Panel

__all__ = ["state_from_dict", "state_to_dict"]

_NOT_UNDERSTOOD = (TypeError, ValueError, LookupError, AttributeError)

logger = logging.getLogger(__name__)


def state_to_dict(state: LayoutState) -> dict[str, Any]:
    """The layout as plain values, for the settings."""
    return {
        "window_s": state.window_s,
        "current": state.current,
        "arrangement": state.arrangement,
        "shared": dict(state.shared),
        "panels": [_panel_to(number, panel) for number, panel in state.panels.items()],
    }


def state_from_dict(values: Mapping[str, Any], default: LayoutState) -> LayoutState:
    """What `state_to_dict` described, at any time since there are layouts.

    Args:
        values: as they were written.
        default: what holds where they say nothing.
    """
    panels: dict[int, Panel] = {}
    entries = values.get("panels")
    for entry in entries if isinstance(entries, list | tuple) else ():
        try:
            number, panel = _panel_from(entry)
        except _NOT_UNDERSTOOD:
            logger.warning("a remembered plot panel cannot be understood: %r", entry)
            continue
        panels[number if number not in panels and number > 0 else _free(panels)] = panel
    current = values.get("current")
    shared = values.get("shared")
    return LayoutState(
        panels=MappingProxyType(panels),
        current=current if isinstance(current, int) and current in panels else _last(panels),
        window_s=_window_from(values, default),
        arrangement=str(values.get("arrangement") or ""),
        shared=MappingProxyType(dict(shared) if isinstance(shared, Mapping) else {}),
    )


def _panel_to(number: int, panel: Panel) -> dict[str, Any]:
    return {
        "number": number,
        "kind": panel.kind,
        "curves": [
            {
                "channel": curve.channel,
                "column": curve.column,
                "colour": curve.colour,
                "visible": curve.visible,
                "axis": curve.axis,
            }
            for curve in panel.curves
        ],
        "axes": {name: list(axis.y_range or ()) for name, axis in panel.axes.items()},
        "staggered": panel.staggered,
        "options": dict(panel.options),
    }


def _panel_from(entry: Mapping[str, Any]) -> tuple[int, Panel]:
    axes = {str(name): AxisState(_range(each)) for name, each in entry.get("axes", {}).items()}
    if entry.get("y_range") is not None:  # from before panels had axes
        axes[ALL_AXES] = AxisState(_range(entry["y_range"]))
    panel = Panel(
        kind=str(entry.get("kind", "time")),
        curves=tuple(_curve_from(curve) for curve in entry["curves"]),
        axes=MappingProxyType(axes),
        staggered=bool(entry.get("staggered", False)),
        options=MappingProxyType(dict(entry.get("options", {}))),
    )
    return int(entry.get("number", 0)), panel


def _curve_from(entry: Any) -> Curve:
    if isinstance(entry, Mapping):
        return Curve(
            str(entry["channel"]),
            str(entry.get("column", "")),
            int(entry.get("colour", 0)),
            bool(entry.get("visible", True)),
            str(entry.get("axis", "")),
        )
    channel, column, colour, visible = entry  # from before curves had axes
    return Curve(str(channel), str(column), int(colour), bool(visible))


def _range(bounds: Any) -> tuple[float, float] | None:
    if not bounds:
        return None
    low, high = bounds
    return float(low), float(high)


def _window_from(values: Mapping[str, Any], default: LayoutState) -> float:
    try:
        return float(values.get("window_s", default.window_s))
    except (TypeError, ValueError):
        logger.warning("a remembered time window is not a number: %r", values["window_s"])
        return default.window_s


def _last(panels: Mapping[int, Panel]) -> int | None:
    return list(panels)[-1] if panels else None


def _free(panels: Mapping[int, Panel]) -> int:
    return max(panels, default=0) + 1
