"""The same curves in pyqtgraph's own plots, as its documentation would have them, off screen.

It is spared server and network: the samples are made beforehand and appended by the window itself.
"""

from __future__ import annotations

import os
import time

import psutil

from benchmarks.line import Line
from benchmarks.screen.display import WINDOW_S, Screen

__all__ = ["show"]

BLOCK_S = 0.02


def show(line: Line, screen: Screen) -> None:
    """Repaint as often as it can for a while; tell "measured" with repaints a second and bytes."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import numpy as np
    import pyqtgraph as pg

    application = pg.mkQApp()
    window = pg.GraphicsLayoutWidget()
    rig = screen.rig
    before_bytes = psutil.Process().memory_info().rss
    length = round(WINDOW_S * rig.rate_hz)
    noise = np.random.default_rng(1).normal(0, 0.1, length).astype(np.float32)
    panels = []
    for number in range(rig.channels):
        plot = window.addPlot(row=number, col=0)
        plot.setDownsampling(auto=True, mode="peak")
        plot.setClipToView(True)
        plot.setYRange(-5, 5)
        panels.append((plot, [plot.plot(pen=pg.intColor(c)) for c in range(rig.columns)]))
    window.resize(screen.width + 60, (screen.height + 40) * rig.channels)
    window.show()
    data = np.sin(np.arange(length, dtype=np.float32) / rig.rate_hz * 3) + noise
    begun_s = shown_s = time.monotonic()
    repaints = 0
    while time.monotonic() < begun_s + screen.duration_s:
        now_s = time.monotonic()
        data = np.roll(data, -round((now_s - shown_s) * rig.rate_hz))
        times = now_s - begun_s + (np.arange(length) - length) / rig.rate_hz
        shown_s = now_s
        for plot, curves in panels:
            for curve in curves:
                curve.setData(times, data)
            plot.setXRange(times[0], times[-1], padding=0)
        application.processEvents()
        repaints += 1
    used_bytes = psutil.Process().memory_info().rss - before_bytes
    line.say("measured", (repaints / (time.monotonic() - begun_s), used_bytes))
    window.close()
