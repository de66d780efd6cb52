"""Which kind of panel shows what a channel carries; knows no panel, and of the data one item."""

from __future__ import annotations

from typing import Any

import numpy as np

import stream_core as sc

__all__ = ["EVENTS", "IMAGE", "READOUT", "TIME", "fits", "kind_for", "kind_for_item"]

TIME, IMAGE, READOUT, EVENTS = "time", "image", "readout", "events"

MOST_CURVES = 64
"""An item of more numbers than that makes no curves."""

_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)


def kind_for(info: sc.ChannelInfo | None) -> str:
    """The kind of panel for a channel, as far as the channel itself says what it carries.

    Returns:
        One of "time", "image" and "events"; "" if only its items can tell (`kind_for_item`).
    """
    if info is None or info.codec in (None, sc.Codec.OBJECT, sc.Codec.ARRAY):
        return ""
    if info.codec != sc.Codec.SAMPLES or info.dtype is None:
        return EVENTS
    return _kind_of_array(np.dtype(info.dtype), tuple(info.shape))


def kind_for_item(value: Any) -> str:
    """The kind of panel for a channel that carries items like this one."""
    match value:
        case np.ndarray():
            return _kind_of_array(value.dtype, value.shape)
        case dict():
            numbers = [key for key, each in value.items() if isinstance(each, _NUMBERS)]
            named = all(isinstance(key, str) for key in numbers)
            return TIME if named and 2 * len(numbers) > len(value) else EVENTS
        case list() | tuple():
            drawn = 0 < len(value) <= MOST_CURVES
            return TIME if drawn and all(isinstance(e, _NUMBERS) for e in value) else EVENTS
    return TIME if isinstance(value, _NUMBERS) else EVENTS


def fits(kind: str, panel_kind: str) -> bool:
    """Whether a channel of this kind, "" if it is not known yet, can be shown in such a panel.

    A table shows everything, and a readout whatever could be a curve.
    """
    return kind in ("", panel_kind) or panel_kind == EVENTS or (kind, panel_kind) == (TIME, READOUT)


def _kind_of_array(dtype: np.dtype[Any], shape: tuple[int, ...]) -> str:
    if dtype.kind not in "biuf" or 0 in shape:
        return EVENTS
    if len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4)):
        return IMAGE
    return TIME if len(shape) < 2 and int(np.prod(shape)) <= MOST_CURVES else EVENTS
