"""The newest frames of a 2-D channel, as many as fit into so many bytes; knows no reader, no Qt."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Frame", "FrameRing", "Rates", "is_picture"]

_SECOND_NS = 1_000_000_000
_RATED = 32
"""The rates are those of so many frames at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture.

    Attributes:
        pixels: of shape (height, width), or (height, width, 3 or 4) for colours; row 0 is the top.
        time_ns: when, in the server's clock.
        sequence: its number in the channel.
    """

    pixels: NDArray[Any]
    time_ns: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Rates:
    """How often frames come.

    Attributes:
        shown_hz: frames a second that came here; 0 until two have.
        made_hz: frames a second that the channel had, by their numbers.
    """

    shown_hz: float = 0.0
    made_hz: float = 0.0


def is_picture(shape: tuple[int, ...]) -> bool:
    """Whether an item of this shape is a picture: rows of pixels, each a number or a colour."""
    return (len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4))) and 0 not in shape


class FrameRing:
    """Frames in the order of their coming; the oldest go when they take too much memory.

    One thread appends, another looks. The newest frame stays, however large it is.

    Args:
        limit_bytes: of the pixels of all frames together.
    """

    def __init__(self, limit_bytes: int = 256 * 1024 * 1024) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._frames: deque[Frame] = deque()
        self._times_ns: deque[int] = deque()
        self._recent: deque[tuple[int, int]] = deque(maxlen=_RATED)
        self._nbytes = 0
        self._total = 0

    def __repr__(self) -> str:
        return f"FrameRing({len(self)} frames, {self._nbytes} bytes)"

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def total(self) -> int:
        """How many frames have come; it grows with each."""
        return self._total

    @property
    def nbytes(self) -> int:
        """How much memory the pixels take."""
        return self._nbytes

    @property
    def limit_bytes(self) -> int:
        """How much they may take."""
        return self._limit_bytes

    @limit_bytes.setter
    def limit_bytes(self, limit_bytes: int) -> None:
        with self._lock:
            self._limit_bytes = limit_bytes
            self._forget()

    @property
    def newest(self) -> Frame | None:
        """The frame that came last; None while there is none."""
        with self._lock:
            return self._frames[-1] if self._frames else None

    @property
    def newest_time_ns(self) -> int | None:
        """When the frame that came last was made; None while there is none."""
        newest = self.newest
        return None if newest is None else newest.time_ns

    @property
    def oldest_time_ns(self) -> int | None:
        """When the oldest frame kept was made; None while there is none."""
        with self._lock:
            return self._times_ns[0] if self._times_ns else None

    @property
    def rates(self) -> Rates:
        """How often frames come, over the last few."""
        with self._lock:
            recent = list(self._recent)
        if len(recent) < 2 or recent[-1][0] <= recent[0][0]:
            return Rates()
        span_s = (recent[-1][0] - recent[0][0]) / _SECOND_NS
        made = max(recent[-1][1] - recent[0][1], len(recent) - 1)
        return Rates((len(recent) - 1) / span_s, made / span_s)

    def append(self, pixels: ArrayLike, time_ns: int, sequence: int) -> None:
        """Take a frame; its pixels are copied, so that nothing else is kept alive by it.

        Raises:
            ValueError: this is no picture of numbers.
        """
        given = np.asarray(pixels)
        copied = np.array(given, given.dtype.newbyteorder("="), order="C")
        if not is_picture(copied.shape) or copied.dtype.kind not in "biuf":
            raise ValueError(f"{copied.dtype} of shape {copied.shape} is no picture")
        copied.flags.writeable = False
        with self._lock:
            if self._times_ns and time_ns < self._times_ns[-1]:
                self._restart()
            self._frames.append(Frame(copied, time_ns, sequence))
            self._times_ns.append(time_ns)
            if self._recent and sequence <= self._recent[-1][1]:
                self._recent.clear()
            self._recent.append((time_ns, sequence))
            self._nbytes += copied.nbytes
            self._total += 1
            self._forget()

    def at(self, time_ns: int) -> Frame | None:
        """The frame that was the newest one then; of a time before all of them the oldest kept."""
        with self._lock:
            if not self._frames:
                return None
            return self._frames[max(0, bisect_right(self._times_ns, time_ns) - 1)]

    def _restart(self) -> None:
        """The clock was set back: what came before has no place before what comes now."""
        self._frames.clear()
        self._times_ns.clear()
        self._recent.clear()
        self._nbytes = 0

    def _forget(self) -> None:
        while self._nbytes > self._limit_bytes and len(self._frames) > 1:
            self._nbytes -= self._frames.popleft().pixels.nbytes
            self._times_ns.popleft()
