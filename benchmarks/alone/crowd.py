"""A thousand clients with ten channels each, beside ten clients with ten channels each.

Each client reads the channels of the next one. The same number of items a second is spread over all
channels, so that each item travels alone, as what comes rarely does. What does one cost the server?
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from time import sleep
from typing import Any

import stream_core as sc
from benchmarks.alone.trial import Reading, Trial, Usage, in_loop, listen, ticks, usage_over
from benchmarks.line import Line, PartError, hear_all
from benchmarks.processes import Part, started
from benchmarks.work import Pace

__all__ = ["TRIAL", "allow_files", "bounded"]

FEW = 10
MANY = 1000
CHANNELS = 10
"""Of each client."""

PROCESSES = 2
ITEMS_PER_S = 2000
"""Of all clients together."""

TICK_S = 0.001
AT_ONCE = 50
"""Requests of one process at once, while all is set up."""

LEAST_S = 2.0
SILENCE_S = 20.0
SETUP_S = 120.0


@dataclass
class _Tally:
    items: int = 0


def _measure(pace: Pace) -> Mapping[str, float]:
    allow_files()
    few_s, _ = _cost_s(FEW, pace)
    many_s, usage = _cost_s(MANY, pace)
    return {
        "memory": usage.memory_bytes / 1e6,
        "ratio": many_s / few_s,
        "few_us": few_s * 1e6,
        "many_us": many_s * 1e6,
    }


def allow_files() -> None:
    """Let the server, which inherits it, have a file for each client."""
    with suppress(ImportError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _cost_s(clients: int, pace: Pace) -> tuple[float, Usage]:
    """Return the server's processor time for each item that was delivered, and its usage."""
    with sc.ServerProcess("127.0.0.1", 0) as server:
        parts = [
            Part(f"clients {number}", in_loop, _take_part, server.address, number, clients)
            for number in range(PROCESSES)
        ]
        with started(parts):
            _all(parts, "made", SETUP_S)
            _all(parts, "ready", SETUP_S, say="subscribe")
            _all(parts, "begun", SILENCE_S, say="begin")
            sleep(pace.warm_up_s)
            _all(parts, "counting", SILENCE_S, say="count")
            usage = usage_over(server, max(LEAST_S, pace.measure_s))
            delivered = sum(_all(parts, "done", SILENCE_S, say="end"))
    least = 0.8 * ITEMS_PER_S * max(LEAST_S, pace.measure_s)
    if delivered < least:
        raise PartError(f"{delivered} items were delivered to {clients} clients, not {least:.0f}")
    return usage.cpu_s / delivered, usage


def _all(parts: Sequence[Part], word: str, timeout_s: float, say: str = "") -> list[Any]:
    for part in parts:
        if say:
            part.line.say(say)
    return hear_all({part.line: word for part in parts}, timeout_s)


async def _take_part(line: Line, address: str, number: int, total: int) -> None:
    """Be each second client, beginning with one's number."""
    mine = range(number, total, PROCESSES)
    clients = {index: sc.Client(f"client {index}", address) for index in mine}
    await bounded(client.connect() for client in clients.values())
    writers = await bounded(
        clients[index].create_channel(_name(index, channel))
        for channel in range(CHANNELS)
        for index in mine
    )
    line.say("made")
    await listen(line, "subscribe")
    readers = await bounded(
        clients[index].subscribe(_name((index + 1) % total, channel), overflow="wait")
        for channel in range(CHANNELS)
        for index in mine
    )
    tally = _Tally()
    taking = [asyncio.ensure_future(_take(reader, tally)) for reader in readers]
    line.say("ready")
    await _send_and_count(line, writers, tally)
    await listen(line)
    for task in taking:
        task.cancel()
    await bounded(client.close() for client in clients.values())


async def _send_and_count(line: Line, writers: Sequence[sc.Writer], tally: _Tally) -> None:
    await listen(line, "begin")
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    sending = asyncio.ensure_future(_send(writers, ended))
    line.say("begun")
    await listen(line, "count")
    before = tally.items
    line.say("counting")
    await listen(line, "end")
    line.say("done", tally.items - before)
    ended.set_result(None)
    await sending


async def _send(writers: Sequence[sc.Writer], ended: asyncio.Future[None]) -> None:
    """Go round the channels, of one client after another."""
    turn = cycle(writers)
    each_tick = round(ITEMS_PER_S * TICK_S / PROCESSES)
    async for _ in ticks(TICK_S, ended):
        for writer in islice(turn, each_tick):
            if writer.ready:
                writer.send_nowait(1.5)
            else:
                await writer.send(1.5)


async def _take(reader: sc.Reader, tally: _Tally) -> None:
    async for _ in reader:
        tally.items += 1


def _name(client: int, channel: int) -> str:
    return f"crowd/{client}/{channel}"


async def bounded(coroutines: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Await all, so many at once."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(coroutine: Coroutine[Any, Any, Any]) -> Any:
        async with turns:
            return await coroutine

    return list(await asyncio.gather(*(in_turn(coroutine) for coroutine in coroutines)))


TRIAL = Trial(
    "crowd",
    "1000 connected clients, 10 000 channels",
    (
        Reading("memory", "server", " MB", at_most=150),
        Reading("ratio", "cost of an item to that with 10 clients", "", at_most=1.3),
        Reading("many_us", "server, an item", " µs"),
        Reading("few_us", "with 10 clients, an item", " µs"),
    ),
    _measure,
)
