"""What holds on a network that is chaos and breaks; and that the chaos link is what it says."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

import stream_core as sc
from tests.end_to_end.chaos_link import ChaosLink

Connect = Callable[..., Awaitable[sc.Client]]
Balanced = Callable[[sc.Reader], Awaitable[sc.ReaderStatistics]]

BREAKS = 10
OF_THE_LINK = {"lost with the writer's link", "the writer's link was down"}


class Echo(asyncio.Protocol):
    """Sends back what comes, and notes in which pieces it came."""

    def __init__(self, pieces: list[int]) -> None:
        self.pieces = pieces

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pieces.append(len(data))
        self.transport.write(data)


async def test_a_chaos_link_changes_no_byte(chaos_seed: int) -> None:
    pieces: list[int] = []
    sent = random.Random(chaos_seed).randbytes(200_000)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: Echo(pieces), "127.0.0.1", 0) as listener:
        link = ChaosLink(f"127.0.0.1:{listener.sockets[0].getsockname()[1]}", chaos_seed)
        await link.start()
        reader, writer = await asyncio.open_connection(*link.address.rsplit(":", 1))
        for start in range(0, len(sent), 1000):
            writer.write(sent[start : start + 1000])
        assert await reader.readexactly(len(sent)) == sent
        writer.close()
        await writer.wait_closed()
        await link.stop()
    assert pieces.count(1) > 50
    assert max(pieces) > 1000
    assert link.breaks == 0


async def test_a_wait_reader_loses_and_repeats_nothing(
    connect: Connect, breaking_link: ChaosLink, balanced: Balanced
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=breaking_link.address)
    objects = await daq.create_channel("objects")
    samples = await daq.create_channel("samples", dtype="int64")
    readers = [
        await pc.subscribe(name, overflow="wait", buffer_size=100, every=every)
        for name in ("objects", "samples")
        for every in (1, 3)
    ]
    breaking_link.breaking = True

    async def write() -> None:
        number = 0
        while breaking_link.breaks < BREAKS:
            assert await objects.send(number)
            assert await samples.send_samples(np.arange(number * 10, number * 10 + 10))
            number += 1
        breaking_link.breaking = False
        for writer in (objects, samples):
            await writer.close()

    writing = asyncio.create_task(write())
    got = await asyncio.gather(*(_all(reader) for reader in readers))
    await writing
    for numbers, every in zip(got, (1, 3, 1, 3), strict=True):
        assert numbers == list(range(0, numbers[-1] + 1, every))
    assert [reader.lost for reader in readers] == [0] * 4
    for reader in readers:
        account = await balanced(reader)
        assert (account.dropped, account.in_flight, account.buffered) == (0, 0, 0)


async def _all(reader: sc.Reader) -> list[int]:
    return [value async for value in reader]


async def test_what_a_broken_link_swallows_is_reported(
    connect: Connect, breaking_link: ChaosLink, balanced: Balanced
) -> None:
    daq, pc = await connect("daq", address=breaking_link.address), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=100)
    losses: list[sc.Loss] = []
    reader.on_lost(losses.append)
    reading = asyncio.create_task(_all(reader))
    breaking_link.breaking = True
    while breaking_link.breaks < BREAKS:
        await writer.send(writer._outlet.next)
        await asyncio.sleep(0)
    breaking_link.breaking = False
    last = await _last(writer)
    await writer.close()
    got = await reading
    lost = [number for loss in losses for number in range(loss.first, (loss.last or 0) + 1)]
    assert sorted(got + lost) == list(range(last + 1))
    assert got == sorted(got)
    assert {loss.reason for loss in losses} <= OF_THE_LINK
    assert (await balanced(reader)).delivered == len(got)


async def test_a_reader_with_wait_gets_all_lives_of_a_channel(
    connect: Connect, breaking_link: ChaosLink, balanced: Balanced
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=breaking_link.address)
    reader = await pc.subscribe("x", wait=True, overflow="wait")
    breaking_link.breaking = True
    sent: list[tuple[int, int]] = []

    async def live(items: int) -> None:
        life = sent[-1][0] + 1 if sent else 0
        writer = await daq.create_channel("x")
        assert writer.active
        for number in range(items):
            assert await writer.send((life, number, bytes(100)))
            sent.append((life, number))
        await writer.close()

    async def write() -> None:
        while breaking_link.breaks < BREAKS:
            for items in (1, 0, 3):
                await live(items)
        breaking_link.breaking = False
        await live(100)

    got: list[tuple[int, int]] = []
    writing = asyncio.create_task(write())
    while not got or got[-1][1] < 99:
        life, number, _ = await reader.get(timeout_s=10)
        got.append((life, number))
    await writing
    assert got == sent
    assert reader.lost == 0


async def test_every_transfer_has_its_end(connect: Connect, breaking_link: ChaosLink) -> None:
    daq, pc = await connect("daq", address=breaking_link.address), await connect("pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=50)
    breaking_link.breaking = True
    ended = 0

    async def write() -> int:
        nonlocal ended
        while breaking_link.breaks < BREAKS:
            for number in range(20):
                await writer.send((ended, number))
            ended += 1
            await writer.end()
            if ended % 50 == 0:
                with contextlib.suppress(sc.ConnectionLost):
                    await writer.flush()
        breaking_link.breaking = False
        last = await _last(writer)
        await writer.end()
        return last

    writing = asyncio.create_task(write())
    transfers = [[value async for value in reader.transfer()]]
    while not (transfers[-1] and isinstance(transfers[-1][-1], int)):
        transfers.append([value async for value in reader.transfer()])
    last = await writing
    assert len(transfers) == ended + 1
    for index, values in enumerate(transfers[:-1]):
        assert {transfer for transfer, _ in values} <= {index}
    assert sum(map(len, transfers)) + reader.lost == last + 1


async def _last(writer: sc.Writer) -> int:
    """Send until the server has a number; returns it."""
    while True:
        number = writer._outlet.next
        try:
            if await writer.send(number):
                await writer.flush()
                return number
        except sc.ConnectionLost:
            continue
        await asyncio.sleep(0)


class Adder(sc.Client):
    async def rpc_add(self, a: int, b: int) -> int:
        return a + b


async def test_a_call_gives_its_own_result_or_says_that_the_link_is_gone(
    connect: Connect, breaking_link: ChaosLink
) -> None:
    pc = await connect("pc", address=breaking_link.address)
    async with Adder("adder", breaking_link.address):
        remote: Any = await pc.remote("adder")
        breaking_link.breaking = True
        right = 0
        while breaking_link.breaks < BREAKS or not right:
            calls = []
            for number in range(20):
                try:
                    calls.append(remote.add(number, 1000))
                except (sc.ConnectionLost, sc.TargetNotFound):
                    break
            for number, answer in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
                if isinstance(answer, int):
                    assert answer == number + 1000
                    right += 1
                else:
                    assert isinstance(answer, sc.ConnectionLost | sc.TargetNotFound)
            await asyncio.sleep(0)
        breaking_link.breaking = False
        while True:
            try:
                assert await remote.add(1, 2) == 3
            except (sc.ConnectionLost, sc.TargetNotFound):
                await asyncio.sleep(0.001)
            else:
                return


async def test_who_follows_channels_knows_them_in_the_end(
    connect: Connect, breaking_link: ChaosLink
) -> None:
    daq, pc = await connect("daq"), await connect("pc", address=breaking_link.address)
    known: dict[str, sc.ChannelInfo] = {}

    async def follow() -> None:
        async for change in pc.watch("lab/*"):
            if change.kind == "removed":
                known.pop(change.info.name, None)
            else:
                known[change.info.name] = change.info

    following = asyncio.create_task(follow())
    breaking_link.breaking = True
    number = 0
    writers: list[sc.Writer] = []
    while breaking_link.breaks < BREAKS // 2:
        writers.append(await daq.create_channel(f"lab/{number}"))
        number += 1
        if len(writers) > 5:
            await writers.pop(0).close()
        await asyncio.sleep(0)
    breaking_link.breaking = False
    await daq.create_channel("lab/last")
    wanted = {writer.info.name for writer in writers} | {"lab/last"}
    async with asyncio.timeout(10):
        while set(known) != wanted:  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.001)
    following.cancel()
    await asyncio.wait([following])
