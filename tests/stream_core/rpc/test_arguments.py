from __future__ import annotations

import pytest

from stream_core.errors import LimitExceeded, ProtocolError
from stream_core.rpc import arguments as module
from stream_core.rpc.arguments import Arguments
from stream_core.rpc.parcels import FIRST_PIECES, PIECE_BYTES, WINDOW_PIECES
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

LIMIT = 32 * PIECE_BYTES
LARGE = 20 * PIECE_BYTES


@pytest.fixture
def grants():
    return []


@pytest.fixture
def arguments(grants):
    return Arguments(lambda key, pieces: grants.append((key, pieces)))


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def give(arguments: Arguments, key, indices, size: int = LARGE, time_ns: int = 0):
    for index in indices:
        start = index * PIECE_BYTES
        body = bytes(min(PIECE_BYTES, size - start))
        frame = Frame(Kind.CALL, 0, Flag.PIECE, 3, key[0], size, start, key[1], time_ns, body)
        given = arguments.add(key, frame, LIMIT)
    return given


def test_the_last_piece_gives_the_body_and_the_time_that_is_left(arguments, clock):
    give(arguments, (7, 1), [0], time_ns=3_000_000_000)
    assert (7, 1) in arguments
    clock[0] += 1.0
    body, remaining_ns = give(arguments, (7, 1), range(1, 20), time_ns=3_000_000_000)
    assert (len(body), remaining_ns) == (LARGE, 2_000_000_000)
    assert len(arguments) == 0


def test_a_time_that_has_passed_is_not_endless(arguments, clock):
    give(arguments, (7, 1), [0], time_ns=1_000_000_000)
    clock[0] += 5.0
    assert give(arguments, (7, 1), range(1, 20), time_ns=1_000_000_000)[1] == 1
    give(arguments, (7, 2), [0])
    assert give(arguments, (7, 2), range(1, 20))[1] == 0


def test_what_is_too_much_at_once_comes_one_after_the_other(arguments, grants):
    for number in (1, 2, 3):
        give(arguments, (7, number), range(FIRST_PIECES))
    give(arguments, (8, 1), range(FIRST_PIECES))
    assert [key for key, _pieces in grants] == [(7, 1), (8, 1)]
    give(arguments, (7, 1), range(FIRST_PIECES, 20))
    assert grants[-1] == ((7, 2), FIRST_PIECES + WINDOW_PIECES)
    arguments.drop((7, 2))
    assert grants[-1] == ((7, 3), FIRST_PIECES + WINDOW_PIECES)


def test_small_ones_come_together(arguments, grants):
    for number in (1, 2, 3):
        give(arguments, (7, number), range(FIRST_PIECES), size=10 * PIECE_BYTES)
    assert [key for key, _pieces in grants] == [(7, 1), (7, 2), (7, 3)]


def test_too_many_that_wait_are_refused(arguments):
    for number in range(1 + LIMIT // (FIRST_PIECES * PIECE_BYTES)):
        give(arguments, (7, number), range(FIRST_PIECES))
    with pytest.raises(LimitExceeded, match="wait already"):
        give(arguments, (7, 99), [0])
    give(arguments, (8, 99), [0])


def test_a_body_beyond_the_limit_is_refused(arguments):
    with pytest.raises(ProtocolError, match="frame_bytes"):
        give(arguments, (7, 1), [0], size=LIMIT + 1)


def test_what_is_over_is_forgotten(arguments):
    for caller in (7, 8):
        for number in (1, 2):
            give(arguments, (caller, number), [0])
    arguments.drop_caller(7)
    assert len(arguments) == 2
    arguments.drop((8, 1))
    arguments.drop((8, 1))
    arguments.clear()
    assert len(arguments) == 0
