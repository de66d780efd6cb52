from __future__ import annotations

import struct

import pytest

from stream_core.errors import ProtocolError
from stream_core.rpc.call_blocks import (
    LAST_NUMBER,
    LIMIT_BYTES,
    LIMIT_CALLS,
    MOST_BYTES,
    MOST_CALLS,
    CallBlock,
    block_bytes,
    bodies_of,
    check_block,
    is_block,
    singles,
)
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, HEADER_BYTES, Flag, Kind, header


def frame_of(data: bytes) -> Frame:
    length, *facts = HEADER.unpack_from(data)
    assert length == len(data) - HEADER_BYTES
    return Frame(*facts, data[HEADER_BYTES:])


def block(*bodies: bytes) -> Frame:
    made = CallBlock(Kind.CALL, 7, 5, 900, bodies[0])
    for body in bodies[1:]:
        made.add(body)
    return frame_of(made.seal())


def table(*ends: int) -> bytes:
    return struct.pack(f"<{len(ends)}I", *ends)


def call(count: int, body: bytes, sequence: int = 5) -> Frame:
    return Frame(Kind.CALL, 0, 0, 7, 0, count, 0, sequence, 0, body)


def test_one_is_a_frame_like_any():
    made = CallBlock(Kind.RESULT, 7, 5, 900, b"one")
    assert made.seal() == header(Kind.RESULT, 3, address=7, sequence=5, time_ns=900) + b"one"


def test_many_come_out_one_by_one():
    frame = block(b"one", b"", b"three")
    assert is_block(frame)
    assert (frame.kind, frame.address, frame.sequence, frame.count) == (Kind.CALL, 7, 5, 3)
    assert bodies_of(frame) == [b"one", b"", b"three"]
    frame.source = 12
    assert singles(frame) == [
        Frame(Kind.CALL, 0, 0, 7, 12, 0, 0, sequence, 900, body)
        for sequence, body in ((5, b"one"), (6, b""), (7, b"three"))
    ]


def test_large_blocks_that_others_make_are_cut_too():
    bodies = [bytes([index % 256]) * 50 for index in range(LIMIT_CALLS)]
    assert bodies_of(block(*bodies)) == bodies


def test_a_block_says_when_it_is_full_and_takes_nothing_once_sealed():
    made = CallBlock(Kind.CALL, 7, 5, 0, b"x")
    assert [made.add(b"x") for _ in range(MOST_CALLS - 1)] == [False] * (MOST_CALLS - 2) + [True]
    assert made.next == 5 + MOST_CALLS
    made.seal()
    assert made.next < 0


def test_only_plain_calls_and_results_stand_for_many():
    for kind in Kind:
        frame = Frame(kind, 0, 0, 7, 0, 2, 0, 5, 0, b"")
        assert is_block(frame) == (kind in (Kind.CALL, Kind.RESULT))
    for flag in (Flag.PIECE, Flag.MORE, Flag.END):
        assert not is_block(Frame(Kind.RESULT, 0, int(flag), 7, 0, 2, 0, 5, 0, b""))
    assert not is_block(call(1, b""))


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (call(2, b""), "make no sense"),
        (call(2, table(1)), "make no sense"),
        (call(2, table(1, 2) + b"a"), "make no sense"),
        (call(2, table(1, 2) + b"abc"), "make no sense"),
        (call(2, table(2, 1) + b"a"), "make no sense"),
        (call(3, table(0, 2**32 - 1, 1) + b"a"), "make no sense"),
        (call(2**32 - 1, b"abc"), "at most 1024"),
        (call(LIMIT_CALLS + 1, table(*[0] * (LIMIT_CALLS + 1))), "at most 1024"),
        (call(2, table(0, LIMIT_BYTES) + bytes(LIMIT_BYTES)), "at most"),
        (call(2, table(0, 0), sequence=LAST_NUMBER - 1), "numbers"),
    ],
)
def test_what_cannot_be_cut_breaks_the_protocol(frame, says):
    for check in (check_block, bodies_of, singles):
        with pytest.raises(ProtocolError, match=says):
            check(frame)


def test_the_last_numbers_can_be_had():
    assert singles(call(2, table(0, 0), sequence=LAST_NUMBER - 2))[-1].sequence == LAST_NUMBER - 1


def test_a_block_stays_below_what_a_frame_may_have():
    assert block_bytes(1 << 28) == MOST_BYTES
    bodies = [b"x" * (block_bytes(1024) // MOST_CALLS)] * MOST_CALLS
    assert len(block(*bodies).body) <= 1024
    assert block_bytes(100) < 0
