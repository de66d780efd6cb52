from __future__ import annotations

import pytest

from stream_core.errors import ProtocolError
from stream_core.rpc.parcels import FIRST_PIECES, PIECE_BYTES, WINDOW_PIECES, Parcels
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, Flag, Kind

PIECE = int(Flag.PIECE)
MORE = int(Flag.MORE)
A, B = (0, 1), (7, 1)


@pytest.fixture
def left():
    return []


@pytest.fixture
def parcels(left):
    return Parcels(left.append)


def frame(body: bytes, kind: Kind = Kind.RESULT, flags: int = 0, sequence: int = 1) -> Frame:
    return Frame(kind, 0, flags, 5, 6, 0, 0, sequence, 9, body)


def piece(size: int, index: int, length: int = PIECE_BYTES, flags: int = 0) -> Frame:
    start = index * PIECE_BYTES
    return Frame(Kind.RESULT, 0, flags | PIECE, 5, 6, size, start, 1, 0, bytes(length))


def taken(parcels: Parcels) -> Frame | None:
    """The next frame, as its receiver would see it."""
    parts = parcels.take()
    if parts is None:
        return None
    length, *facts = HEADER.unpack(parts[0])
    assert length == len(parts[1])
    return Frame(*facts, body=bytes(parts[1]))


def test_a_large_body_is_cut_and_every_piece_says_where_it_belongs(parcels, left):
    body = bytes(range(256)) * 600
    parcels.add(A, frame(body))
    frames = [taken(parcels) for _ in range(3)]
    assert b"".join(found.body for found in frames) == body
    assert [found.stride for found in frames] == [0, PIECE_BYTES, 2 * PIECE_BYTES]
    assert {(f.kind, f.flags, f.count, f.address, f.source, f.time_ns) for f in frames} == {
        (Kind.RESULT, PIECE, len(body), 5, 6, 9)
    }
    assert taken(parcels) is None
    assert (left, len(parcels), parcels.waiting_bytes) == ([A], 0, 0)


def test_pieces_wait_for_what_is_granted(parcels):
    parcels.add(A, frame(bytes(40 * PIECE_BYTES)))
    assert sum(taken(parcels) is not None for _ in range(40)) == FIRST_PIECES
    assert not parcels.ready
    parcels.grant(A, FIRST_PIECES + 2)
    assert parcels.ready
    assert sum(taken(parcels) is not None for _ in range(40)) == 2
    parcels.grant(A, 3)  # an older grant that comes late takes nothing back
    assert not parcels.ready
    assert parcels.waits(A)


def test_no_more_may_be_granted_than_a_window_beyond_what_was_sent(parcels):
    parcels.add(A, frame(bytes(40 * PIECE_BYTES)))
    taken(parcels)
    parcels.grant(A, 1 + WINDOW_PIECES)
    with pytest.raises(ProtocolError, match=f"at most {WINDOW_PIECES} may be under way"):
        parcels.grant(A, 2 + WINDOW_PIECES)
    parcels.grant(B, 1000)  # of a call that has ended


def test_calls_take_turns_piece_by_piece(parcels):
    parcels.add(A, frame(bytes(3 * PIECE_BYTES), sequence=1))
    parcels.add(B, frame(bytes(2 * PIECE_BYTES), sequence=2))
    assert [taken(parcels).sequence for _ in range(5)] == [1, 2, 1, 2, 1]


def test_what_a_call_says_later_waits_behind_its_pieces(parcels, left):
    parcels.add(A, frame(bytes(2 * PIECE_BYTES), flags=MORE))
    parcels.add(A, frame(b"half", kind=Kind.PROGRESS))
    parcels.add(A, frame(b"", flags=int(Flag.END)))
    kinds = [(found.kind, len(found.body)) for found in (taken(parcels) for _ in range(4))]
    assert kinds == [
        (Kind.RESULT, PIECE_BYTES),
        (Kind.RESULT, PIECE_BYTES),
        (Kind.PROGRESS, 4),
        (Kind.RESULT, 0),
    ]
    assert left == [A]
    assert A not in parcels


def test_a_stream_is_remembered_until_its_end(parcels, left):
    parcels.add(A, frame(bytes(FIRST_PIECES * PIECE_BYTES), flags=MORE))
    for _ in range(FIRST_PIECES):
        taken(parcels)
    assert A in parcels
    assert not parcels.waits(A)
    assert left == [A]
    parcels.add(A, frame(bytes(2 * PIECE_BYTES), flags=MORE))
    assert taken(parcels) is None  # nothing was granted beyond the first
    parcels.grant(A, 5)
    assert taken(parcels).stride == 0
    parcels.drop(A)
    assert A not in parcels


def test_pieces_of_others_pass_as_they_are(parcels):
    size = 2 * PIECE_BYTES + 10
    for index, length in ((0, PIECE_BYTES), (1, PIECE_BYTES), (2, 10)):
        parcels.add(A, piece(size, index, length))
    frames = [taken(parcels) for _ in range(3)]
    assert [(found.count, found.stride, len(found.body)) for found in frames] == [
        (size, 0, PIECE_BYTES),
        (size, PIECE_BYTES, PIECE_BYTES),
        (size, 2 * PIECE_BYTES, 10),
    ]
    assert A not in parcels


def test_a_piece_that_was_not_granted_is_refused(parcels):
    size = 40 * PIECE_BYTES
    for index in range(FIRST_PIECES):
        parcels.add(A, piece(size, index))
    with pytest.raises(ProtocolError, match=f"piece {FIRST_PIECES + 1} of call 1"):
        parcels.add(A, piece(size, FIRST_PIECES))


@pytest.mark.parametrize("length", [10, PIECE_BYTES + 1])
def test_a_piece_of_another_size_is_refused(parcels, length):
    with pytest.raises(ProtocolError, match=f"has {length} bytes"):
        parcels.add(A, piece(40 * PIECE_BYTES, 0, length))


def test_what_waits_is_counted(parcels):
    parcels.add(A, frame(bytes(5 * PIECE_BYTES)))
    parcels.add(B, frame(bytes(2 * PIECE_BYTES)))
    taken(parcels)
    assert parcels.waiting_bytes == 6 * PIECE_BYTES
    assert parcels.waiting_for_bytes(A[0]) == 4 * PIECE_BYTES
    assert parcels.exceeds(PIECE_BYTES - 1)
    assert not parcels.exceeds(PIECE_BYTES)  # the largest body is allowed for
    parcels.drop(A)
    parcels.drop(A)
    assert parcels.waiting_bytes == 2 * PIECE_BYTES
    assert taken(parcels).sequence == 1
    parcels.clear()
    assert (taken(parcels), len(parcels), parcels.waiting_bytes) == (None, 0, 0)
