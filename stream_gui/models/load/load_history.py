"""The load of the last minutes, one point a measurement for each client and channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

import stream_core as sc
from stream_gui.models.load.rate_ring import Floats, RateRing

__all__ = ["LoadHistory"]

POINTS = 600


class LoadHistory(QObject):
    """A ring of measurements.

    Signals:
        changed(): there is a new measurement, or none is left.

    Attributes:
        server: the load of the server's own process at the last measurement, or None.
        bytes_in, bytes_out: a second, by the client's number; NaN while it was not connected.
        channels: bytes a second that are published, by the channel's name.
    """

    changed = Signal()

    def __init__(self, points: int = POINTS) -> None:
        super().__init__()
        self._points = points
        self._times_ns: NDArray[np.int64] = np.zeros(points, np.int64)
        self._names: dict[int, str] = {}
        self._latest: list[tuple[float, float]] = []
        self.bytes_in: RateRing[int] = RateRing(points)
        self.bytes_out: RateRing[int] = RateRing(points)
        self.channels: RateRing[str] = RateRing(points)
        self.server: sc.ServerStatistics | None = None

    def add(self, statistics: sc.Statistics) -> None:
        """Take one measurement."""
        clients = statistics.clients
        self._times_ns[self.bytes_in.count % self._points] = statistics.time_ns
        self.bytes_in.add({client.number: client.bytes_in_per_s for client in clients})
        self.bytes_out.add({client.number: client.bytes_out_per_s for client in clients})
        self.channels.add({each.name: each.bytes_per_s for each in statistics.channels})
        self._names = {number: self._names.get(number, "") for number in self.bytes_in.keys}
        self._names.update((client.number, client.name) for client in clients)
        self._latest = [(client.bytes_in_per_s, client.bytes_out_per_s) for client in clients]
        self.server = statistics.server
        self.changed.emit()

    def clear(self) -> None:
        """Forget everything."""
        for ring in (self.bytes_in, self.bytes_out, self.channels):
            ring.clear()
        self._names.clear()
        self._latest = []
        self.server = None
        self.changed.emit()

    @property
    def ages_s(self) -> Floats:
        """The time of each point, in seconds before the last one, thus all at most 0."""
        count = self.bytes_in.count
        if not count:
            return np.zeros(0)
        slots = np.arange(max(0, count - self._points), count) % self._points
        times_ns = self._times_ns[slots]
        ages: Floats = (times_ns - times_ns[-1]) * 1e-9
        return ages

    def name(self, number: int) -> str:
        """The name of a client that was there."""
        return self._names.get(number, "")

    def place(self, key: int | str) -> int:
        """A small number that a client, or a channel, has alone as long as it is there."""
        return self.bytes_in.place(key) if isinstance(key, int) else self.channels.place(key)

    def both_ways(self, numbers: Sequence[int], last: int) -> Floats:
        """Bytes a second in and out together, a row for each client, at the last measurements."""
        return self.bytes_in.of(numbers, last) + self.bytes_out.of(numbers, last)

    def latest(self) -> list[tuple[float, float]]:
        """Bytes a second in and out of each client at the last measurement."""
        return list(self._latest)
