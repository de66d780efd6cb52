"""Blocks of calls, or of results: frames of one turn whose numbers follow each other, as one.

A block is cut without a look at arguments or values. It never sends.
"""

from __future__ import annotations

from itertools import accumulate

from stream_core.errors import ProtocolError
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, Kind
from stream_core.wire.tables import ascending, pack_uint32, unpack_uint32

__all__ = [
    "FEATURE",
    "MOST_BYTES",
    "MOST_CALLS",
    "CallBlock",
    "block_bytes",
    "bodies_of",
    "check_block",
    "is_block",
    "singles",
]

FEATURE = "call_blocks"
"""Said in HELLO and WELCOME by who takes them."""

MOST_CALLS = 32  # the peer begins with them while more are made
MOST_BYTES = 16 * 1024
LIMIT_CALLS = 1024  # what is taken from others
LIMIT_BYTES = 64 * 1024
LAST_NUMBER = 2**63 - 1
END_BYTES = 4

_RESULT = int(Kind.RESULT)
_CALL = int(Kind.CALL)


class CallBlock:
    """One frame, or many, that may still become more (`transport.Growing`).

    Args:
        kind: CALL or RESULT; address, sequence, time_ns: of the first frame.
        body: of the first frame.
    """

    __slots__ = ("_bodies", "_first", "address", "kind", "next", "size_bytes", "time_ns")

    def __init__(self, kind: int, address: int, sequence: int, time_ns: int, body: bytes) -> None:
        self.kind = kind
        self.address = address
        self.time_ns = time_ns
        self.next = sequence + 1  # the only number that fits; none does when it is sealed
        self.size_bytes = len(body)
        self._first = sequence
        self._bodies = [body]

    def add(self, body: bytes) -> bool:
        """Take the body of a frame that fits; whether the block is full with it."""
        bodies = self._bodies
        bodies.append(body)
        self.next += 1
        self.size_bytes += len(body)
        return len(bodies) >= MOST_CALLS

    def seal(self) -> bytes:
        """The frame; nothing fits any more."""
        bodies = self._bodies
        count = self.next - self._first
        self.next = -1
        facts = (self.kind, 0, 0, self.address, 0)
        if count == 1:
            [body] = bodies
            return HEADER.pack(len(body), *facts, 0, 0, self._first, self.time_ns) + body
        ends = pack_uint32(accumulate(map(len, bodies)))
        length = len(ends) + self.size_bytes
        head = HEADER.pack(length, *facts, count, 0, self._first, self.time_ns)
        return b"".join((head, ends, *bodies))


def block_bytes(frame_bytes: int) -> int:
    """What a block may have in bodies where a frame has at most so many; below 0: there is none."""
    return min(MOST_BYTES, frame_bytes - MOST_CALLS * END_BYTES)


def is_block(frame: Frame) -> bool:
    """Whether a frame stands for many."""
    return frame.count > 1 and not frame.flags and frame.kind in (_CALL, _RESULT)


def check_block(frame: Frame) -> None:
    """See that a block can be cut.

    Raises:
        ProtocolError: it cannot, or it is too large.
    """
    count, size_bytes = frame.count, len(frame.body)
    if frame.sequence + count > LAST_NUMBER:
        raise ProtocolError(f"the numbers of {count} calls end at {LAST_NUMBER}")
    if count > LIMIT_CALLS or size_bytes > LIMIT_BYTES:
        raise ProtocolError(
            f"a block of {count} calls in {size_bytes} bytes; it has at most {LIMIT_CALLS} in "
            f"{LIMIT_BYTES}"
        )
    table_bytes = count * END_BYTES
    table = frame.body[:table_bytes]
    last = int.from_bytes(table[-END_BYTES:], "little")
    if table_bytes + last != size_bytes or not ascending(table, padded=False):
        raise ProtocolError(f"the ends of a block of {count} calls make no sense")


def bodies_of(frame: Frame) -> list[bytes | memoryview]:
    """The bodies of the frames that a block stands for.

    Raises:
        ProtocolError: it cannot be cut.
    """
    check_block(frame)
    body = frame.body
    start = first = frame.count * END_BYTES
    bodies = []
    for end in unpack_uint32(body[:first]):
        stop = first + end
        bodies.append(body[start:stop])
        start = stop
    return bodies


def singles(frame: Frame) -> list[Frame]:
    """The frames that a block stands for.

    Raises:
        ProtocolError: it cannot be cut.
    """
    address, source, time_ns = frame.address, frame.source, frame.time_ns
    return [
        Frame(frame.kind, frame.codec, 0, address, source, 0, 0, sequence, time_ns, body)
        for sequence, body in enumerate(bodies_of(frame), frame.sequence)
    ]
