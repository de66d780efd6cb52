from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stream_core.channels.parameters import Parameters
from stream_core.client.inbox import Inbox, Step
from stream_core.errors import ChannelClosed
from stream_core.values import ChannelInfo, Loss
from stream_core.wire.batches import ObjectBatch, SamplesBatch
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind


class Home:
    def __init__(self) -> None:
        self.at_once: list[bool] = []
        self.ended = 0

    def consumed(self, inbox: Inbox, *, at_once: bool) -> None:
        self.at_once.append(at_once)

    def exhausted(self, inbox: Inbox) -> None:
        self.ended += 1


def objects_block(first: int, *values: Any) -> Block:
    batch = ObjectBatch()
    for value in values:
        batch.add(value, 5)
    return block_of(batch.pack(), first)


def samples_block(first: int, values: Any) -> Block:
    array = np.asarray(values)
    batch = SamplesBatch(array.dtype, array.shape[1:])
    batch.add_rows(array, 100, 10)
    return block_of(batch.pack(), first)


def block_of(packed: Any, first: int) -> Block:
    body = b"".join(packed.parts)
    return Block(packed.codec, packed.flags, 3, packed.count, 1, first, packed.time_ns, body)


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def inbox(home: Home) -> Inbox:
    inbox = Inbox("x", Parameters(), (), home)
    inbox.attach(9, ChannelInfo(name="x"), origin=1, first=0, epoch=1)
    return inbox


def take(inbox: Inbox) -> list[Any]:
    taken = []
    while inbox.values or inbox.advance() is Step.VALUES:
        taken.append(inbox.values.popleft())
        if not inbox.values:
            inbox.exhausted()
    return taken


def test_items_losses_marks_and_the_end_keep_their_order(inbox: Inbox, home: Home) -> None:
    inbox.receive_block(objects_block(0, "a", "b"))
    inbox.receive_loss(Loss(2, 3, 2, "overflow"))
    inbox.receive_mark(1)
    inbox.receive_block(objects_block(4, "c"))
    inbox.finish(ChannelClosed("over"))
    assert (inbox.held, inbox.lost) == (3, 2)
    assert take(inbox) == ["a", "b"]
    assert inbox.consumed() == 3
    assert take(inbox) == ["c"]
    assert inbox.take_losses() == (Loss(2, 3, 2, "overflow"),)
    assert inbox.advance() is Step.ENDED
    assert inbox.advance() is Step.ENDED
    assert (home.ended, inbox.held, inbox.resume()) == (1, 0, (4, 1))


def test_part_of_a_block_can_be_credited(inbox: Inbox) -> None:
    inbox.receive_block(objects_block(10, *"abcd"))
    inbox.advance()
    assert inbox.begun
    inbox.values.popleft()
    inbox.values.popleft()
    assert inbox.consumed() == 11
    assert inbox.consumed() is None


def test_a_block_of_objects_is_opened_without_the_loop(inbox: Inbox, home: Home) -> None:
    inbox.receive_block(objects_block(0, "a", "b"))
    inbox.receive_block(objects_block(2, "c", "d", "e"))
    inbox.advance()
    inbox.values.clear()
    told = len(home.at_once)
    following = inbox.decode_here()
    assert following == ["c", "d", "e"]
    taken = inbox.close_block()
    inbox.open_here(following)
    assert (list(inbox.values), inbox.held, inbox.position()) == (["c", "d", "e"], 3, 0)
    assert inbox.time_ns(0) == 5
    assert inbox.consumed() is None  # the loop has not heard of it yet
    assert len(home.at_once) == told
    inbox.go_on(taken)
    assert inbox.consumed() == 1
    inbox.values.popleft()
    assert inbox.consumed() == 2
    assert len(home.at_once) > told


@pytest.mark.parametrize("what", ["nothing", "loss", "mark", "samples", "junk", "put back"])
def test_all_else_is_left_to_the_loop(inbox: Inbox, what: str) -> None:
    match what:
        case "loss":
            inbox.receive_loss(Loss(0, 1, 2, "overflow"))
        case "mark":
            inbox.receive_mark(1)
        case "samples":
            inbox.receive_block(samples_block(0, [1.5, 2.5]))
        case "junk":
            block = objects_block(0, "a")
            block.body = b"\xc1"
            inbox.receive_block(block)
        case "put back":
            inbox.receive_block(objects_block(0, "a", "b"))
            inbox.advance()
            assert inbox.block is not None
            inbox.put_back([(inbox.block, 1)])
    held = inbox.held
    assert inbox.decode_here() is None
    assert (inbox.held, list(inbox.values), inbox.block) == (held, [], None)


def test_after_a_broken_link_credit_is_told_again(inbox: Inbox) -> None:
    inbox.receive_block(objects_block(0, "a"))
    assert take(inbox) == ["a"]
    assert (inbox.consumed(), inbox.consumed()) == (0, None)
    assert inbox.resume() == (0, 0)
    assert inbox.consumed() == 0


def test_the_same_origin_goes_on_with_an_exact_gap(inbox: Inbox) -> None:
    losses: list[Loss] = []
    inbox.hear_of_losses(losses.append)
    inbox.receive_block(objects_block(0, "a", "b"))
    inbox.attach(10, ChannelInfo(name="x"), origin=1, first=7, epoch=2)
    inbox.receive_block(objects_block(7, "c"))
    assert take(inbox) == ["a", "b", "c"]
    assert losses == [Loss(2, 6, 5, "the subscription was interrupted")]
    inbox.attach(11, ChannelInfo(name="x"), origin=2, first=0, epoch=2)
    assert [loss.last for loss in losses] == [6, None]
    assert inbox.lost == 5


def steps(inbox: Inbox) -> list[Any]:
    found: list[Any] = []
    while (step := inbox.advance()) is not Step.EMPTY:
        found.append([*inbox.values] if step is Step.VALUES else step)
        inbox.values.clear()
    return found


def test_transfers_whose_marks_did_not_come_end_too(inbox: Inbox) -> None:
    inbox.attach(1, ChannelInfo(name="x"), origin=2, first=0, epoch=1, transfers=7)
    assert steps(inbox) == []  # they ended before it came
    inbox.receive_mark(7)  # another writer goes on
    inbox.receive_block(objects_block(0, "a"))
    inbox.receive_mark(10)  # nothing came of two of them
    inbox.attach(2, ChannelInfo(name="x"), origin=2, first=5, epoch=2, transfers=11)
    inbox.receive_block(objects_block(5, "b"))
    assert steps(inbox) == [["a"], *[Step.MARK] * 4, ["b"]]
    inbox.attach(3, ChannelInfo(name="x"), origin=2, first=6, epoch=3)  # counted anew
    inbox.receive_mark(1)
    assert steps(inbox) == [Step.MARK]


@pytest.mark.parametrize("claimed", [10_001, 2**30, 2**31 - 1])
def test_more_ends_than_there_can_have_been_are_one(inbox: Inbox, claimed: int) -> None:
    """Who loops over transfers would go round for minutes otherwise."""
    inbox.attach(1, ChannelInfo(name="x"), origin=2, first=0, epoch=1, transfers=1)
    inbox.attach(2, ChannelInfo(name="x"), origin=2, first=0, epoch=2, transfers=1 + claimed)
    inbox.receive_mark(2 + claimed)
    assert [inbox.advance() for _ in range(3)] == [Step.MARK, Step.MARK, Step.EMPTY]


def test_items_of_a_former_channel_are_decoded_by_its_layout(inbox: Inbox) -> None:
    inbox.attach(1, ChannelInfo(name="x", dtype="int32"), origin=2, first=0, epoch=1)
    inbox.receive_block(samples_block(0, np.arange(3, dtype="i4")))
    inbox.attach(2, ChannelInfo(name="x", dtype="float64"), origin=3, first=0, epoch=1)
    inbox.receive_block(samples_block(0, np.arange(2.0)))
    assert take(inbox) == [0, 1, 2, 0.0, 1.0]


def test_what_was_begun_can_be_put_back(inbox: Inbox) -> None:
    inbox.attach(1, ChannelInfo(name="x", dtype="int64"), origin=2, first=0, epoch=1)
    inbox.receive_block(samples_block(0, np.arange(4)))
    inbox.receive_block(samples_block(4, np.arange(4, 8)))
    inbox.advance()
    assert inbox.values.popleft() == 0
    begun = [inbox.take_samples(10)[:2]]
    inbox.advance()
    begun.append(inbox.take_samples(2)[:2])
    inbox.put_back(begun)
    assert inbox.held == 7
    assert take(inbox) == list(range(1, 8))
    assert inbox.consumed() == 7


def test_while_it_is_cleared_what_comes_is_consumed_unseen(inbox: Inbox) -> None:
    inbox.receive_block(objects_block(0, "a"))
    inbox.clear()
    inbox.clearing = 1
    inbox.receive_block(objects_block(1, "b"))
    assert (take(inbox), inbox.consumed()) == ([], 1)
    inbox.clearing = 0
    inbox.receive_block(objects_block(2, "c"))
    assert take(inbox) == ["c"]


def test_losses_from_before_anything_was_taken_are_told_to_who_comes_late(inbox: Inbox) -> None:
    early, late = [], []
    inbox.receive_loss(Loss(0, 3, 4, "paused"))
    inbox.hear_of_losses(early.append)
    inbox.hear_of_losses(late.append)
    inbox.receive_loss(Loss(4, 4, 1, "overflow"))
    assert early == [Loss(0, 3, 4, "paused"), Loss(4, 4, 1, "overflow")]
    assert late == early[1:]


def test_what_cannot_be_decoded_is_a_loss(inbox: Inbox) -> None:
    losses: list[Loss] = []
    inbox.hear_of_losses(losses.append)
    good = objects_block(0, "a")
    inbox.receive_block(Block(good.codec, good.flags, 3, 1, 1, 0, 5, b"\xc1"))
    inbox.receive_block(objects_block(1, "b"))
    assert take(inbox) == ["b"]
    assert inbox.lost == 1
    assert "cannot be decoded" in losses[0].reason


def test_what_cannot_be_made_plain_is_a_loss(inbox: Inbox) -> None:
    good = objects_block(0, "long " * 100)
    flag, parts = Compressor("gzip").packed([good.body])
    body = b"".join(parts)
    for first, received in enumerate((body, body[:-1], body)):
        frame = Frame(Kind.DATA, good.codec, flag, 9, 3, 1, 1, first, 5, received)
        inbox.receive_block(Block.received(frame))
    losses: list[Loss] = []
    inbox.hear_of_losses(losses.append)
    assert take(inbox) == ["long " * 100] * 2
    assert [(loss.first, loss.last, loss.count) for loss in losses] == [(1, 1, 1)]
    assert losses[0].reason.startswith("cannot be decompressed: ")
    assert (inbox.lost, inbox.consumed()) == (1, 2)
