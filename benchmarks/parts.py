"""What each process of a run does: broker, publisher, subscriber, callee and caller."""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from benchmarks import peers
from benchmarks.line import Line
from benchmarks.peers.peer import Addresses, Caller, Peer, Publisher, Subscriber
from benchmarks.work import ITEM, PROBE, START, Pace, Work

__all__ = ["Called", "Received", "Sent", "Task", "receive_all", "run_part"]


@dataclass(frozen=True)
class Task:
    """What one process is told to do.

    Attributes:
        part: its part ("broker", "publisher", "subscriber", "callee", "caller").
        peer: the peer's name.
        work: what is moved.
        pace: for how long.
        addresses: where the broker listens; empty for the broker itself.
    """

    part: str
    peer: str
    work: Work
    pace: Pace
    addresses: Addresses = ()


@dataclass(frozen=True)
class Sent:
    """A publisher's account: items sent between two times of the monotonic clock."""

    started_s: float
    stopped_s: float
    items: int


@dataclass(frozen=True)
class Received:
    """A subscriber's account: the items it has had, and how many it had when."""

    items: int
    marks: list[tuple[float, int]]


@dataclass(frozen=True)
class Called:
    """A caller's account: the duration of each call in order, without the warm-up."""

    calls: int
    elapsed_s: float
    durations_s: list[float]


def run_part(task: Task, connection: Connection) -> None:
    """Do one part, in a process of its own; what goes wrong is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = Line(connection, "the harness")
    try:
        _run(task, line)
    except Exception:
        line.say("failed", traceback.format_exc())


def _run(task: Task, line: Line) -> None:
    peer = peers.load(task.peer)
    if task.part == "broker":
        _serve(peer, task, line)
    else:
        peer.run(_CLIENTS[task.part](peer, task, line))


def _serve(peer: Peer, task: Task, line: Line) -> None:
    with peer.broker(task.work) as addresses:
        line.say("ready", addresses)
        while line.listen() != "stop":
            pass


async def _publish(peer: Peer, task: Task, line: Line) -> None:
    async with peer.publisher(task.work, task.addresses) as publisher:
        line.say("ready")
        await _probe(publisher, task.work, line)
        line.say("done", await _send(publisher, task.work, task.pace))
        await line.until_stopped()


async def _probe(publisher: Publisher, work: Work, line: Line) -> None:
    """Send probes until every subscriber has heard one."""
    probe = work.payload(PROBE)
    while not line.called:
        await publisher.send(probe, 1)
        await publisher.flush()
        await asyncio.sleep(0.01)
    line.listen()


async def _send(publisher: Publisher, work: Work, pace: Pace) -> Sent:
    """Send for as long as told, then a chunk of numbered items that ends every subscriber."""
    item, count = work.payload(ITEM), 0
    await publisher.send(work.payload(START), 1)
    started_s = monotonic()
    stop_s = started_s + pace.warm_up_s + pace.measure_s
    while monotonic() < stop_s:
        await publisher.send(item, work.chunk)
        count += work.chunk
    stopped_s = monotonic()
    for number in range(1, work.chunk + 1):
        await publisher.send(work.payload(number), 1)
    await publisher.flush()
    return Sent(started_s, stopped_s, count)


async def _subscribe(peer: Peer, task: Task, line: Line) -> None:
    async with peer.subscriber(task.work, task.addresses) as subscriber:
        line.say("ready")
        await _await(subscriber, task.work, PROBE)
        line.say("hearing")
        await _await(subscriber, task.work, START)
        line.say("done", await receive_all(subscriber, task.work))
        await line.until_stopped()


async def _await(subscriber: Subscriber, work: Work, tag: int) -> None:
    while work.tag(await subscriber.receive(1)) != tag:
        pass


async def receive_all(subscriber: Subscriber, work: Work) -> Received:
    """Take chunks until one ends among the numbered items; its number tells what is missing."""
    count, tag, marks = 0, ITEM, []
    while tag == ITEM:
        tag = work.tag(await subscriber.receive(work.chunk))
        count += work.chunk
        marks.append((monotonic(), count))
    return Received(count - tag, marks)


async def _answer(peer: Peer, task: Task, line: Line) -> None:
    async with peer.callee(task.addresses):
        line.say("ready")
        await line.until_stopped()


async def _call(peer: Peer, task: Task, line: Line) -> None:
    async with peer.caller(task.addresses) as caller:
        line.say("ready")
        await asyncio.to_thread(line.listen)
        await _call_for(caller, task.pace.warm_up_s)
        line.say("done", await _call_for(caller, task.pace.measure_s))
        await line.until_stopped()


async def _call_for(caller: Caller, duration_s: float) -> Called:
    started_s = now_s = monotonic()
    durations_s: list[float] = []
    while now_s < started_s + duration_s:
        before_s = now_s
        result = await caller.add(1.5, 2.25)
        now_s = monotonic()
        if result != 3.75:
            raise ValueError(f"1.5 + 2.25 came back as {result!r}")
        durations_s.append(now_s - before_s)
    return Called(len(durations_s), now_s - started_s, durations_s)


_CLIENTS: dict[str, Callable[[Peer, Task, Line], Coroutine[Any, Any, None]]] = {
    "publisher": _publish,
    "subscriber": _subscribe,
    "callee": _answer,
    "caller": _call,
}
