"""What is measured: the kinds of work and the payloads that carry them, the same for every peer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

__all__ = ["ITEM", "PROBE", "START", "WORKS", "Kind", "Pace", "Payload", "Work"]

Payload = Any
"""bytes for objects, a read-only float64 array for arrays."""

ITEM = 0
PROBE = -1
START = -2


class Kind(StrEnum):
    """What a piece of work moves."""

    OBJECTS = "objects"
    ARRAYS = "arrays"
    CALLS = "calls"


@dataclass(frozen=True)
class Work:
    """One piece of work.

    Attributes:
        key: its short name, for the command line.
        title: its name in the tables.
        kind: what is moved.
        size_bytes: size of one item.
        readers: how many processes receive every item (0 for calls).
        chunk: items between two looks at the clock, in writers and readers alike.
    """

    key: str
    title: str
    kind: Kind
    size_bytes: int = 0
    readers: int = 0
    chunk: int = 1

    def payload(self, tag: int) -> Payload:
        """Return an item; its first eight bytes are the tag (`ITEM`, `PROBE`, `START`, or 1…)."""
        if self.kind is Kind.OBJECTS:
            return tag.to_bytes(8, "little", signed=True).ljust(self.size_bytes, b"\0")
        array = np.zeros(self.size_bytes // 8)
        array[0] = tag
        array.flags.writeable = False
        return array

    def tag(self, payload: Payload) -> int:
        """Return the tag of an item as it was received, whose type must be the one sent."""
        if self.kind is Kind.OBJECTS:
            if type(payload) is not bytes or len(payload) != self.size_bytes:
                raise TypeError(f"{self.size_bytes} bytes were sent, {payload!r:.60} came")
            return int.from_bytes(payload[:8], "little", signed=True)
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


WORKS = (
    Work("objects-1", "16 B objects, 1 → 1", Kind.OBJECTS, 16, readers=1, chunk=1000),
    Work("objects-4", "16 B objects, 1 → 4", Kind.OBJECTS, 16, readers=4, chunk=1000),
    Work("arrays-1", "64 KiB arrays, 1 → 1", Kind.ARRAYS, 65536, readers=1, chunk=16),
    Work("arrays-4", "64 KiB arrays, 1 → 4", Kind.ARRAYS, 65536, readers=4, chunk=16),
    Work("calls", "calls with two floats, one after another", Kind.CALLS),
)
