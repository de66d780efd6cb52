"""Channels that carry so much NaN that somebody should look; it counts no samples itself."""

from __future__ import annotations

from collections.abc import Mapping

from stream_gui.models.rising import Rising

__all__ = ["NanFlood"]

_SHARE, _LEAST = 0.1, 5


class NanFlood:
    """A flood is a tenth of what came between two looks, and no fewer than five.

    Args:
        calm_s: for so long none may come before nothing is said any more.
    """

    def __init__(self, *, calm_s: float = 10.0) -> None:
        self._before: dict[str, tuple[int, int]] = {}
        self._flooded: dict[str, int] = {}
        self._rising: Rising[str] = Rising(calm_s=calm_s)

    def look(self, counts: Mapping[str, tuple[int, int]], now_s: float) -> dict[str, int]:
        """Take how much has come; gives the channels under flood, with how many NaN.

        Args:
            counts: of each channel NaN and samples since its beginning.
            now_s: of a clock that never goes back.
        """
        for channel, (nan, total) in counts.items():
            nan_before, total_before = self._before.get(channel, (nan, total))
            came_nan, came = nan - nan_before, total - total_before
            self._flooded.setdefault(channel, 0)
            if came_nan >= max(_LEAST, _SHARE * came):
                self._flooded[channel] += came_nan
        self._before = dict(counts)
        self._flooded = {channel: self._flooded[channel] for channel in counts}
        return self._rising.look(self._flooded, now_s)
