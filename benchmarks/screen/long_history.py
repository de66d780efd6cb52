"""Fifty million samples a curve: what a frame costs wherever one looks, and what they take.

One sample among all of them must be seen wherever it is in view, at the same height.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import psutil

from benchmarks.alone.trial import Reading, Trial
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.screen.bare import BarePlots
from benchmarks.work import Pace

if TYPE_CHECKING:
    from stream_gui.views.plots.panels.time_panel import TimePanel

__all__ = ["TRIAL"]

SILENCE_S = 180.0
CURVES, SAMPLES, BLOCK = 8, 50_000_000, 1_000_000
INTERVAL_NS = 100_000
SECOND_NS = 1_000_000_000
SIZE = (1280, 860)
PEAK, PEAK_AT, LEAST, MOST = 50.0, 30_901_699, -10.0, 60.0
WINDOW_S = 10.0
WINDOWS_S = (0.1, 1.0, 10.0, 60.0, 600.0, 5000.0)
MOVES = 20


def _measure(pace: Pace) -> Mapping[str, float]:
    part = Part("the window", _look, max(2.0, pace.measure_s))
    with started([part]):
        (measured,) = hear_all({part.line: "measured"}, SILENCE_S)
    frames, memory = measured
    return {
        "median": frames[len(frames) // 2] * 1e3,
        "worst": frames[int(len(frames) * 0.99)] * 1e3,
        "memory": memory,
    }


def _look(line: Line, duration_s: float) -> None:
    """Pan and zoom through all of it; tell "measured" with the frames' times and the memory."""
    import numpy as np

    from stream_gui.plotdata.sample_table import SampleTable
    from stream_gui.plotdata.series import series_of

    before_bytes = psutil.Process().memory_info().rss
    table = SampleTable("rig", CURVES, capacity=SAMPLES, dtype="float32")
    noise = np.random.default_rng(1).normal(0, 1, BLOCK).astype(np.float32)
    quiet = np.broadcast_to(noise, (CURVES, BLOCK))
    for first in range(0, SAMPLES, BLOCK):
        block = quiet
        if first <= PEAK_AT < first + BLOCK:
            block = quiet.copy()
            block[0, PEAK_AT - first] = PEAK
        table.append(block, time_ns=first * INTERVAL_NS + SECOND_NS, interval_ns=INTERVAL_NS)
    raw_bytes = CURVES * SAMPLES * 4
    memory = (psutil.Process().memory_info().rss - before_bytes) / raw_bytes
    series = series_of(table, [f"ch{number}" for number in range(CURVES)])
    plots = BarePlots([series], WINDOW_S, SIZE)
    plots.frame(0)
    plots.layout.paused = True
    frames = []
    for place in _places(duration_s, plots):
        begun_s = time.perf_counter()
        plots.frame(place)
        frames.append(time.perf_counter() - begun_s)
    _find_the_peak(plots)
    plots.close()
    line.say("measured", (sorted(frames), memory))


def _places(duration_s: float, plots: BarePlots) -> Iterator[int]:
    """Move, zoom out, move on and zoom in, again and again elsewhere; the time at each frame."""
    view = plots.area.time_view
    ends_s = time.monotonic() + duration_s
    number = 0
    while time.monotonic() < ends_s or number < 100:
        if number % 80 == 0:
            plots.layout.window_s = WINDOW_S
            view.show_at(round(SAMPLES * INTERVAL_NS * (0.2 + 0.37 * (number // 80) % 0.6)))
        elif number % 80 < 20:
            view.pan(-0.03)
        elif number % 80 < 40:
            view.zoom(1.3, 0.5)
        elif number % 80 < 60:
            view.pan(0.005)
        else:
            view.zoom(1 / 1.35, 0.5)
        number += 1
        yield number * 33_000_000


def _find_the_peak(plots: BarePlots) -> None:
    """Look for the one sample at several zooms, and while the view is moved.

    Raises:
        AssertionError: It is not there, or not always at the same height.
    """
    from stream_gui.views.plots.panels.time_panel import TimePanel

    (panel,) = plots.area.panels.values()
    assert isinstance(panel.view, TimePanel)
    plots.layout.set_axis_range(panel.number, "V", (LEAST, MOST))
    tops = set()
    for window_s in WINDOWS_S:
        plots.layout.window_s = window_s
        plots.area.time_view.show_at(PEAK_AT * INTERVAL_NS + SECOND_NS)
        for _ in range(MOVES):
            plots.area.time_view.pan(-0.015)
            plots.frame(0)
            tops.add(_top(panel.view))
    height = plots.area.height()
    assert len(tops) == 1, f"the highest sample is seen at {sorted(tops)} of {height} rows"
    assert max(tops) < height / 3, "the highest sample is not seen"


def _top(view: TimePanel) -> int:
    """The highest row in which the first curve is seen."""
    import numpy as np
    from PySide6.QtGui import QImage

    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    rows = np.flatnonzero((pixels == view.curve_colours[0]).any(axis=1))
    return int(rows[0])


TRIAL = Trial(
    "history",
    "8 curves of 50 million float32 samples, panned and zoomed in 1280x860",
    (
        Reading("median", "a frame, median", " ms"),
        Reading("worst", "a frame, p99", " ms", at_most=33),
        Reading("memory", "memory to the samples' own bytes", at_most=1.2),
    ),
    _measure,
)
