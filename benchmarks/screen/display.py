"""The monitor's window, off screen, in a process of its own: how often it paints and hears."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.line import Line
from benchmarks.screen.source import Rig

if TYPE_CHECKING:
    from stream_gui.app import Monitor

__all__ = ["Clicks", "Screen", "fill", "show", "until"]

WINDOW_S = 5.0
PATIENCE_S = 30.0
CLICK_EVERY_S = 0.02


@dataclass(frozen=True)
class Screen:
    """What is shown.

    Attributes:
        rig: where the curves come from; a panel for each channel.
        width: of a plot, in pixels.
        height: of a plot, in pixels.
        duration_s: how long is measured.
    """

    rig: Rig
    width: int
    height: int
    duration_s: float


def show(line: Line, address: str, screen: Screen) -> None:
    """Show the rig's curves; tell "measured" with repaints a second, latency and costs."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from stream_gui.app import Options, run

    with tempfile.TemporaryDirectory() as folder:
        options = Options(address=address, theme="dark", settings=None, run_files=Path(folder))
        run(options, partial(_measure, line, screen))


async def _measure(line: Line, screen: Screen, monitor: Monitor) -> None:
    await fill(monitor, screen.rig)
    await _fit(monitor, screen)
    line.say("ready")
    await asyncio.sleep(WINDOW_S)
    clicks = Clicks()
    frames, cpu_s, begun_s = monitor.frames, time.thread_time(), time.monotonic()
    await asyncio.sleep(screen.duration_s)
    elapsed_s = time.monotonic() - begun_s
    repaints = (monitor.frames - frames) / elapsed_s / screen.rig.channels
    share = (time.thread_time() - cpu_s) / elapsed_s
    lost = sum(feed.lost for feed in monitor.session.feeds.opened)
    line.say("measured", (repaints, share, clicks.end(), lost, max(_reductions(monitor))))


async def fill(monitor: Monitor, rig: Rig) -> None:
    """Show nothing but the rig's curves, a panel for each channel; wait until all are live."""
    layout = monitor.session.plots
    layout.window_s = WINDOW_S
    for dock in monitor.window.docks.values():
        dock.hide()
    for name in rig.names:
        layout.plot_in_new_panel(name)
    await until(lambda: _live(monitor) == rig.channels)


def _live(monitor: Monitor) -> int:
    return sum(feed.state == "live" for feed in monitor.session.feeds.opened)


def _reductions(monitor: Monitor) -> list[int]:
    return [feed.reduced for feed in monitor.session.feeds.opened]


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: It never does.
    """
    give_up_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > give_up_s:
            raise TimeoutError("the curves did not come")
        await asyncio.sleep(0.02)


async def _fit(monitor: Monitor, screen: Screen) -> None:
    """Give the window the size at which each plot has the size asked for."""
    from stream_gui.views.plots.panels.time_panel import TimePanel

    window, panels = monitor.window, list(monitor.window.plots.panels.values())
    for _ in range(4):
        await asyncio.sleep(0.2)
        view = panels[0].view
        assert isinstance(view, TimePanel)
        width, height = view.canvas.curves_item.device_size(1.0)
        grow = (screen.height - height) * len(panels)
        window.resize(window.width() + screen.width - width, window.height() + grow)
    await asyncio.sleep(0.2)


class Clicks:
    """Posts events from another thread, and notes how long each waits for the window's thread."""

    def __init__(self) -> None:
        from PySide6.QtCore import QCoreApplication, QEvent, QObject

        waits: list[float] = []
        posted_s: deque[float] = deque()

        class Target(QObject):
            def customEvent(self, event: QEvent) -> None:  # noqa: N802 # Qt's name
                waits.append(time.perf_counter() - posted_s.popleft())

        target = Target()

        def post() -> None:
            posted_s.append(time.perf_counter())
            QCoreApplication.postEvent(target, QEvent(QEvent.Type.User))

        self._waits = waits
        self._post = post
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> list[float]:
        """Post no more; the waits in seconds, the shortest first."""
        self._ended.set()
        self._thread.join()
        return sorted(self._waits)

    def _run(self) -> None:
        while not self._ended.wait(CLICK_EVERY_S):
            self._post()
