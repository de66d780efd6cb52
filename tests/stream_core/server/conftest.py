"""One writer and one reader of one channel, both on the bare wire."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from stream_core.security import ChannelKey
from stream_core.server import demands


class Stream(msgspec.Struct):
    """Channel "x" of client "writer", read by client "reader"."""

    writer: object
    reader: object
    channel: int
    number: int

    def __iter__(self):
        return iter((self.writer, self.reader, self.channel, self.number))


@pytest.fixture
def stream(join):
    """Make a channel with a reader; the wishes are those of `subscribe`."""

    async def make(server, *, channel=None, **wishes):
        writer, reader = await join(server, "writer"), await join(server, "reader")
        made = (await writer.call("create_channel", "x", **(channel or {})))["number"]
        subscribing = reader.post("subscribe", "x", **wishes)
        await writer.demand(made)
        return Stream(writer, reader, made, (await reader.answer(subscribing))["number"])

    return make


@pytest.fixture
def impatient(monkeypatch):
    """Have the server wait for hardly a moment until writers acknowledge a demand."""
    monkeypatch.setattr(demands, "SETTLING_S", 0.02)


@pytest.fixture
def sessions():
    """A server's sessions by name."""
    return lambda server: {session.name: session for session in server._services.sessions}


@pytest.fixture
def until():
    """Wait for what happens at the server without a frame that tells."""

    async def wait(condition):
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0)

    return wait


@pytest.fixture
def stalled(stream):
    """A stream whose reader has 10 items in flight in two blocks, and does not credit them."""

    async def make(server, **wishes):
        made = await stream(server, **wishes)
        for first in (0, 5):
            made.writer.data(made.channel, first, *range(first, first + 5))
            await made.reader.items(made.number, 5)
        return made

    return make


@pytest.fixture
def account():
    """The account of a reader."""
    return lambda raw, number: raw.call("reader_statistics", number)


@pytest.fixture
def prove():
    """Prove a key on the bare wire: the argument `proof`, and the client's side of it."""

    async def prove(raw, name, key):
        claim = ChannelKey(name, key).claim()
        challenge = await raw.call("challenge", name, claim.first())
        return claim.answer(challenge), claim

    return prove


@pytest.fixture
def verifier():
    """What an owner leaves: the argument `verifier`."""

    def verifier(name, key):
        made = ChannelKey(name, key).verifier()
        return made.stored_key, made.server_key

    return verifier
