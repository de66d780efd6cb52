from __future__ import annotations

import pytest

from stream_core.channels.in_flight import InFlight
from stream_core.channels.notices import Mark
from stream_core.errors import ProtocolError
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber


def samples(first: int, count: int, stride: int = 1) -> Block:
    return Block(CodecNumber.SAMPLES, 0, 1, count, stride, first, 0, bytes(count))


def flight(*blocks: Block, window_bytes: int = 100) -> InFlight:
    flight = InFlight(0, window_bytes)
    for block in blocks:
        flight.send(block)
    return flight


def test_two_blocks_are_on_their_way_whatever_their_size() -> None:
    way = flight(samples(0, 500))
    assert way.open(10)
    assert way.fitting(10) is None
    way.send(samples(500, 500))
    assert not way.open(10)


def test_the_window_closes_by_items_and_by_bytes() -> None:
    way = flight(samples(0, 10), samples(10, 10))
    assert way.open(21)
    assert way.fitting(21) == 1
    assert not way.open(20)
    assert not flight(samples(0, 50), samples(50, 50)).open(1000)


def test_the_pieces_of_a_block_are_one_up_to_twice_the_window() -> None:
    way = flight(samples(0, 50))
    for first in range(50, 170, 30):
        assert way.open(10)
        way.send(samples(first, 30), piece=True)
    assert way.size_bytes == 170
    assert way.open(10)
    way.send(samples(170, 30))  # the last one
    assert not way.open(10)
    way.credit(49)
    assert way.open(10)


def test_pieces_end_at_twice_the_window() -> None:
    way = flight(samples(0, 1))
    way.send(samples(1, 120), piece=True)
    assert way.open(10)
    way.send(samples(121, 79), piece=True)
    assert not way.open(10)


def test_a_piece_that_comes_back_is_forgotten() -> None:
    way = flight(samples(0, 10))
    way.send(samples(10, 10), piece=True)
    way.recall(9, None)
    way.send(samples(10, 10))
    assert not way.open(10)


def test_a_credit_inside_a_block_counts_its_items() -> None:
    way = flight(samples(0, 4, stride=2), samples(8, 1))
    assert way.credit(3) == 2
    assert way.credit(3) == 0
    assert way.credit(6) == 2
    assert way.credit(8) == 1
    assert (way.items, way.size_bytes, len(way.blocks)) == (0, 0, 0)


@pytest.mark.parametrize("sequence", [0, 6, 2**62])
def test_an_impossible_credit_is_refused(sequence: int) -> None:
    way = flight(samples(0, 6))
    way.credit(2)
    with pytest.raises(ProtocolError, match="between 2 and 5"):
        way.credit(sequence)


def test_what_was_not_received_comes_back_in_order() -> None:
    way = flight(samples(0, 4))
    way.note(Loss(4, 5, 2, "paused"))
    way.send(samples(6, 2))
    way.note(Mark(7, "end"))
    way.credit(1)
    back = way.recall(3, None)
    assert [thing.first for thing in back if not isinstance(thing, Mark)] == [4, 6]
    assert back[-1] == Mark(7, "end")
    assert way.items == 2
    assert way.credit(3) == 2


def test_a_block_received_in_part_comes_back_in_part() -> None:
    way = flight(samples(0, 6))
    way.credit(1)
    (back,) = way.recall(3, None)
    assert isinstance(back, Block)
    assert list(back.sequences) == [4, 5]
    assert way.items == 2
    assert way.credit(3) == 2
    assert way.size_bytes == 0


def test_a_mark_goes_again_unless_the_reader_says_that_it_has_it() -> None:
    way = flight(samples(0, 2))
    way.note(Mark(1, "end"))
    assert way.recall(1, 1) == []
    assert way.recall(1, None) == [Mark(1, "end")]


def test_more_marks_than_were_sent_are_refused() -> None:
    way = flight(samples(0, 2))
    with pytest.raises(ProtocolError, match="marks"):
        way.recall(1, 1)


def test_notices_that_nobody_credits_stay_bounded_and_lose_no_count() -> None:
    way = flight(samples(0, 1))
    for number in range(1, 1000):
        way.note(Loss(number, number, 1, "paused"))
        way.note(Mark(number, None))
    assert len(way.notices) < 70
    back = way.recall(0, None)
    assert sum(loss.count for loss in back if isinstance(loss, Loss)) == 999


def test_a_folded_loss_received_in_part_is_reported_for_the_rest() -> None:
    way = flight(samples(0, 1))
    for number in range(1, 1000):
        way.note(Loss(number, number, 1, "paused"))
    back = way.recall(500, None)
    losses = [loss for loss in back if isinstance(loss, Loss)]
    assert losses[0].first == 501
    assert sum(loss.count for loss in losses) == 499
