"""What is measured: the kinds of work and the payloads that carry them, the same for every peer."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any

import numpy as np

__all__ = [
    "ITEM",
    "PROBE",
    "RIVAL",
    "START",
    "Figure",
    "Goal",
    "Kind",
    "Pace",
    "Payload",
    "Work",
]

Payload = Any
"""bytes for objects, a float for samples, a read-only float64 array for arrays and blocks."""

ITEM = 0
PROBE = -1
START = -2

RIVAL = "rival"
"""Stands for the best rival of a row where a goal says what it is measured against."""

STAMP = struct.Struct("<qd")


class Kind(StrEnum):
    """What a piece of work moves."""

    OBJECTS = "objects"
    ARRAYS = "arrays"
    SAMPLES = "samples"
    BLOCKS = "blocks"
    CALLS = "calls"


class Figure(StrEnum):
    """What is read off a run; the names are those of `Measurement`."""

    RATE = "per_s"
    P50 = "p50_s"
    P99 = "p99_s"

    @property
    def less_is_better(self) -> bool:
        """Whether it is a time."""
        return self is not Figure.RATE


@dataclass(frozen=True)
class Goal:
    """What a figure of ours shall be, as a multiple of somebody else's.

    Attributes:
        ratio: the least, of a rate; the most, of a time.
        figure: which figure.
        to: a peer's name, or `RIVAL`.
    """

    ratio: float
    figure: Figure = Figure.RATE
    to: str = RIVAL

    def met_by(self, ratio: float) -> bool:
        """Whether that is good enough."""
        return ratio <= self.ratio if self.figure.less_is_better else ratio >= self.ratio

    def __str__(self) -> str:
        return f"{'≤' if self.figure.less_is_better else '≥'} {self.ratio:g}"


@dataclass(frozen=True)
class Work:
    """One piece of work.

    Attributes:
        key: its short name, for the command line.
        title: its name in the tables.
        kind: what is moved.
        size_bytes: size of one item.
        readers: how many processes receive every item (0 for calls).
        chunk: items or calls between two looks at the clock, in writers and readers alike.
        rate_per_s: 0: as fast as it goes; else items at this rate, whose delays are measured.
        in_flight: calls that are under way at once.
        ours: the peer that does it for us.
        goals: what ours shall reach.
    """

    key: str
    title: str
    kind: Kind
    size_bytes: int = 0
    readers: int = 0
    chunk: int = 1
    rate_per_s: float = 0.0
    in_flight: int = 1
    ours: str = "streamscope"
    goals: tuple[Goal, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What the tables show of it."""
        return (Figure.P50, Figure.P99) if self.rate_per_s else (Figure.RATE,)

    @property
    def samples(self) -> int:
        """How many float64 fit into an item."""
        return self.size_bytes // 8

    def payload(self, tag: int) -> Payload:
        """Return an item with a tag: `ITEM`, `PROBE`, `START`, or 1…."""
        match self.kind:
            case Kind.OBJECTS:
                return STAMP.pack(tag, 0.0).ljust(self.size_bytes, b"\0")
            case Kind.SAMPLES:
                return float(tag)
        array = np.full(self.samples, float(tag))
        array.flags.writeable = False
        return array

    def stamped(self) -> Payload:
        """Return an item that carries the time at which it was ready to be sent."""
        if self.kind is Kind.OBJECTS:
            return STAMP.pack(ITEM, monotonic()).ljust(self.size_bytes, b"\0")
        array = np.full(self.samples, float(ITEM))
        array[1] = monotonic()
        array.flags.writeable = False
        return array

    def stamp_s(self, payload: Payload) -> float:
        """Return the time that `stamped` has put in."""
        if self.kind is Kind.OBJECTS:
            sent_s: float = STAMP.unpack_from(payload)[1]
            return sent_s
        return float(payload[1])

    def tag(self, payload: Payload) -> int:
        """Return the tag of an item as it was received, whose type must be the one sent."""
        match self.kind:
            case Kind.OBJECTS:
                if type(payload) is not bytes or len(payload) != self.size_bytes:
                    raise TypeError(f"{self.size_bytes} bytes were sent, {payload!r:.60} came")
                tag: int = STAMP.unpack_from(payload)[0]
                return tag
            case Kind.SAMPLES:
                if type(payload) is not float:
                    raise TypeError(f"a float was sent, {payload!r:.60} came")
                return int(payload)
        if not isinstance(payload, np.ndarray) or payload.dtype != np.float64:
            raise TypeError(f"an array of float64 was sent, {type(payload).__name__} came")
        if payload.nbytes != self.size_bytes:
            raise ValueError(f"{self.size_bytes} bytes were sent, {payload.nbytes} came")
        return int(payload[0])


@dataclass(frozen=True)
class Pace:
    """How long and how often everything is run.

    Attributes:
        rounds: how many times; the table shows medians.
        warm_up_s: not counted, at the beginning of each run.
        measure_s: counted.
    """

    rounds: int
    warm_up_s: float
    measure_s: float
