"""Clients that send junk, each on a link of its own: they are cut off, and nobody else notices."""

from __future__ import annotations

import logging
import random

import pytest

from stream_core.rpc import encode_call
from stream_core.wire.header import HEADER_BYTES, Flag, Kind
from tests.hostile.talk import block, frame
from tests.junk import FRAMES, mutated

CLIENTS = 25
FRAMES_EACH = 12
METHODS = [
    ("create_channel", ["junk/a"], {"dtype": "f8", "history": 5}),
    ("create_channel", ["junk/b"], {"shared": True, "compression": "gzip"}),
    ("open_writer", ["busy"], {}),
    ("subscribe", ["busy"], {"every": 2, "history": 3, "overflow": "wait"}),
    ("subscribe", ["later"], {"wait": True}),
    ("configure_reader", ["someone", 3], {"every": 3}),
    ("clear_reader", [3], {}),
    ("reader_statistics", [], {}),
    ("resume", [{3: (5, 1)}], {"writers": [3]}),
    ("channels", ["**"], {}),
    ("watch", ["*/?"], {}),
    ("kick", ["nobody"], {"reason": "x", "ban_s": 0.5}),
    ("find_client", ["nobody"], {"wait_s": 0.01}),
    ("describe", [], {}),
]


def talk(channel: int, reader: int) -> list[bytes]:
    """What a client of one channel and one reader may say, in an order that makes sense."""
    calls = [
        frame(Kind.CALL, encode_call(name, args, kwargs), sequence=900 + number)
        for number, (name, args, kwargs) in enumerate(METHODS)
    ]
    return [
        block(channel, 0, 3),
        block(channel, 3, 4, compressed=True),
        frame(Kind.DATA, address=channel, sequence=9, flags=int(Flag.GAP_OUTBOX)),
        frame(Kind.MARK, address=channel, sequence=9),
        frame(Kind.DEMAND, address=channel, sequence=1),
        frame(Kind.CREDIT, address=reader, sequence=2),
        frame(Kind.CREDIT, sequence=500),
        frame(Kind.CREDIT, address=reader + 1, sequence=900, count=4),
        frame(Kind.PING, sequence=1),
        frame(Kind.CANCEL, sequence=903),
        frame(Kind.RESULT, b"\xc0", address=reader, sequence=5, flags=int(Flag.MORE)),
        *calls,
        *FRAMES.values(),
    ]


def refitted(data: bytes) -> bytes:
    """The frame with the length that it has, so that what follows is read as frames."""
    length = max(0, len(data) - HEADER_BYTES)
    return (length.to_bytes(4, "little") + data[4:]).ljust(HEADER_BYTES, b"\0")


@pytest.mark.parametrize("seed", range(4))
async def test_junk_ends_at_most_its_senders_link(server, stream, join, check, caplog, seed):
    chance = random.Random(seed)
    writer, reader, channel, number = await stream(server)
    await writer.call("create_channel", "busy", shared=True, compression="gzip", history=10)
    cut_off = 0
    for client in range(CLIENTS):
        hostile = await join(server, f"hostile {client}")
        facts = {"compression": "gzip", "history": client % 2}
        made = (await hostile.call("create_channel", f"hostile/{client}", **facts))["number"]
        subscribed = hostile.post("subscribe", f"hostile/{client}")
        if client % 2:  # with history it is in demand by itself
            hostile.acknowledge(made, 1)
        else:
            await hostile.demand(made)
        valid = talk(made, (await hostile.answer(subscribed))["number"])
        for _ in range(FRAMES_EACH):
            junk = chance.random() < 0.7
            hostile.write(refitted(mutated(valid, chance)) if junk else chance.choice(valid))
        await hostile.hang_up()
        cut_off += bool(hostile.received(Kind.GOODBYE))
        writer.data(channel, client, f"after {client}")
        assert await reader.items(number, 1) == {client: f"after {client}"}
        check()
    await writer.sync()
    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not faults
    assert cut_off
