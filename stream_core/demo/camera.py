"""The rig's camera: two spots that wander over a noisy sensor; knows no clock, no channel."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["FRAME_RATE_HZ", "SHAPE", "Camera"]

SHAPE = (48, 64)
FRAME_RATE_HZ = 8
DARK, NOISE = 400.0, 25.0
BRIGHTNESS_PER_V = 9000.0
HOT_PIXEL = (7, 51)


class Camera:
    """A source of frames.

    The first spot saturates the sensor when the amplitude is large; one pixel is hot: it is always
    bright.
    """

    def __init__(self, *, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)
        self._rows, self._columns = np.indices(SHAPE, dtype=np.float64)
        self._turn_rad = 0.0

    def frame(self, amplitude_v: float) -> NDArray[np.uint16]:
        """Give the next frame, shape (48, 64), in counts.

        Args:
            amplitude_v: how bright the spots are.
        """
        self._turn_rad += 2 * math.pi / (6 * FRAME_RATE_HZ)
        light = BRIGHTNESS_PER_V * amplitude_v
        turn = self._turn_rad
        picture = DARK + light * self._spot(24 + 9 * math.sin(turn), 32 + 16 * math.cos(turn), 4.0)
        picture += 0.4 * light * self._spot(30, 20 + 8 * math.sin(0.37 * turn), 7.0)
        picture += self._random.normal(0.0, NOISE, SHAPE)
        picture[HOT_PIXEL] = 30_000.0
        return np.clip(picture, 0, 65_535).astype(np.uint16)

    def _spot(self, row: float, column: float, width: float) -> NDArray[np.float64]:
        distance = (self._rows - row) ** 2 + (self._columns - column) ** 2
        return np.exp(-distance / (2 * width**2))
