"""What each process of a run does: broker, publisher, subscriber, callee and caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from benchmarks import peers
from benchmarks.line import Line
from benchmarks.peers.peer import Addresses, Caller, Peer, Publisher, Subscriber
from benchmarks.work import ITEM, PROBE, START, Pace, Work

__all__ = ["Called", "Received", "Sent", "Task", "play", "receive_all"]


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
    """A subscriber's account.

    Attributes:
        items: those it has had.
        marks: when it had how many.
        delays_s: how long each item was on its way, a mark each; empty where nobody asks.
    """

    items: int
    marks: list[tuple[float, int]]
    delays_s: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Called:
    """A caller's account, without the warm-up; the duration of each call if they do not overlap."""

    calls: int
    elapsed_s: float
    durations_s: list[float] = field(default_factory=list)


def play(line: Line, task: Task) -> None:
    """Do one part of a peer."""
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
    await publisher.send(work.payload(START), 1)
    send = _send_at_rate if work.rate_per_s else _send_at_once
    sent = await send(publisher, work, pace.warm_up_s + pace.measure_s)
    for number in range(1, work.chunk + 1):
        await publisher.send(work.payload(number), 1)
    await publisher.flush()
    return sent


async def _send_at_once(publisher: Publisher, work: Work, duration_s: float) -> Sent:
    item, count = work.payload(ITEM), 0
    started_s = monotonic()
    stop_s = started_s + duration_s
    while monotonic() < stop_s:
        await publisher.send(item, work.chunk)
        count += work.chunk
    return Sent(started_s, monotonic(), count)


async def _send_at_rate(publisher: Publisher, work: Work, duration_s: float) -> Sent:
    count, due_s = 0, monotonic()
    started_s = due_s
    stop_s = started_s + duration_s
    while due_s < stop_s:
        await asyncio.sleep(max(0.0, due_s - monotonic()))
        await publisher.send(work.stamped(), 1)
        count += 1
        due_s = started_s + count / work.rate_per_s
    return Sent(started_s, monotonic(), count)


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
    count, tag = 0, ITEM
    marks: list[tuple[float, int]] = []
    delays_s: list[float] = []
    while tag == ITEM:
        payload = await subscriber.receive(work.chunk)
        now_s = monotonic()
        count += work.chunk
        marks.append((now_s, count))
        tag = work.tag(payload)
        if work.rate_per_s:
            delays_s.append(now_s - work.stamp_s(payload))
    return Received(count - tag, marks, delays_s)


async def _answer(peer: Peer, task: Task, line: Line) -> None:
    async with peer.callee(task.work, task.addresses):
        line.say("ready")
        await line.until_stopped()


async def _call(peer: Peer, task: Task, line: Line) -> None:
    work, pace = task.work, task.pace
    call_for = _call_for if work.in_flight == 1 else _call_many_for
    async with peer.caller(work, task.addresses) as caller:
        await call_for(caller, work, pace.warm_up_s)
        line.say("ready")
        await asyncio.to_thread(line.listen)
        line.say("done", await call_for(caller, work, pace.measure_s))
        await line.until_stopped()


async def _call_for(caller: Caller, work: Work, duration_s: float) -> Called:
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


async def _call_many_for(caller: Caller, work: Work, duration_s: float) -> Called:
    started_s, count = monotonic(), 0
    while monotonic() < started_s + duration_s:
        total = await caller.add_many(1.5, 2.25, work.chunk, work.in_flight)
        if total != 3.75 * work.chunk:
            raise ValueError(f"{work.chunk} times 1.5 + 2.25 came back as {total!r}")
        count += work.chunk
    return Called(count, monotonic() - started_s)


_CLIENTS: dict[str, Callable[[Peer, Task, Line], Coroutine[Any, Any, None]]] = {
    "publisher": _publish,
    "subscriber": _subscribe,
    "callee": _answer,
    "caller": _call,
}
