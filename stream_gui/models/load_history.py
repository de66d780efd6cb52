"""The load of the last minutes, one point a measurement for each client; it draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

import stream_core as sc

__all__ = ["ClientLoad", "LoadHistory"]

Number = TypeVar("Number", bound=np.generic)
Floats = NDArray[np.float64]
POINTS = 600


@dataclass(frozen=True)
class ClientLoad:
    """The curves of one client.

    Attributes:
        number: of the client.
        name: of the client.
        bytes_in, bytes_out: a second, one for each time of the history, NaN while it was not
            connected.
    """

    number: int
    name: str
    bytes_in: Floats
    bytes_out: Floats


class LoadHistory(QObject):
    """A ring of measurements.

    Signals:
        changed(): there is a new measurement, or none is left.

    Attributes:
        server: the load of the server's own process at the last measurement, or None.
    """

    changed = Signal()

    def __init__(self, points: int = POINTS) -> None:
        super().__init__()
        self._points = points
        self._times_ns: NDArray[np.int64] = np.zeros(points, np.int64)
        self._names: dict[int, str] = {}
        self._rates: dict[int, Floats] = {}
        self._count = 0
        self.server: sc.ServerStatistics | None = None

    def add(self, statistics: sc.Statistics) -> None:
        """Take one measurement."""
        slot = self._count % self._points
        self._times_ns[slot] = statistics.time_ns
        for rates in self._rates.values():
            rates[:, slot] = np.nan
        for client in statistics.clients:
            self._names[client.number] = client.name
            rates = self._rates.setdefault(client.number, np.full((2, self._points), np.nan))
            rates[:, slot] = client.bytes_in_per_s, client.bytes_out_per_s
        self._count += 1
        self.server = statistics.server
        self._forget_the_gone()
        self.changed.emit()

    def clear(self) -> None:
        """Forget everything."""
        self._count = 0
        self._names.clear()
        self._rates.clear()
        self.server = None
        self.changed.emit()

    @property
    def ages_s(self) -> Floats:
        """The time of each point, in seconds before the last one, thus all at most 0."""
        times_ns = self._in_order(self._times_ns)
        if not times_ns.size:
            return np.zeros(0)
        ages: Floats = (times_ns - times_ns[-1]) * 1e-9
        return ages

    def clients(self) -> list[ClientLoad]:
        """The curves of all clients seen within the history, in the order of their numbers."""
        return [
            ClientLoad(
                number,
                self._names[number],
                self._in_order(self._rates[number][0]),
                self._in_order(self._rates[number][1]),
            )
            for number in sorted(self._rates)
        ]

    def latest(self) -> list[tuple[float, float]]:
        """Bytes a second in and out of each client at the last measurement."""
        if not self._count:
            return []
        slot = (self._count - 1) % self._points
        pairs = [(float(rates[0, slot]), float(rates[1, slot])) for rates in self._rates.values()]
        return [pair for pair in pairs if not np.isnan(pair[0])]

    def _in_order(self, ring: NDArray[Number]) -> NDArray[Number]:
        if self._count <= self._points:
            return ring[: self._count]
        return np.roll(ring, -(self._count % self._points))

    def _forget_the_gone(self) -> None:
        for number in [each for each, rates in self._rates.items() if np.isnan(rates).all()]:
            del self._rates[number], self._names[number]
