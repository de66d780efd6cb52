from __future__ import annotations

import asyncio


async def account(reader, number):
    return await reader.call("reader_statistics", number)


async def test_min_interval(server, stream, check):
    writer, reader, channel, number = await stream(server, min_interval_s=0.05)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    writer.data(channel, 0, "a")
    assert await reader.items(number, 1) == {0: "a"}
    writer.data(channel, 1, "b")
    writer.data(channel, 2, "c")
    assert await reader.items(number, 2) == {1: "b", 2: "c"}
    assert loop.time() - began_s >= 0.045
    check()


async def test_a_shorter_interval_holds_at_once(server, stream, check):
    writer, reader, channel, number = await stream(server, min_interval_s=1000.0)
    writer.data(channel, 0, "a")
    assert await reader.items(number, 1) == {0: "a"}
    writer.data(channel, 1, "b")
    await writer.sync()
    await reader.call("configure_reader", "reader", number, min_interval_s=0.01)
    assert await reader.items(number, 1) == {1: "b"}
    check()


async def test_the_newest_now_and_then_loses_nothing(server, stream, check):
    writer, reader, channel, number = await stream(server, buffer_size=1, min_interval_s=1000.0)
    writer.data(channel, 0, "a")
    assert await reader.items(number, 1) == {0: "a"}
    writer.data(channel, 1, "b", "c", "d")
    await writer.sync()
    found = await account(reader, number)
    assert (found["buffered"], found["not_selected"], found["dropped"]) == (1, 2, 0)
    check()
