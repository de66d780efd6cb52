"""The rig's signal: eight columns of waves, noise and rare spikes; knows no clock, no channel."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["COLUMNS", "RATE_HZ", "Waveform"]

RATE_HZ = 10_000
COLUMNS = tuple(f"ch{number}" for number in range(8))
HARMONICS = np.array([1.0, 1.0, 2.0, 3.0, 0.5, 0.25, 1.0, 5.0], dtype=np.float64)
"""How many times faster than the set frequency each column swings."""
OFFSETS_RAD = np.arange(len(COLUMNS)) * (math.pi / 4)
RANGE_V = 10.0
NOISE_V = 0.02
SPIKE_V = 4.0
SPIKE_INTERVAL_S = 3.0


class Waveform:
    """A source of samples that goes on where it stopped, whatever is changed meanwhile.

    Columns 0 to 5 are sines, column 6 is a square wave and column 7 a slow sine with a ripple. A
    spike is one sample of one column, at random about every three seconds: the thing that a
    decimated plot loses.

    Attributes:
        frequency_hz: of the fundamental.
        amplitude_v: of every column.
        gains: of each column; 1.0 where it is calibrated.
    """

    def __init__(self, *, seed: int | None = None) -> None:
        self.frequency_hz = 5.0
        self.amplitude_v = 2.0
        self._random = np.random.default_rng(seed)
        self._phase_rad = 0.0
        self.gains = self._random.uniform(0.85, 1.15, len(COLUMNS))

    def block(self, count: int) -> NDArray[np.float32]:
        """Give the next `count` samples, shape (count, 8), in volts."""
        waves = self._waves(count)
        waves *= self.gains * self.amplitude_v
        waves += self._random.normal(0.0, NOISE_V, waves.shape)
        self._add_spikes(waves)
        np.clip(waves, -RANGE_V, RANGE_V, out=waves)
        return waves.astype(np.float32)

    def _waves(self, count: int) -> NDArray[np.float64]:
        step_rad = 2 * math.pi * self.frequency_hz / RATE_HZ
        turns = self._phase_rad + step_rad * np.arange(count, dtype=np.float64)
        self._phase_rad = (self._phase_rad + step_rad * count) % (8 * math.pi)
        waves = np.sin(turns[:, None] * HARMONICS + OFFSETS_RAD)
        waves[:, 6] = np.sign(waves[:, 6])
        waves[:, 7] = 0.2 * waves[:, 7] + 0.8 * np.sin(turns * 0.25)
        return waves

    def _add_spikes(self, waves: NDArray[np.float64]) -> None:
        count = self._random.poisson(len(waves) / (RATE_HZ * SPIKE_INTERVAL_S))
        for row in self._random.integers(0, len(waves), count):
            column = self._random.integers(0, len(COLUMNS))
            waves[row, column] += math.copysign(SPIKE_V, waves[row, column])
