"""Measurements of this computer by psutil, as plain numbers; knows no channel."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import psutil

__all__ = ["Measurement", "measurements"]

MEGA = 1e6
KILO = 1e3


class Measurement(msgspec.Struct, frozen=True):
    """One quantity that can be read again and again.

    Attributes:
        channel: name of the channel that carries it.
        unit: of every value.
        columns: names of the values that one reading gives; None: it gives a single number.
        rate_hz: how often it is worth reading.
        description: in words.
        read: takes the time in seconds, gives the values; the first reading is only a beginning
            where rates are measured.
    """

    channel: str
    unit: str
    columns: tuple[str, ...] | None
    rate_hz: float
    description: str
    read: Callable[[float], tuple[float, ...]]


def measurements() -> list[Measurement]:
    """Give what this computer can measure."""
    return [_processor(), _memory(), *_disk(), *_network(), *_temperatures()]


def _processor() -> Measurement:
    cores = psutil.cpu_percent(percpu=True)
    return Measurement(
        "computer/cpu/load",
        "%",
        tuple(f"core{number}" for number in range(len(cores))),
        10.0,
        "load of each processor core",
        lambda _: tuple(psutil.cpu_percent(percpu=True)),
    )


def _memory() -> Measurement:
    return Measurement(
        "computer/memory/used",
        "GiB",
        None,
        10.0,
        "memory in use",
        lambda _: (psutil.virtual_memory().used / 2**30,),
    )


def _disk() -> list[Measurement]:
    if psutil.disk_io_counters() is None:
        return []

    def totals() -> tuple[float, ...]:
        counters = psutil.disk_io_counters()
        return (counters.read_bytes / MEGA, counters.write_bytes / MEGA) if counters else (0, 0)

    return [
        Measurement(
            "computer/disk/io",
            "MB/s",
            ("read", "write"),
            10.0,
            "all disks together",
            _Rates(totals),
        )
    ]


def _network() -> list[Measurement]:
    if psutil.net_io_counters() is None:
        return []

    def totals() -> tuple[float, ...]:
        counters = psutil.net_io_counters()
        return (counters.bytes_recv / KILO, counters.bytes_sent / KILO) if counters else (0, 0)

    return [
        Measurement(
            "computer/network/io",
            "kB/s",
            ("in", "out"),
            10.0,
            "all network interfaces together",
            _Rates(totals),
        )
    ]


def _temperatures() -> list[Measurement]:
    if not hasattr(psutil, "sensors_temperatures"):  # only some systems have them
        return []
    found: dict[str, Measurement] = {}
    for chip, sensors in psutil.sensors_temperatures().items():
        for index, sensor in enumerate(sensors):
            part = _part(f"{chip} {sensor.label or index}")
            found[part] = Measurement(
                f"computer/temperature/{part}",
                "°C",
                None,
                1.0,
                f"sensor {sensor.label or index} of {chip}",
                _temperature_of(chip, index),
            )
    return list(found.values())


def _temperature_of(chip: str, index: int) -> Callable[[float], tuple[float, ...]]:
    def read(_: float) -> tuple[float, ...]:
        sensors = psutil.sensors_temperatures().get(chip, ())
        return (sensors[index].current if index < len(sensors) else float("nan"),)

    return read


def _part(text: str) -> str:
    """Make one part of a channel's name."""
    return re.sub(r"[^\w.+-]+", "-", text).strip("-").lower() or "sensor"


class _Rates:
    """Totals as rates per second between one reading and the next."""

    def __init__(self, totals: Callable[[], tuple[float, ...]]) -> None:
        self._totals = totals
        self._last: tuple[float, tuple[float, ...]] | None = None

    def __call__(self, now_s: float) -> tuple[float, ...]:
        totals = self._totals()
        then_s, earlier = self._last or (now_s, totals)
        self._last = now_s, totals
        span_s = now_s - then_s
        if span_s <= 0:
            return tuple(0.0 for _ in totals)
        # a counter that was reset, or an interface that left, is no negative rate
        return tuple(max(0.0, (a - b) / span_s) for a, b in zip(totals, earlier, strict=True))
