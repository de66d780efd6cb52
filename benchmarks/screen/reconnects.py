"""A live workspace whose link breaks again and again: `python -m benchmarks.screen.reconnects`.

The demo's rig in three panels; the link goes through a relay that cuts it as soon as it is back.
Now and then it says what memory, handles, threads and tasks the window has, and at the end whether
there is more than at the first cut; before that it waits until the plots have all the history that
they may keep, since that is memory that grows with time and not with cuts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import tempfile
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

import stream_core as sc

if TYPE_CHECKING:
    from stream_gui.app import Monitor

__all__ = ["main"]

PATIENCE_S, SETTLED_S = 30.0, 2.0
HISTORY_BYTES = 16_000_000
FULL = 0.9
FULL_S = 240.0


class Relay:
    """Passes bytes on between a window and a server, until it is cut."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._listening: asyncio.Server | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen."""
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"

    async def cut(self) -> None:
        """Break what is connected."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def stop(self) -> None:
        """Listen no more."""
        assert self._listening is not None
        self._listening.close()
        await self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, back}
        with contextlib.suppress(OSError):
            await asyncio.gather(_pass(reader, back), _pass(there, writer))
        for each in (writer, back):
            each.transport.abort()
        self._writers -= {writer, back}


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.transport.abort()


@dataclass(frozen=True)
class State:
    """What the window has.

    Attributes:
        memory_mb: resident.
        history_mb: of it what the plots keep.
        handles: open files and sockets.
        threads: of its process.
        tasks: on the window's loop and on the client's.
        objects: that Python's collector knows.
    """

    memory_mb: float
    history_mb: float
    handles: int
    threads: int
    tasks: int
    objects: int

    def __str__(self) -> str:
        return "   ".join(f"{each.name} {getattr(self, each.name):.0f}" for each in fields(self))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen.reconnects")
    parser.add_argument("--times", type=int, default=1000)
    options = parser.parse_args()
    logging.getLogger("stream_gui.feedback").setLevel(logging.ERROR)  # each cut is expected
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from stream_gui.app import Options, run

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        window = Options(
            theme="dark",
            settings=state / "monitor.json",
            run_files=state / "servers",
            calls_file=state / "calls.json",
        )
        run(window, partial(_reconnect, options.times))


async def _reconnect(times: int, monitor: Monitor) -> None:
    from stream_gui.session.demonstration import Demonstration
    from stream_gui.session.link import Target
    from stream_gui.session.tour import first_layout

    session = monitor.session
    session.history.budget_bytes = HISTORY_BYTES
    demonstration = Demonstration(monitor.portal, session.feedback)
    relays = sc.LoopThread("relay").start()
    try:
        await demonstration.start()
        relay = Relay(demonstration.address)
        await relays.call(relay.start())
        first_layout(session.plots)
        session.values.set_live(True)
        session.join(Target(relay.address))
        await _alive(monitor, "rig/waveform")
        await _filled(monitor)
        states = []
        for number in range(times + 1):
            if number % max(1, times // 10) == 0:
                states.append(await _look(monitor))
                print(f"after {number:5} reconnections: {states[-1]}", flush=True)
            await relays.call(relay.cut())
            await _alive(monitor, "rig/waveform")
        await session.link.close()
        await relays.call(relay.stop())
        _compare(states)
    finally:
        await demonstration.stop()
        relays.stop()


async def _alive(monitor: Monitor, channel: str) -> None:
    """Wait until new samples of the channel come in."""
    opened = monitor.session.feeds.opened
    feed = next(each for each in opened if each.channel == channel) if opened else None

    def total() -> int:
        return sum(series.total for series in feed.series) if feed is not None else 0

    before = total()
    async with asyncio.timeout(PATIENCE_S):
        while not (monitor.session.state.connected and total() > before):
            await asyncio.sleep(0.02)
            if feed is None:
                feed = next(iter(monitor.session.feeds.opened), None)


async def _filled(monitor: Monitor) -> None:
    """Wait until the plots keep as much as they may.

    Raises:
        TimeoutError: They still do not.
    """
    history = monitor.session.history
    for _ in range(round(FULL_S / SETTLED_S)):
        if history.used_bytes >= FULL * history.budget_bytes:
            return
        await asyncio.sleep(SETTLED_S)
    raise TimeoutError(f"the plots keep only {history.used_bytes / 1e6:.0f} MB")


async def _look(monitor: Monitor) -> State:
    await asyncio.sleep(SETTLED_S)
    gc.collect()
    process = psutil.Process()
    return State(
        process.memory_info().rss / 1e6,
        monitor.session.history.used_bytes / 1e6,
        process.num_fds(),
        process.num_threads(),
        len(asyncio.all_tasks()) + await monitor.portal.call(_count_tasks()),
        len(gc.get_objects()),
    )


async def _count_tasks() -> int:
    return len(asyncio.all_tasks())


def _compare(states: list[State]) -> None:
    first, last = states[0], states[-1]
    for field, before, after in zip(fields(first), astuple(first), astuple(last), strict=True):
        print(f"{field.name}: at the end to the first cut {after / before:.3f}")


if __name__ == "__main__":
    main()
