"""What the page of the load costs the window, with fifty clients, and with a thousand.

The page is shown and hidden in turn, in one window, and the processor's time of the window's thread
and of its process is compared; beside it stands what the page says of itself.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import stream_core as sc
from benchmarks.alone.crowd import allow_files, bounded
from benchmarks.alone.trial import Reading, Trial, in_loop, listen, ticks
from benchmarks.line import Line, hear_all
from benchmarks.processes import Part, started
from benchmarks.screen.display import Clicks, until
from benchmarks.work import Pace

if TYPE_CHECKING:
    from stream_gui.app import Monitor

__all__ = ["TRIALS"]

FEW, MANY = 50, 1000
TALK_EVERY_S = 0.2
"""Fifty of them send so often, in turn if there are more."""

SIZE = (1280, 800)
PAGE_HEIGHT = 480
TURNS = 2
SETTLED_S = 1.2
LEAST_S = 2.5
SILENCE_S = 90.0


@dataclass(frozen=True)
class Cost:
    """Shares of a core over one while.

    Attributes:
        thread: of the window's thread.
        process: of all its threads.
    """

    thread: float
    process: float


@dataclass(frozen=True)
class Page:
    """What came out.

    Attributes:
        shown, hidden: in turn.
        says: what the page says of itself, at the end of each turn in which it was shown.
        waits: of events, in seconds, the shortest first, while it was shown.
    """

    shown: Sequence[Cost]
    hidden: Sequence[Cost]
    says: Sequence[float]
    waits: Sequence[float]

    def more(self, kind: str) -> float:
        """By how much more it costs when it is shown."""
        pairs = zip(self.shown, self.hidden, strict=True)
        return median(getattr(shown, kind) - getattr(hidden, kind) for shown, hidden in pairs)


def _measure(clients: int, pace: Pace) -> Mapping[str, float]:
    allow_files()
    page = _look(clients, TURNS, max(LEAST_S, pace.measure_s))
    return {
        "thread": page.more("thread") * 100,
        "process": page.more("process") * 100,
        "says": median(page.says) * 100,
        "hidden": median(cost.thread for cost in page.hidden) * 100,
        "wait": page.waits[int(len(page.waits) * 0.99)] * 1e3,
    }


def _look(clients: int, turns: int, duration_s: float) -> Page:
    with sc.ServerProcess("127.0.0.1", 0) as server:
        crowd = Part("the clients", in_loop, _talk, server.address, clients)
        with started([crowd]):
            hear_all({crowd.line: "ready"}, SILENCE_S)
            arguments = (server.address, clients, turns, duration_s)
            window = Part("the window", _show, *arguments)
            with started([window]):
                (page,) = hear_all({window.line: "measured"}, SILENCE_S)
    assert isinstance(page, Page)
    return page


async def _talk(line: Line, address: str, total: int) -> None:
    """Be all clients; each reads what the next one sends."""
    clients = [sc.Client(f"client {number}", address) for number in range(total)]
    await bounded(client.connect() for client in clients)
    writers = await bounded(
        client.create_channel(f"crowd/{number}") for number, client in enumerate(clients)
    )
    readers = await bounded(
        client.subscribe(f"crowd/{(number + 1) % total}") for number, client in enumerate(clients)
    )
    line.say("ready")
    ended = asyncio.ensure_future(listen(line))
    silent = max(1, total // FEW)
    turn = 0
    async for _ in ticks(TALK_EVERY_S, ended):
        turn += 1
        for writer in writers[turn % silent :: silent]:
            writer.send_nowait(1.5)
        for reader in readers:
            while len(reader):
                reader.get_nowait()
    await bounded(client.close() for client in clients)


def _show(line: Line, address: str, clients: int, turns: int, duration_s: float) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from stream_gui.app import Options, run

    with tempfile.TemporaryDirectory() as folder:
        options = Options(address=address, theme="dark", settings=None, run_files=Path(folder))
        run(options, partial(_take_turns, line, clients, turns, duration_s))


async def _take_turns(
    line: Line, clients: int, turns: int, duration_s: float, monitor: Monitor
) -> None:
    from PySide6.QtCore import Qt

    window, load = monitor.window, monitor.session.load
    window.resize(*SIZE)
    for dock in window.docks.values():
        dock.hide()
    page = window.docks["load"]
    page.show()
    window.resizeDocks([page], [PAGE_HEIGHT], Qt.Orientation.Vertical)
    await until(lambda: load.clients.rowCount() > clients)
    await asyncio.sleep(SETTLED_S)
    shown, hidden, says = [], [], []
    for _ in range(turns):
        page.show()
        shown.append(await _cost(duration_s))
        says.append(load.cost.share)
        page.hide()
        hidden.append(await _cost(duration_s))
    page.show()
    await asyncio.sleep(SETTLED_S)
    clicks = Clicks()
    await asyncio.sleep(duration_s)
    waits = clicks.end()
    line.say("measured", Page(shown, hidden, says, waits))


async def _cost(duration_s: float) -> Cost:
    await asyncio.sleep(SETTLED_S)
    begun_s, thread_s, process_s = time.monotonic(), time.thread_time(), time.process_time()
    await asyncio.sleep(duration_s)
    elapsed_s = time.monotonic() - begun_s
    return Cost(
        (time.thread_time() - thread_s) / elapsed_s, (time.process_time() - process_s) / elapsed_s
    )


def _trial(key: str, title: str, clients: int, most: float | None) -> Trial:
    return Trial(
        key,
        title,
        (
            Reading("thread", "the window's thread, more than without it", " %", at_most=most),
            Reading("process", "the whole process, more than without it", " %"),
            Reading("says", "what the page says of itself", " %"),
            Reading("hidden", "the window's thread without it", " %"),
            Reading("wait", "wait of an event, p99", " ms", at_most=50),
        ),
        partial(_measure, clients),
    )


TRIALS = (
    _trial("load-50", "the page of the load, 50 clients that talk", FEW, 1),
    _trial("load-1000", "the page of the load, 1000 clients", MANY, None),
)
