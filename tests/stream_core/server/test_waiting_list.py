from __future__ import annotations

import pytest

from stream_core.errors import NotAllowed
from stream_core.wire.header import Kind


async def test_calls_cancelled_before_they_began_are_swept(server, join):
    raw = await join(server, "reader")
    waiting = server._services.streams.waiting
    for index in range(1000):
        call = raw.post("subscribe", f"x{index}", wait=True)
        raw.send(Kind.CANCEL, sequence=call)
        if index % 100 == 0:
            await raw.sync()
            assert len(waiting) <= 100


async def test_a_client_that_leaves_waits_for_nothing(server, join, until):
    raw, other = await join(server, "reader"), await join(server, "other")
    raw.post("subscribe", "x", wait=True)
    other.post("subscribe", "x", wait=True)
    await raw.sync()
    await other.sync()
    waiting = server._services.streams.waiting
    assert len(waiting) == 2
    raw.send(Kind.GOODBYE, b"\x91\xa0")
    await raw.closed()
    assert len(waiting) == 1


async def test_a_reader_that_the_channel_does_not_take_is_refused_then(server, join):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    call = reader.post("subscribe", "x", wait=True, overflow="wait")
    await reader.sync()
    await writer.call("create_channel", "x", may_pause=False)
    with pytest.raises(NotAllowed, match="may_pause=False"):
        await reader.answer(call)
