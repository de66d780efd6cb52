"""The series of one channel, read together: they have the same times, which are sought once.

What numpy costs for each call, ten curves together pay once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.envelope import Envelope, EnvelopeBuilder
from stream_gui.plotdata.news import News
from stream_gui.plotdata.pyramid import Level, Pyramid
from stream_gui.plotdata.sample_ring import SampleRing
from stream_gui.plotdata.series import Series

__all__ = ["Bundle"]


class Bundle:
    """Series to which samples are always appended together, in their order.

    Args:
        series: at least one.
    """

    def __init__(self, series: Sequence[Series]) -> None:
        self.series = tuple(series)

    def __len__(self) -> int:
        return len(self.series)

    @property
    def news(self) -> News:
        """How far all of them are."""
        return News.joined([series.news for series in self.series])

    def envelope(self, start_ns: int, stop_ns: int, pixels: int) -> Envelope:
        """As `Series.envelope`, with a row for each series."""
        with ExitStack() as held:
            for series in self.series:
                held.enter_context(series.lock)
            rings = [series.rings() for series in self.series]
            samples = _Rings([each.samples for each in rings])
            levels = _Levels([each.pyramid for each in rings])
            builder = EnvelopeBuilder(samples, levels, rings[-1].times)
            gaps = rings[-1].gaps.array
            return builder.build(start_ns, stop_ns, max(1, pixels), gaps)


class _Rings:
    """Rings of the same numbers as one, with a row for each."""

    def __init__(self, rings: Sequence[SampleRing]) -> None:
        self._rings = rings
        self.start = max(ring.start for ring in rings)
        self.end = min(ring.end for ring in rings)

    def read(self, first: int, last: int) -> NDArray[Any]:
        rows = np.empty((len(self._rings), last - first), self._rings[0].dtype)
        for row, ring in zip(rows, self._rings, strict=True):
            ring.read_into(row, first)
        return rows

    def gather(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        return np.stack([ring.gather(numbers) for ring in self._rings])


class _Level:
    """The same level of several pyramids."""

    def __init__(self, levels: Sequence[Level]) -> None:
        self.end = min(level.end for level in levels)
        self.low = _Rings([level.low for level in levels])
        self.high = _Rings([level.high for level in levels])


class _Levels:
    """The levels of several pyramids, each put together when it is asked for."""

    def __init__(self, pyramids: Sequence[Pyramid]) -> None:
        self._pyramids = pyramids

    def __len__(self) -> int:
        return len(self._pyramids[0].levels)

    def __getitem__(self, number: int) -> _Level:
        return _Level([pyramid.levels[number] for pyramid in self._pyramids])
