"""From nothing to curves: a start of the whole monitor, and a layout of fifty panels."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import stream_core as sc
from benchmarks.alone.trial import Reading, Trial, in_loop
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.screen.display import until
from benchmarks.screen.source import Rig, write
from benchmarks.work import Pace

if TYPE_CHECKING:
    from stream_gui.app import Monitor

__all__ = ["TRIAL"]

SILENCE_S = 60.0
RIG = Rig(10, 5, 1000)
PANELS = 50


def _measure(pace: Pace) -> Mapping[str, float]:
    del pace
    with sc.ServerProcess("127.0.0.1", 0) as server:
        source = Part("the rig", in_loop, write, server.address, RIG)
        with started([source]):
            hear_all({source.line: "ready"}, SILENCE_S)
            return {
                "first": _seconds_until(server.address, 1),
                "fifty": _seconds_until(server.address, PANELS),
            }


def _seconds_until(address: str, panels: int) -> float:
    """How long it takes from the start of a process until all its panels show live curves."""
    window = Part("the window", _open, address, panels, time.time())
    with started([window]):
        (seconds,) = hear_all({window.line: "live"}, SILENCE_S)
    return float(seconds)


def _open(line: Line, address: str, panels: int, begun_s: float) -> None:
    """Open a monitor with a remembered layout."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from stream_gui.app import Options, run

    with tempfile.TemporaryDirectory() as folder:
        options = Options(address=address, settings=None, run_files=Path(folder), theme="dark")
        run(options, partial(_wait, line, panels, begun_s))


async def _wait(line: Line, panels: int, begun_s: float, monitor: Monitor) -> None:
    for number in range(panels):
        monitor.session.plots.plot_in_new_panel(RIG.names[number % RIG.channels])
    await until(lambda: _is_live(monitor))
    line.say("live", time.time() - begun_s)


def _is_live(monitor: Monitor) -> bool:
    """Whether all channels have come, and every panel in sight has been painted."""
    panels = monitor.window.plots.panels.values()
    seen = [panel.view for panel in panels if not panel.visibleRegion().isEmpty()]
    return (
        all(feed.state == "live" for feed in monitor.session.feeds.opened)
        and bool(seen)
        and all(view.frames for view in seen)
    )


TRIAL = Trial(
    "opening",
    "from the start of a process to live curves",
    (
        Reading("first", "one panel", " s", at_most=2),
        Reading("fifty", "fifty panels", " s", at_most=3),
    ),
    _measure,
)
