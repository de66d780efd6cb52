"""Curves that scroll, through server and client: a hundred in ten panels, eight in a large one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import stream_core as sc
from benchmarks.alone.trial import Reading, Trial, in_loop
from benchmarks.line import hear_all
from benchmarks.processes import Part, started
from benchmarks.screen import display, stock
from benchmarks.screen.display import Screen
from benchmarks.screen.source import Rig, write
from benchmarks.work import Pace

__all__ = ["TRIALS"]

SILENCE_S = 60.0
LEAST_S = 4.0
MANY, FEW = Rig(10, 10, 10_000), Rig(1, 8, 10_000)


def _measure(rig: Rig, width: int, height: int, pace: Pace) -> Mapping[str, float]:
    screen = Screen(rig, width, height, max(LEAST_S, 2 * pace.measure_s))
    with sc.ServerProcess("127.0.0.1", 0) as server:
        source = Part("the rig", in_loop, write, server.address, rig)
        with started([source]):
            hear_all({source.line: "ready"}, SILENCE_S)
            window = Part("the window", display.show, server.address, screen)
            with started([window]):
                hear_all({window.line: "ready"}, SILENCE_S)
                (measured,) = hear_all({window.line: "measured"}, SILENCE_S)
    own = Part("pyqtgraph's own", stock.show, screen)
    with started([own]):
        ((stock_repaints, _),) = hear_all({own.line: "measured"}, SILENCE_S)
    repaints, share, waits, lost, reduced = measured
    return {
        "repaints": repaints,
        "latency": waits[int(len(waits) * 0.99)] * 1e3,
        "share": share * 100,
        "lost": lost,
        "reduced": reduced,
        "stock": stock_repaints,
    }


def _trial(
    key: str, title: str, rig: Rig, size: tuple[int, int], goals: tuple[float, float]
) -> Trial:
    least_repaints, most_share = goals
    return Trial(
        key,
        title,
        (
            Reading("repaints", "repaints a second", at_least=least_repaints),
            Reading("latency", "wait of an event, p99", " ms", at_most=50),
            Reading("share", "the window's thread, of a core", " %", at_most=most_share),
            Reading("lost", "samples lost", at_most=0),
            Reading("reduced", "samples for each pair of the server's", at_most=1),
            Reading("stock", "pyqtgraph's own items, spared the network: repaints a second"),
        ),
        partial(_measure, rig, *size),
    )


TRIALS = (
    _trial(
        "curves-100",
        "100 curves of 10 kHz, scrolling in 10 panels of 600x200",
        MANY,
        (600, 200),
        (40, 100),
    ),
    _trial("curves-8", "8 curves of 10 kHz, scrolling in 1200x800", FEW, (1200, 800), (60, 50)),
)
