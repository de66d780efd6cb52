"""One blocking client used from many threads at once: nothing lost, nothing twice, no deadlock."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import stream_core as sc

Connected = Callable[..., sc.blocking.Client]

COUNT = 400


def at_once(*works: Callable[[], object]) -> None:
    """Do all of it, each in a thread, begun together; raises what one of them raised."""
    together = threading.Barrier(len(works))
    failures: list[BaseException] = []

    def do(work: Callable[[], object]) -> None:
        together.wait()
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def reading(reader: sc.blocking.Reader, into: list[Any]) -> Iterator[None]:
    """Meanwhile take all that comes, to the end of the channel."""
    thread = threading.Thread(target=lambda: into.extend(reader))
    thread.start()
    yield
    thread.join()


@pytest.mark.parametrize("kind", ["objects", "nowait", "samples", "mixed"])
def test_one_writer_is_sent_from_eight_threads(client: Connected, kind: str) -> None:
    ours, other = client("ours"), client("other")
    count = COUNT // 8 if kind == "samples" else COUNT
    writer = ours.create_channel("x", dtype="int64" if kind == "samples" else None)
    reader = other.subscribe("x", overflow="wait", buffer_size=50)

    def send(thread: int) -> None:
        for number in range(count):
            value = thread * count + number
            if kind == "samples":
                assert writer.send_samples(np.array([value]))
            elif kind == "nowait" or (kind == "mixed" and number % 3 == 0):
                while not writer.send_nowait(value):
                    given_up.append(value)
                    writer.wait_active()
            else:
                assert writer.send((value,) if kind == "mixed" and number % 3 == 1 else value)
            if number % 100 == 0:
                writer.flush()

    given_up: list[int] = []
    received: list[Any] = []
    with reading(reader, received):
        at_once(*(lambda thread=thread: send(thread) for thread in range(8)))
        writer.flush()
        writer.close()
    values = [value[0] if isinstance(value, tuple) else value for value in received]
    assert sorted(values) == list(range(8 * count))
    for thread in range(8):
        theirs = [value for value in values if value // count == thread]
        assert theirs == sorted(theirs)
    assert reader.lost == len(given_up)


TAKES: list[Callable[[sc.blocking.Reader], list[Any]]] = [
    lambda reader: [reader.get(timeout_s=5)],
    lambda reader: [reader.get_item(timeout_s=5).value],
    lambda reader: list(reader.get_block(timeout_s=5).values),
    lambda reader: [next(reader)],
]


def test_one_reader_is_taken_from_by_four_threads_in_every_way(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    writer = ours.create_channel("x")
    reader = other.subscribe("x", overflow="wait", buffer_size=30)
    taken: list[list[Any]] = [[] for _ in TAKES]

    def take(which: int) -> None:
        for turn in itertools.count(which):
            try:
                taken[which] += TAKES[turn % 4](reader)
                taken[which].append(reader.get_nowait())
            except sc.Empty:
                continue
            except (sc.ChannelClosed, StopIteration):
                return

    def send() -> None:
        for number in range(4 * COUNT):
            writer.send(number)
        writer.close()

    at_once(send, *(lambda which=which: take(which) for which in range(4)))
    assert sorted(itertools.chain(*taken)) == list(range(4 * COUNT))
    for theirs in taken:
        assert theirs == sorted(theirs)
    assert reader.lost == 0


class Adder(sc.blocking.Client):
    """Offers calls of each kind."""

    def rpc_add(self, left: int, right: int) -> int:
        return left + right

    async def rpc_later(self, value: int) -> int:
        await asyncio.sleep(0)
        return value

    def rpc_count(self, up_to: int) -> Iterator[int]:
        yield from range(up_to)


def test_calls_from_eight_threads_each_get_their_own_result(client: Connected) -> None:
    client("adder", Adder, rpc_workers=2)
    ours = client("ours")
    remote = ours.remote("adder")

    def call(thread: int) -> None:
        for number in range(30):
            assert remote.add(thread, number) == thread + number
            assert remote.later(number) == number
            assert ours.remote("adder").add(number, 1) == number + 1
            if number % 10 == 0:
                assert list(remote.count(thread + 3)) == list(range(thread + 3))

    at_once(*(lambda thread=thread: call(thread) for thread in range(8)))


def test_readers_and_writers_come_and_go_in_many_threads(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    lasting = ours.create_channel("lasting")
    steady = other.subscribe("lasting", overflow="wait")
    stop = threading.Event()

    def come_and_go(thread: int) -> None:
        for turn in range(12):
            name = f"{thread}/{turn}"
            writer = ours.create_channel(name)
            mine = other.subscribe(name, overflow="wait")
            also = other.subscribe("lasting")
            writer.send(name)
            assert mine.get(timeout_s=10) == name
            also.close()
            (mine if turn % 2 else writer).close()
            (writer if turn % 2 else mine).close()

    def send() -> None:
        for number in itertools.count():
            lasting.send(number)
            if stop.is_set():
                break
        lasting.close()

    received: list[int] = []
    sending = threading.Thread(target=send)
    with reading(steady, received):
        sending.start()
        at_once(*(lambda thread=thread: come_and_go(thread) for thread in range(6)))
        stop.set()
        sending.join()
    assert received == list(range(len(received)))
    assert ours.channels() == []


def test_a_reader_is_cleared_while_threads_take_from_it(client: Connected) -> None:
    ours, other = client("ours"), client("other")
    writer = ours.create_channel("x")
    reader = other.subscribe("x", overflow="ring", buffer_size=1000)
    taken: list[list[int]] = [[], []]
    done = threading.Event()

    def send() -> None:
        for number in range(3000):
            writer.send(number)
        done.set()
        writer.close()

    def take(which: int) -> None:
        try:
            while True:
                if which:
                    taken[which].append(reader.get_item().value)
                else:
                    taken[which].append(reader.get())
        except sc.ChannelClosed:
            return

    def clear() -> None:
        while not done.is_set():
            reader.clear()

    at_once(send, clear, lambda: take(0), lambda: take(1))
    for theirs in taken:
        assert theirs == sorted(set(theirs))
    assert not set(taken[0]) & set(taken[1])


def test_clients_connect_and_close_in_many_threads(address: str) -> None:
    client = sc.blocking.Client("c", address)

    def connect() -> None:
        for _ in range(8):
            try:
                client.connect()
            except (sc.InvalidValue, sc.ConnectionFailed):
                continue  # another thread has connected it, or closes it

    def close() -> None:
        for _ in range(8):
            client.close()

    at_once(connect, close, connect, close)
    client.close()
    with client:
        assert client.ping() > 0
    assert client.state is sc.State.CLOSED
