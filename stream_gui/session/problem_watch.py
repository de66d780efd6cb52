"""Watches what can go wrong and stay wrong, and keeps the list of problems as it is."""

from __future__ import annotations

import asyncio
import contextlib
import time

from PySide6.QtCore import QObject, QTimer

import stream_core as sc
from stream_gui.feedback import Severity
from stream_gui.models.link_diagnosis import LINK, diagnose
from stream_gui.models.link_state import LinkPhase
from stream_gui.models.nan_flood import NanFlood
from stream_gui.models.problem import Problem
from stream_gui.models.problem_list import ProblemList
from stream_gui.models.rising import Rising
from stream_gui.models.value_text import span_text
from stream_gui.session.bridge import Bridge
from stream_gui.session.feeds import Feeds
from stream_gui.session.following import Following, Surroundings

__all__ = ["ProblemWatch"]

LOOK_MS = 1000
ASKED_EVERY_S = 5.0
SKEW_S, SKEW_GONE_S = 1.0, 0.8
SMALL_BUFFER = 100
"""Readers with smaller buffers want the newest items only: that they lose others is their wish."""

Readers = dict[tuple[str, str], int]


class ProblemWatch(QObject):
    """Looks once a second at what is here, and now and then at the server.

    Args:
        around: what the session works with.
        bridge: the way back from the client's thread.
        problems: takes what stands.
        feeds: what plots read.
    """

    def __init__(
        self, around: Surroundings, bridge: Bridge, problems: ProblemList, feeds: Feeds
    ) -> None:
        super().__init__()
        self._around = around
        self._bridge = bridge
        self._problems = problems
        self._feeds = feeds
        self._nan = NanFlood()
        self._slow: Rising[tuple[str, str]] = Rising(calm_s=15.0)
        self._skewed = False
        self._following = Following(around, "look for problems of the server", self._ask)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        around.link.state.changed.connect(self._show_link)
        around.link.closed.connect(self._server_gone)

    def close(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._following.end()

    def look(self) -> None:
        """Look at what plots read."""
        counts: dict[str, tuple[int, int]] = {}
        for feed in self._feeds.opened:
            nan = sum(series.not_finite[0] for series in feed.series)
            counts[feed.channel] = nan, sum(series.total for series in feed.series)
        floods = self._nan.look(counts, time.monotonic())
        self._problems.replace("nan ", (_flood(*each) for each in floods.items()))
        failed = (feed for feed in self._feeds.opened if feed.state == "error" and not feed.suits)
        self._problems.replace("plot ", (_not_plotted(f.channel, f.problem) for f in failed))

    def take_readers(self, dropped: Readers) -> None:
        """Take how many items readers have lost, by client and channel."""
        rising = self._slow.look(dropped, time.monotonic())
        own = self._around.link.state.client_name
        self._problems.replace("slow ", (_slow(*key, n, own) for key, n in rising.items()))

    def take_skew(self, skew_s: float) -> None:
        """Take how far the server's clock is ahead of this computer's."""
        self._skewed = abs(skew_s) > (SKEW_GONE_S if self._skewed else SKEW_S)
        self._problems.replace("skew", (_skew(skew_s),) if self._skewed else ())

    def _show_link(self) -> None:
        state, error = self._around.link.state, self._around.link.error
        if state.phase is LinkPhase.CONNECTED or not state.problem:
            self._problems.clear(LINK)
        elif error is not None:
            self._problems.put(diagnose(error, state.address))
        if state.phase is LinkPhase.RECONNECTING:
            self._problems.put(_broken(state.address))

    def _server_gone(self) -> None:
        self._skewed = False
        for family in ("slow ", "skew", "plot "):
            self._problems.replace(family, ())

    async def _ask(self, client: sc.Client) -> None:
        server = await client.remote("server")
        while True:
            self._bridge.post(self.take_skew, (client.now_ns() - time.time_ns()) / 1e9)
            with contextlib.suppress(sc.NotAllowed):
                readers = [_reader(each) for each in await server.reader_statistics()]
                self._bridge.post(self.take_readers, dict(r for r in readers if r is not None))
            await asyncio.sleep(ASKED_EVERY_S)


def _reader(account: dict[str, object]) -> tuple[tuple[str, str], int] | None:
    """Client, channel and what was lost of a reader that meant to get everything."""
    size, dropped = account["buffer_size"], account["dropped"]
    if isinstance(size, int) and size < SMALL_BUFFER:
        return None
    lost = dropped if isinstance(dropped, int) else 0
    return (str(account["client"]), str(account["channel"])), lost


def _broken(address: str) -> Problem:
    return Problem(
        LINK,
        f"The link to {address} is broken",
        "The server has ended, or the network between here and there.",
        "Nothing: it is tried again until it is back. If the server was stopped, start it.",
        Severity.ERROR,
    )


def _flood(channel: str, count: int) -> Problem:
    return Problem(
        f"nan {channel}",
        f"{channel} sends NaN",
        f"{count} samples that are no numbers have come in this flood.",
        "Look at its sensor and at the program that writes it; the curve is interrupted there.",
    )


def _not_plotted(channel: str, reason: str) -> Problem:
    return Problem(
        f"plot {channel}",
        f"{channel} cannot be plotted",
        reason,
        "Take it out of the plots, or show it in another kind of panel; "
        "where a grant is missing, have it given.",
    )


def _slow(client: str, channel: str, count: int, own: str) -> Problem:
    if client == own:
        what = f"This window loses items of {channel}"
        remedy = "Close panels that are not needed; a quicker network or computer helps, too."
    else:
        what = f"{client} reads {channel} too slowly"
        remedy = "A larger buffer, a fill rate (every), or an envelope lets it keep up."
    cause = f"{count} items were dropped: its link or program takes less than the channel carries."
    return Problem(f"slow {client} {channel}", what, cause, remedy)


def _skew(skew_s: float) -> Problem:
    side = "ahead of" if skew_s > 0 else "behind"
    return Problem(
        "skew",
        f"The server's clock is {side} this computer's",
        f"They differ by {span_text(abs(skew_s))}: one of the two is set wrongly, or was set after "
        "the server started.",
        "Times in plots are the server's. Set both clocks (NTP), then start the server again.",
    )
