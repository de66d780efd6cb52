from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import ProtocolError
from stream_core.rpc.assemblies import ALL_PIECES, Assemblies
from stream_core.rpc.parcels import FIRST_PIECES, PIECE_BYTES, WINDOW_PIECES, Parcels
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, Flag, Kind

PIECE = int(Flag.PIECE)
MORE = int(Flag.MORE)
LIMIT = 64 * PIECE_BYTES


@pytest.fixture
def grants():
    return []


@pytest.fixture
def assemblies(grants):
    return Assemblies(lambda call, pieces: grants.append((call, pieces)))


def piece(size: int, index: int, *, kind: Kind = Kind.RESULT, flags: int = 0, **facts) -> Frame:
    start = index * PIECE_BYTES
    body = facts.pop("body", bytes([index]) * min(PIECE_BYTES, size - start))
    return Frame(kind, 0, flags | PIECE, 0, 0, size, facts.pop("stride", start), 1, 0, body)


def give(assemblies: Assemblies, size: int, indices: range, call: int = 1, **facts):
    wanted = facts.pop("wanted", True)
    return [
        assemblies.add(call, piece(size, i, **facts), limit_bytes=LIMIT, wanted=wanted)
        for i in indices
    ]


def test_the_last_piece_gives_the_whole(assemblies):
    size = 2 * PIECE_BYTES + 3
    *nothing, whole = give(assemblies, size, range(3))
    assert nothing == [None, None]
    assert whole == bytes(PIECE_BYTES) + b"\1" * PIECE_BYTES + b"\2\2\2"
    assert whole.readonly


def test_a_short_body_needs_no_grant(assemblies, grants):
    give(assemblies, FIRST_PIECES * PIECE_BYTES, range(FIRST_PIECES))
    assert grants == []


def test_grants_keep_a_window_under_way_and_end_with_the_body(assemblies, grants):
    size = 40 * PIECE_BYTES
    give(assemblies, size, range(1))
    assert grants == [(1, 1 + WINDOW_PIECES)]
    give(assemblies, size, range(1, 40))
    granted = [pieces for _call, pieces in grants]
    assert granted == sorted(granted)
    assert granted[-1] == 40
    assert len(granted) <= 2 * 40 // WINDOW_PIECES + 1


def test_streams_are_granted_beyond_a_body(assemblies, grants):
    give(assemblies, FIRST_PIECES * PIECE_BYTES, range(FIRST_PIECES), flags=MORE)
    assert grants[-1][1] > FIRST_PIECES


def test_what_is_not_wanted_is_not_granted_until_it_is(assemblies, grants):
    size = 40 * PIECE_BYTES
    give(assemblies, size, range(FIRST_PIECES), wanted=False)
    assert grants == []
    assemblies.want(1)
    assemblies.want(1)
    assemblies.want(99)
    assert grants == [(1, FIRST_PIECES + WINDOW_PIECES)]


def test_many_calls_share_what_may_be_under_way(assemblies, grants):
    size = 40 * PIECE_BYTES
    for call in range(100):
        give(assemblies, size, range(FIRST_PIECES), call=call)
    fewest = min(pieces for call, pieces in grants if call > ALL_PIECES)
    assert fewest == FIRST_PIECES + 1
    for call in range(99):
        assemblies.drop(call)
    assert len(assemblies) == 1
    give(assemblies, size, range(FIRST_PIECES, FIRST_PIECES + 1), call=99)
    assert grants[-1] == (99, FIRST_PIECES + 1 + WINDOW_PIECES)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (piece(LIMIT + 1, 0), None, "frame_bytes"),
        (piece(PIECE_BYTES, 0), None, "frame_bytes"),
        (piece(3 * PIECE_BYTES, 1), None, "does not follow"),
        (piece(3 * PIECE_BYTES, 0, body=b"short"), None, "does not follow"),
        (piece(3 * PIECE_BYTES, 0), piece(3 * PIECE_BYTES, 0), "does not follow"),
        (piece(3 * PIECE_BYTES, 0), piece(4 * PIECE_BYTES, 1), "does not follow"),
        (piece(3 * PIECE_BYTES, 0), piece(3 * PIECE_BYTES, 1, kind=Kind.PROGRESS), "not follow"),
        (piece(3 * PIECE_BYTES, 0), piece(3 * PIECE_BYTES, 1, body=b""), "does not follow"),
    ],
)
def test_what_does_not_fit_is_refused(assemblies, first, second, says):
    if second is not None:
        assemblies.add(1, first, limit_bytes=LIMIT)
    with pytest.raises(ProtocolError, match=says):
        assemblies.add(1, second or first, limit_bytes=LIMIT)


def test_pieces_that_were_not_granted_are_refused(assemblies):
    with pytest.raises(ProtocolError, match=f"{FIRST_PIECES} were granted"):
        give(assemblies, 40 * PIECE_BYTES, range(FIRST_PIECES + 1), wanted=False)


@given(
    bodies=st.lists(
        st.tuples(
            st.integers(0, 3),  # the call
            st.integers(0, 12 * PIECE_BYTES),
            st.sampled_from([Kind.RESULT, Kind.PROGRESS]),
        ),
        max_size=12,
    ),
    hops=st.integers(1, 2),
)
def test_what_is_cut_comes_out_whole_in_the_order_of_each_call(bodies, hops):
    """A caller, and with two hops a server between it and the target, which takes and adds."""
    lines = [Parcels(lambda _key: None) for _ in range(hops)]
    pending: deque[tuple[int, int]] = deque()
    assemblies = Assemblies[int](lambda call, pieces: pending.append((call, pieces)))
    come: dict[int, list[tuple[int, bytes]]] = {}
    sent: dict[int, list[tuple[int, bytes]]] = {}
    for index, (call, size, kind) in enumerate(bodies):
        body = bytes([index]) * size
        sent.setdefault(call, []).append((kind, body))
        lines[0].add((0, call), Frame(kind, 0, MORE, 0, 0, 0, 0, call, 0, body))
    while True:
        parts = None
        for line, onward in zip(lines, [*lines[1:], None], strict=True):
            while (parts := line.take()) is not None:
                _length, *facts = HEADER.unpack(parts[0])
                frame = Frame(*facts, body=parts[1])
                if onward is not None:
                    onward.add((0, frame.sequence), frame)
                    continue
                whole = frame.body
                if frame.flags & PIECE:
                    whole = assemblies.add(frame.sequence, frame, limit_bytes=LIMIT)
                if whole is not None:
                    come.setdefault(frame.sequence, []).append((frame.kind, bytes(whole)))
        if not pending:
            break
        while pending:
            call, pieces = pending.popleft()
            for line in reversed(lines):
                line.grant((0, call), pieces)
    assert come == sent
    assert all(line.waiting_bytes == 0 for line in lines)
