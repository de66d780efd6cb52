"""The demo: what is started, plotted and called to show everything; it draws nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from stream_gui.models.console.call_history import CallHistory, CallStatus
from stream_gui.models.console.command_line import parse
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.session.demonstration import Demonstration
from stream_gui.session.link import Target
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.portal import Portal

__all__ = ["Stage", "Tour"]

FIRST_LAYOUT = ("rig/waveform", "computer/cpu/load", "rig/temperature")
WINDOW_S = 10.0
CHECK_S = 0.25
FIRST_CURVE_S = 20.0
CALLS = (
    (0.20, "rig.set_frequency(2.5)"),
    (0.30, "rig.calibration.fail()"),
    (0.40, "rig.set_amplitude(volts=3.2)"),
    (0.45, 'server.echo({"answer": 42})'),
    (0.50, "rig.calibration.run(steps=8)"),
)
"""What the off-screen tour calls, and after which part of its time."""


class Stage(Protocol):
    """What the tour needs of a window."""

    session: MonitorSession

    @property
    def portal(self) -> Portal:
        """The client's thread."""
        ...

    @property
    def frames(self) -> int:
        """How many plots have been painted."""
        ...

    def show_method(self, target: str, path: str) -> None:
        """Bring a method into the console's form."""
        ...

    def picture(self, file: Path) -> None:
        """Write a picture of the window."""
        ...

    async def left(self) -> None:
        """Wait until the operator leaves."""
        ...


class Tour:
    """Starts the demonstration, lays out the first plots, and ends what it started.

    Args:
        seconds: after which it ends by itself; 0: when the operator leaves.
        screenshot: where to write a picture at the end, if anywhere.
        by_itself: whether it makes some calls, since nobody else can.
        tell: gets what it does, a sentence at a time, when it has done it.

    Attributes:
        failed: whether there was nothing to see.
    """

    def __init__(
        self,
        *,
        seconds: float,
        screenshot: Path | None,
        by_itself: bool,
        tell: Callable[[str], object],
    ) -> None:
        self._seconds = seconds
        self._screenshot = screenshot
        self._by_itself = by_itself
        self._tell = tell
        self.failed = False

    async def take(self, stage: Stage) -> None:
        """Show everything on this stage."""
        session = stage.session
        demonstration = Demonstration(stage.portal, session.feedback)
        begun_s = time.perf_counter()
        try:
            await demonstration.start()
            self._tell(f"Started a server at {demonstration.address} and a publisher.")
            first_layout(session.plots)
            session.values.set_live(True)
            session.link.connect_to(Target(demonstration.address))
            await self._watch(stage, demonstration, begun_s)
        finally:
            await session.link.close()
            await demonstration.stop()
            self._tell("Ended the server and the publisher.")

    async def _watch(self, stage: Stage, demonstration: Demonstration, begun_s: float) -> None:
        stage.show_method("rig", "set_frequency")
        if self._seconds:
            await self._watch_for_a_while(stage, demonstration, begun_s)
        else:
            await _watch_until_left(stage, demonstration)
        if self._screenshot is not None:
            stage.picture(self._screenshot)
            self._tell(f"Wrote {self._screenshot}.")

    async def _watch_for_a_while(
        self, stage: Stage, demonstration: Demonstration, begun_s: float
    ) -> None:
        await self._first_curve(stage.session, begun_s)
        shown_s, frames = time.perf_counter(), stage.frames
        if self._by_itself:
            await self._make_calls(stage)
        await _left_within(stage, self._seconds - (time.perf_counter() - shown_s))
        demonstration.check()
        self._sum_up(stage, (stage.frames - frames) / (time.perf_counter() - shown_s))

    async def _first_curve(self, session: MonitorSession, begun_s: float) -> None:
        """Wait until there is data to draw; real time that passes before it is not shown."""
        while time.perf_counter() - begun_s < FIRST_CURVE_S:
            if "rig/waveform" in session.feeds.newest():
                spent_s = time.perf_counter() - begun_s
                self._tell(f"The first curve was there after {spent_s:.1f} s.")
                return
            await asyncio.sleep(0.02)
        self._tell("No curve came.")
        self.failed = True

    async def _make_calls(self, stage: Stage) -> None:
        session = stage.session
        begun_s = time.perf_counter()
        session.calls.learn("rig")
        for part, line in CALLS:
            await asyncio.sleep(max(0.0, part * self._seconds - (time.perf_counter() - begun_s)))
            session.calls.call(parse(line, session.catalog.targets), line)

    def _sum_up(self, stage: Stage, frames_per_s: float) -> None:
        session = stage.session
        clients = session.load.clients.names
        samples = sum(series.total for feed in session.feeds.opened for series in feed.series)
        curves = sum(len(feed.series) for feed in session.feeds.opened)
        for sentence in (
            f"Saw {len(session.channels.tree.names)} channels of {len(clients)} clients"
            f" ({', '.join(clients)}).",
            f"Drew {curves} curves of {samples} samples, {frames_per_s:.0f} repaints a second.",
            f"Made {session.calls.history.rowCount()} remote calls: {_outcomes(session)}.",
        ):
            self._tell(sentence)


def first_layout(plots: PlotLayout) -> None:
    """One panel for each unit."""
    plots.clear()
    for channel in FIRST_LAYOUT:
        plots.plot_in_new_panel(channel)
    plots.window_s = WINDOW_S
    if plots.panels:
        plots.set_current(plots.panels[0])
    plots.forget_changes()


async def _watch_until_left(stage: Stage, demonstration: Demonstration) -> None:
    checking = asyncio.create_task(_keep_checking(demonstration), name="check the demo")
    try:
        await stage.left()
    finally:
        checking.cancel()


async def _left_within(stage: Stage, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stage.left(), max(0.0, seconds))


async def _keep_checking(demonstration: Demonstration) -> None:
    while True:
        await asyncio.sleep(CHECK_S)
        demonstration.check()


def _outcomes(session: MonitorSession) -> str:
    history = session.calls.history
    statuses = [
        history.index(row, 0).data(CallHistory.StatusRole) for row in range(history.rowCount())
    ]
    counts = {status: statuses.count(status) for status in CallStatus}
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "none"
