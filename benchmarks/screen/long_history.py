"""Fifty million samples a curve: what a frame costs wherever one looks, and what they take."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import psutil

from benchmarks.alone.trial import Reading, Trial
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.screen.bare import BarePlots
from benchmarks.work import Pace

__all__ = ["TRIAL"]

SILENCE_S = 180.0
CURVES, SAMPLES, BLOCK = 8, 50_000_000, 1_000_000
INTERVAL_NS = 100_000
SECOND_NS = 1_000_000_000
SIZE = (1280, 860)


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
    block = np.broadcast_to(noise, (CURVES, BLOCK))
    for first in range(0, SAMPLES, BLOCK):
        table.append(block, time_ns=first * INTERVAL_NS + SECOND_NS, interval_ns=INTERVAL_NS)
    raw_bytes = CURVES * SAMPLES * 4
    memory = (psutil.Process().memory_info().rss - before_bytes) / raw_bytes
    series = series_of(table, [f"ch{number}" for number in range(CURVES)])
    plots = BarePlots([series], 10.0, SIZE)
    plots.frame(0)
    plots.layout.paused = True
    frames = []
    for place in _places(duration_s, plots):
        begun_s = time.perf_counter()
        plots.frame(place)
        frames.append(time.perf_counter() - begun_s)
    plots.close()
    line.say("measured", (sorted(frames), memory))


def _places(duration_s: float, plots: BarePlots) -> Iterator[int]:
    """Move or zoom, again and again; the time of a steady clock at each frame."""
    view = plots.area.time_view
    ends_s = time.monotonic() + duration_s
    number = 0
    while time.monotonic() < ends_s or number < 100:
        number += 1
        if number % 40 < 20:
            view.pan(-0.03)
        elif number % 80 < 40:
            view.zoom(1.35, 0.5)
        else:
            view.zoom(1 / 1.3, 0.5)
        yield number * 33_000_000


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
