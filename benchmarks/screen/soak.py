"""The window at full load for a long time: `python -m benchmarks.screen.soak --minutes 20`.

A hundred curves of 10 kHz; each minute it says how often it painted, what memory, handles and
threads the window has, and at the end how much the second half differs from the first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import psutil

import stream_core as sc
from benchmarks.alone.trial import in_loop
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.screen.display import WINDOW_S, fill
from benchmarks.screen.source import Rig, write

if TYPE_CHECKING:
    from stream_gui.app import Monitor

__all__ = ["main"]

SILENCE_S = 120.0
RIG = Rig(10, 10, 10_000)
HISTORY_BYTES = 400_000_000


@dataclass(frozen=True)
class Minute:
    """What the window was like over a while.

    Attributes:
        repaints: of all panels, a second.
        memory_bytes: resident.
        handles: open files and sockets.
        threads: of its process.
        lost: samples so far.
    """

    repaints: float
    memory_bytes: int
    handles: int
    threads: int
    lost: int

    def __str__(self) -> str:
        return (
            f"{self.repaints:5.1f} repaints/s   {self.memory_bytes / 1e6:7.1f} MB   "
            f"{self.handles} handles   {self.threads} threads   {self.lost} lost"
        )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each of these minutes")
    options = parser.parse_args()
    with sc.ServerProcess("127.0.0.1", 0) as server:
        source = Part("the rig", in_loop, write, server.address, RIG)
        with started([source]):
            hear_all({source.line: "ready"}, SILENCE_S)
            window = Part("the window", _show, server.address, options.minutes, options.seconds)
            with started([window]):
                _tell(window, options.minutes)


def _tell(window: Part, minutes: int) -> None:
    found: list[Minute] = []
    for number in range(1, minutes + 1):
        (minute,) = hear_all({window.line: "minute"}, SILENCE_S)
        found.append(minute)
        print(f"minute {number:3}: {minute}", flush=True)
    half = len(found) // 2
    if half:
        _compare(found[:half], found[half:])


def _compare(first: list[Minute], second: list[Minute]) -> None:
    for name in ("repaints", "memory_bytes", "handles", "threads"):
        before = mean(getattr(minute, name) for minute in first)
        after = mean(getattr(minute, name) for minute in second)
        print(f"{name}: second half to first {after / before:.3f}")


def _show(line: Line, address: str, minutes: int, seconds: float) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from stream_gui.app import Options, run

    with tempfile.TemporaryDirectory() as folder:
        options = Options(address=address, theme="dark", settings=None, run_files=Path(folder))
        run(options, partial(_watch, line, minutes, seconds))


async def _watch(line: Line, minutes: int, seconds: float, monitor: Monitor) -> None:
    monitor.session.history.budget_bytes = HISTORY_BYTES
    await fill(monitor, RIG)
    await asyncio.sleep(WINDOW_S)
    process = psutil.Process()
    for _ in range(minutes):
        frames, begun_s = monitor.frames, time.monotonic()
        await asyncio.sleep(seconds)
        painted = (monitor.frames - frames) / (time.monotonic() - begun_s)
        lost = sum(feed.lost for feed in monitor.session.feeds.opened)
        line.say(
            "minute",
            Minute(
                painted / RIG.channels,
                process.memory_info().rss,
                process.num_fds(),
                process.num_threads(),
                lost,
            ),
        )


if __name__ == "__main__":
    main()
