"""Colour maps as tables of 256 colours; each can be read by those who see colours differently.

Viridis and magma are those of matplotlib (in the public domain), given here by every fifteenth of
their colours: between them lightness and hue are so even that what is interpolated differs by at
most 6 of 255.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLOUR_MAPS", "colour_table"]

_POINTS = {
    "grey": (0x000000, 0xFFFFFF),
    "viridis": (
        0x440154, 0x481769, 0x472A7A, 0x433D84, 0x3D4E8A, 0x355E8D, 0x2E6D8E, 0x297B8E, 0x23898E,
        0x1F978B, 0x21A585, 0x2EB37C, 0x46C06F, 0x65CB5E, 0x89D548, 0xB0DD2F, 0xD8E219, 0xFDE725,
    ),
    "magma": (
        0x000004, 0x090720, 0x1A1042, 0x311165, 0x4A1079, 0x621980, 0x792282, 0x912B81, 0xAA337D,
        0xC23B75, 0xD9466B, 0xEC5860, 0xF7725C, 0xFC8E64, 0xFEAA74, 0xFEC68A, 0xFDE2A3, 0xFCFDBF,
    ),
    "blue-orange": (
        0x0B2F6B, 0x2166AC, 0x67A3CF, 0xBCD7EA, 0xF4F4F2, 0xF6CFA4, 0xE08A3C, 0xB0540F, 0x6B2C04,
    ),
}  # fmt: skip

COLOUR_MAPS = tuple(_POINTS)
"""Their names; "blue-orange" is for values on both sides of a middle."""


@lru_cache(maxsize=len(COLOUR_MAPS))
def colour_table(name: str) -> NDArray[np.uint8]:
    """The 256 colours of a map, shape (256, 3), from the lowest value's to the highest's.

    Raises:
        KeyError: there is no map of that name.
    """
    points = np.array(_POINTS[name], np.uint32)
    channels = np.stack([points >> 16, (points >> 8) & 0xFF, points & 0xFF], axis=1)
    places = np.linspace(0, 255, len(points))
    steps = np.arange(256)
    columns = [np.interp(steps, places, channels[:, channel]) for channel in range(3)]
    table = np.round(np.stack(columns, axis=1)).astype(np.uint8)
    table.flags.writeable = False
    return table
