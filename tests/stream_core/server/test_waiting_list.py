from __future__ import annotations

import pytest

from stream_core.errors import ChannelNotFound, NotAllowed
from stream_core.wire.header import Kind


async def test_calls_cancelled_before_they_began_are_swept(server, join):
    raw = await join(server, "reader")
    waiting = server._services.streams.readers.waiting
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
    waiting = server._services.streams.readers.waiting
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


async def test_who_waits_with_a_key_is_given_the_channel_of_that_key(server, join, prove, verifier):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    calls = {}
    for key in ("tea", "coffee"):
        proof, claim = await prove(reader, "x", key)
        calls[key] = reader.post("subscribe", "x", proof, wait=True), claim
    plain = reader.post("subscribe", "x", wait=True)
    await reader.sync()
    waiting = server._services.streams.readers.waiting
    assert len(waiting) == 3
    made = await writer.call("create_channel", "x", verifier=verifier("x", "tea"))
    assert made["demand"]["state"] == "active"
    writer.acknowledge(made["number"], made["demand_number"])
    call, claim = calls["tea"]
    reply = await reader.answer(call)
    claim.check(reply["scram"])
    assert (reply["number"], len(waiting)) == (made["number"], 2)
    public = await writer.call("create_channel", "x")
    writer.acknowledge(public["number"], public["demand_number"])
    assert (await reader.answer(plain))["number"] == public["number"]
    assert len(waiting) == 1
    reader.send(Kind.CANCEL, sequence=calls["coffee"][0])
    await reader.sync()
    assert len(waiting) == 0


async def test_one_proof_serves_the_question_and_the_wait(server, join, prove, verifier):
    writer, reader = await join(server, "writer"), await join(server, "reader")
    proof, claim = await prove(reader, "x", "tea")
    with pytest.raises(ChannelNotFound):
        await reader.call("subscribe", "x", proof)
    call = reader.post("subscribe", "x", proof, wait=True)
    await reader.sync()
    made = await writer.call("create_channel", "x", verifier=verifier("x", "tea"))
    writer.acknowledge(made["number"], made["demand_number"])
    claim.check((await reader.answer(call))["scram"])
