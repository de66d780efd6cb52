from __future__ import annotations

import pytest

from stream_core.client.large_bodies import LargeBodies
from stream_core.rpc.parcels import FIRST_PIECES, PIECE_BYTES
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind

KEY = (7, 1)


class Link:
    """A link that takes so many pieces before it is full."""

    def __init__(self) -> None:
        self.takes = 100
        self.room = True
        self.frame_bytes = 1 << 28
        self.sent: list[int] = []

    @property
    def keeps_up(self) -> bool:
        return self.takes > 0

    def send(self, head: bytes, body: bytes) -> None:
        self.takes -= 1
        self.sent.append(len(body))


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def left():
    return []


@pytest.fixture
def large(link, left):
    return LargeBodies(link, left.append)


def result(pieces: int) -> Frame:
    return Frame(Kind.RESULT, 0, 0, 7, 0, 0, 0, 1, 0, bytes(pieces * PIECE_BYTES))


def test_what_the_link_takes_leaves_at_once(large, link, left):
    assert not large.send(KEY, result(2))
    assert (link.sent, left, len(large)) == ([PIECE_BYTES] * 2, [KEY], 0)


def test_the_rest_leaves_when_the_link_keeps_up_again(large, link, left):
    link.takes = 1
    assert large.send(KEY, result(3))
    assert KEY in large
    assert large.waiting
    link.takes = 100
    large.serve()
    assert (len(link.sent), left) == (3, [KEY])


def test_beyond_the_first_pieces_grants_are_waited_for(large, link):
    assert large.send(KEY, result(FIRST_PIECES + 2))
    assert len(link.sent) == FIRST_PIECES
    assert not large.waiting
    large.grant(KEY, FIRST_PIECES + 2)
    assert len(link.sent) == FIRST_PIECES + 2


def test_as_many_bytes_as_of_data_leave_while_data_fills_the_link(large, link):
    link.takes = 0
    large.send(KEY, result(4))
    for _ in range(8):
        large.data_sent(PIECE_BYTES // 2)
    assert len(link.sent) == 4


def test_nothing_leaves_while_the_outbox_is_full(large, link):
    link.takes, link.room = 0, False
    large.send(KEY, result(4))
    large.data_sent(10 * PIECE_BYTES)
    assert link.sent == []
    link.room = True
    large.serve()
    assert len(link.sent) == 4


def test_data_sent_while_nothing_waits_earns_nothing(large, link):
    large.data_sent(100 * PIECE_BYTES)
    link.takes = 0
    large.send(KEY, result(4))
    assert link.sent == []


def test_what_is_dropped_never_leaves(large, link, left):
    link.takes = 0
    large.send(KEY, result(4))
    large.send((8, 1), result(4))
    assert large.waiting_for_bytes(7) == 4 * PIECE_BYTES
    large.drop(KEY)
    large.clear()
    link.takes = 100
    large.serve()
    assert (link.sent, left, len(large)) == ([], [], 0)
