"""The times of samples about to be appended, in whichever form they came; it keeps none of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stream_gui.plotdata.time_axis import TimeAxis

__all__ = ["TimeStamps", "jump_text"]


@dataclass(frozen=True, slots=True)
class TimeStamps:
    """Times, one by one or evenly spaced.

    Attributes:
        time_ns: the first one.
        interval_ns: the distance of the others, if they are evenly spaced.
        each: all of them, if they were given so.
    """

    time_ns: int
    interval_ns: int
    each: NDArray[np.int64] | None

    @staticmethod
    def of(
        count: int, times_ns: ArrayLike | None, time_ns: int | None, interval_ns: int | None
    ) -> TimeStamps:
        """The times of so many samples, as `Series.append` takes them.

        Raises:
            ValueError: they are not those of so many samples.
        """
        if times_ns is not None:
            times = np.atleast_1d(np.asarray(times_ns, np.int64))
            if times.shape != (count,):
                raise ValueError(f"{count} values but times of shape {times.shape}")
            return TimeStamps(int(times[0]), 0, times)
        if time_ns is None or (count > 1 and not interval_ns) or (interval_ns or 0) < 0:
            raise ValueError(f"{count} values need times_ns, or time_ns and a positive interval_ns")
        return TimeStamps(time_ns, interval_ns or 0, None)

    def __getitem__(self, part: slice) -> TimeStamps:
        if self.each is not None:
            return TimeStamps(self.time_ns, 0, self.each[part])
        return TimeStamps(self.at(part.start), self.interval_ns, None)

    def at(self, place: int) -> int:
        """The time of the sample at this place."""
        if self.each is not None:
            return int(self.each[place])
        return self.time_ns + place * self.interval_ns

    def append_to(self, axis: TimeAxis, count: int) -> list[int]:
        """Append so many of them; gives the numbers of the samples before which time jumps."""
        if self.each is not None:
            return axis.append_times(self.each)
        return axis.append_run(count, self.time_ns, self.interval_ns)


def jump_text(before_ns: int, after_ns: int) -> str:
    """Why time jumps, from the last sample before to the first one after, in words."""
    seconds = abs(after_ns - before_ns) / 1e9
    if after_ns < before_ns:
        return f"the clock was set back by {seconds:.4g} s"
    return f"nothing came for {seconds:.4g} s"
