from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from stream_core.client import Client


@pytest.fixture
async def connect():
    async with AsyncExitStack() as stack:

        async def connected(server, name):
            return await stack.enter_async_context(Client(name, server.address))

        yield connected


@pytest.fixture
def cut(sessions, until):
    """Break a client's link at the server, as soon as it has one."""

    async def break_link(server, name):
        await until(lambda: sessions(server)[name].connected)
        sessions(server)[name].connection._transport.abort()

    return break_link


async def collect(reader, last):
    found = []
    while not found or found[-1].sequence < last:
        found.append(await reader.get_item(timeout_s=20))
    return found


async def test_clients_of_the_library(server, connect, check):
    daq, pc = await connect(server, "daq"), await connect(server, "pc")
    writer = await daq.create_channel("x")
    readers = [
        await pc.subscribe("x", overflow=overflow, buffer_size=None)
        for overflow in ("ring", "clear", "skip", "wait", "raise")
    ]
    for value in range(5000):
        await writer.send(value)
    await writer.flush()
    check()
    for reader in readers:
        assert [item.value for item in await collect(reader, 4999)] == list(range(5000))
        account = await reader.statistics()
        assert (account.published, account.delivered) == (5000, 5000)


@pytest.mark.parametrize("who", ["daq", "pc"])
async def test_every_item_arrives_once_or_is_reported_whatever_link_breaks(
    server, connect, check, cut, who
):
    daq, pc = await connect(server, "daq"), await connect(server, "pc")
    writer = await daq.create_channel("x")
    reader = await pc.subscribe("x", overflow="wait", buffer_size=500)
    count, number = 6000, 0
    reading = asyncio.create_task(collect(reader, count - 1))
    while number < count:
        if number in (1000, 3000):
            await cut(server, who)
        while not await writer.send(number):
            await asyncio.sleep(0)  # the link is down; each try is an item and becomes a gap
            number += 1
        number += 1
    await writer.flush()
    while number < count + 10 and not reading.done():
        await writer.send(number)
        number += 1
        await asyncio.sleep(0)
    found = await reading
    sequences = [item.sequence for item in found]
    assert sequences == sorted(set(sequences))
    assert all(item.value == item.sequence for item in found)
    assert len(found) + reader.lost >= sequences[-1] + 1
    if who == "pc":
        assert reader.lost == 0
    check()


async def test_pause_and_resume_with_several_readers_and_writers(server, connect, check):
    clients = [await connect(server, f"client {index}") for index in range(4)]
    writers = [await clients[0].create_channel("x", shared=True)]
    writers.append(await clients[1].open_writer("x"))
    readers = [
        await client.subscribe("x", overflow="wait", buffer_size=size)
        for client, size in zip(clients[2:], (10, 200), strict=True)
    ]

    async def write(writer, label):
        for value in range(1500):
            await writer.send((label, value))

    async def read(reader):
        return [(await reader.get(timeout_s=20)) for _ in range(3000)]

    async with asyncio.TaskGroup() as group:
        for label, writer in enumerate(writers):
            group.create_task(write(writer, label))
        reading = [group.create_task(read(reader)) for reader in readers]
    for task in reading:
        for label in range(2):
            mine = [value for source, value in task.result() if source == label]
            assert mine == list(range(1500))
    for reader in readers:
        account = await reader.statistics()
        assert (account.published, account.delivered, account.dropped) == (3000, 3000, 0)
    check()
