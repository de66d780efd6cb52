"""Which stretch of time the panels show: at the live edge, or standing still; paints nothing."""

from __future__ import annotations

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.live_edge import LiveEdge

__all__ = ["TimeView"]

_SECOND_NS = 1_000_000_000


class TimeView:
    """The time shown by all panels of a layout.

    Args:
        layout: says how much time is shown and whether the view stands still.
    """

    def __init__(self, layout: PlotLayout) -> None:
        self._layout = layout
        self._edge = LiveEdge()
        self._live_ns: int | None = None
        self._frozen_ns: int | None = None
        layout.paused_changed.connect(self._on_paused)

    @property
    def stop_ns(self) -> int | None:
        """The time at the right edge; None before any data."""
        return self._frozen_ns if self._frozen_ns is not None else self._live_ns

    @property
    def behind_s(self) -> float:
        """How far the right edge is behind the newest data."""
        if self._frozen_ns is None or self._live_ns is None:
            return 0.0
        return max(0, self._live_ns - self._frozen_ns) / _SECOND_NS

    def advance(self, newest_ns: int | None, now_ns: int, *, is_live: bool) -> None:
        """Take in the time of the newest sample of all, and go on.

        Args:
            newest_ns: that time, in the data's clock; None while there is none.
            now_ns: the time of any steady clock.
            is_live: whether any channel still comes in; if none does, the edge rests at its end.
        """
        if newest_ns is None:
            return
        if not is_live:
            self._live_ns = newest_ns
            self._edge.reset()
            return
        self._edge.observe(newest_ns, now_ns)
        self._live_ns = self._edge.at(now_ns)

    def columns(self, count: int) -> ColumnView | None:
        """The view on so many pixel columns; None before any data."""
        if self.stop_ns is None or count < 1:
            return None
        return ColumnView.ending_at(self.stop_ns, self._window_ns, count)

    def pan(self, share: float) -> None:
        """Move by this share of what is shown, to later times if positive; the view stands still.

        At the live edge, moving to later times follows the data again.
        """
        stop_ns = self.stop_ns
        if stop_ns is None or self._live_ns is None or (share > 0 and not self._layout.paused):
            return
        moved = stop_ns + round(share * self._window_ns)
        self._freeze(min(moved, self._live_ns))

    def show_at(self, time_ns: int) -> None:
        """Stand still with this time in the middle, or as near to it as the live edge allows."""
        if self._live_ns is not None:
            self._freeze(min(time_ns + self._window_ns // 2, self._live_ns))

    def zoom(self, factor: float, share: float) -> None:
        """Show `factor` times as much.

        Args:
            factor: below 1 shows less.
            share: the place that keeps its time while the view stands still, from 0 at the left to
                1 at the right.
        """
        before_ns = self._window_ns
        self._layout.window_s *= factor
        if self._frozen_ns is not None and self._live_ns is not None:
            anchor_ns = self._frozen_ns - round((1 - share) * before_ns)
            stop_ns = anchor_ns + round((1 - share) * self._window_ns)
            self._frozen_ns = min(stop_ns, self._live_ns)

    @property
    def _window_ns(self) -> int:
        return round(self._layout.window_s * _SECOND_NS)

    def _freeze(self, stop_ns: int) -> None:
        self._layout.paused = True
        self._frozen_ns = stop_ns

    def _on_paused(self) -> None:
        self._frozen_ns = self._live_ns if self._layout.paused else None
