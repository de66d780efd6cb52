"""What clients may say to a server, by the kind of the frame, and what bad hands make of it."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from stream_core.rpc import encode_call
from stream_core.wire import messages, objects
from stream_core.wire.batches import ObjectBatch
from stream_core.wire.compression import Compressor
from stream_core.wire.header import HEADER_BYTES, Flag, Kind, header
from tests.junk import FRAMES, kind_of, mutated

__all__ = ["DAMAGES", "KINDS", "chances", "damaged", "frame", "spoken"]

KINDS = tuple(Kind)
"""Those that only a server sends, too: a hostile client may say anything."""

DAMAGES = ("valid", "truncated", "mutated", "oversized", "repeated")
OVERSIZED = (2**28 + 1, 2**31, 2**32 - 1)

METHODS = (
    ("create_channel", ["junk/a"], {"dtype": "f8", "history": 5}),
    ("create_channel", ["junk/b"], {"shared": True, "compression": "gzip", "lifetime_s": 5.0}),
    ("create_channel", ["junk/c"], {"verifier": (bytes(32), bytes(32))}),
    ("challenge", ["junk/c"], {"scram": "n,,n=,r=abc"}),
    ("open_writer", ["junk/b"], {"next_number": 3}),
    ("close_writer", [7], {}),
    ("delete_channel", ["junk/a"], {}),
    ("subscribe", ["good"], {"every": 2, "history": 3, "overflow": "clear"}),
    ("subscribe", ["later"], {"wait": True, "after": -1}),
    ("subscribe", ["junk/a"], {"envelope": 10, "buffer_size": None}),
    ("unsubscribe", [7], {}),
    ("configure_reader", ["nobody", 3], {"every": 3}),
    ("clear_reader", [3], {}),
    ("reader_statistics", [], {}),
    ("resume", [{3: (5, 1)}], {"writers": [3], "origins": [1], "awaited": [-1]}),
    ("channels", ["**"], {}),
    ("watch", ["*/?"], {}),
    ("clients", [], {}),
    ("statistics", [], {}),
    ("kick", ["nobody"], {"reason": "x", "ban_s": 0.5}),
    ("find_client", ["nobody"], {"wait_s": 0.01}),
    ("describe", [], {}),
    ("echo", [bytes(1000)], {}),
)


def frame(kind: int, body: bytes = b"", **facts: int) -> bytes:
    return header(kind, len(body), **facts) + body


def block(channel: int, sequence: int, count: int, *, compressed: bool = False) -> bytes:
    batch = ObjectBatch()
    for number in range(count):
        batch.add(f"item {number} " * 30, number)
    packed = batch.pack()
    flag, parts = Compressor("gzip").packed(packed.parts) if compressed else (0, packed.parts)
    facts = {"codec": packed.codec, "flags": packed.flags | flag, "count": count, "stride": 1}
    body = b"".join(parts)
    return frame(Kind.DATA, body, address=channel, sequence=sequence, **facts)


def spoken(kind: Kind, channel: int = 0, reader: int = 0, target: int = 0) -> list[bytes]:
    """Valid frames of one kind, of a client that has these numbers."""
    known = [data for data in FRAMES.values() if kind_of(data) == kind]
    piece = int(Flag.PIECE)
    large = encode_call("echo", [bytes(200_000)], {})
    more = {
        Kind.HELLO: [
            frame(Kind.HELLO, messages.encode(messages.Hello(name="x", scram="n,,n=,r=abc"))),
            frame(Kind.HELLO, messages.encode(messages.Hello(program="p@h-1", claim="c"))),
        ],
        Kind.PROOF: [frame(Kind.PROOF, messages.encode(messages.Proof(scram="c=biws,r=a,p=YQ==")))],
        Kind.DATA: [
            block(channel, 0, 3),
            block(channel, 0, 4, compressed=True),
            frame(Kind.DATA, address=channel, sequence=9, flags=int(Flag.GAP_OUTBOX)),
        ],
        Kind.DEMAND: [frame(Kind.DEMAND, address=channel, sequence=1)],
        Kind.CREDIT: [
            frame(Kind.CREDIT, address=reader, sequence=2),
            frame(Kind.CREDIT, sequence=500),
            frame(Kind.CREDIT, address=reader, sequence=900, count=4),
            frame(Kind.CREDIT, address=target, sequence=900, count=4, flags=piece),
        ],
        Kind.MARK: [frame(Kind.MARK, address=channel, sequence=3, count=1)],
        Kind.CALL: [
            *(
                frame(Kind.CALL, encode_call(name, args, kwargs), sequence=900 + number)
                for number, (name, args, kwargs) in enumerate(METHODS)
            ),
            frame(Kind.CALL, encode_call("method", [1], {}), address=target, sequence=990),
            frame(Kind.CALL, large, sequence=991),
            frame(
                Kind.CALL, large[:65536], sequence=992, count=len(large), flags=piece, time_ns=10**9
            ),
        ],
        Kind.RESULT: [
            frame(Kind.RESULT, objects.encode(1), address=target, sequence=5),
            frame(Kind.RESULT, b"\xc0", address=target, sequence=5, flags=int(Flag.MORE)),
        ],
        Kind.PROGRESS: [frame(Kind.PROGRESS, b"\xc0", address=target, sequence=5)],
        Kind.CANCEL: [frame(Kind.CANCEL, sequence=903)],
        Kind.PING: [frame(Kind.PING, sequence=1)],
        Kind.PONG: [frame(Kind.PONG, sequence=1)],
        Kind.GOODBYE: [frame(Kind.GOODBYE, messages.encode(messages.Goodbye("bye", None, 0.5)))],
        Kind.NAME: [frame(Kind.NAME, b"x", address=target)],
        Kind.GONE: [frame(Kind.GONE, address=target)],
    }
    return known + more.get(kind, [])


def damaged(valid: list[bytes], damage: str, chance: random.Random) -> bytes:
    """One of these frames, or what is left of it."""
    data = chance.choice(valid)
    match damage:
        case "truncated":
            return data[: chance.randrange(len(data))]
        case "mutated":
            return _refitted(mutated(valid, chance), data[4])
        case "oversized":
            size = chance.choice(OVERSIZED).to_bytes(4, "little")
            return size + data[4:]
        case "repeated":
            return data * chance.randint(2, 5)
    return data


def _refitted(data: bytes, kind: int) -> bytes:
    """The frame with the length that it has and, mostly, the kind that it had."""
    data = data.ljust(HEADER_BYTES, b"\0")
    length = (len(data) - HEADER_BYTES).to_bytes(4, "little")
    return length + bytes([kind]) + data[5:]


chances = st.integers(0, 2**32 - 1).map(random.Random)
