from __future__ import annotations

from functools import partial

from stream_core.channels.backlog import Backlog, Run
from stream_core.channels.notices import Mark
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Kind
from stream_core.wire.tables import pack_uint32


def objects(first: int, ends: list[int], data: bytes) -> Block:
    body = pack_uint32(ends) + data
    return Block(CodecNumber.OBJECT, 0, 1, len(ends), 1, first, 0, body)


def samples(first: int, count: int, size: int = 1) -> Block:
    return Block(CodecNumber.SAMPLES, 0, 1, count, 1, first, 0, bytes(count * size))


def compressed(first: int, count: int, *, broken: bool = False) -> Block:
    """A thousand bytes to each sample, which travel as few."""
    flag, parts = Compressor("gzip").packed([bytes(1000 * count)])
    body = b"".join(parts)[: -1 if broken else None]
    return Block.received(
        Frame(Kind.DATA, CodecNumber.SAMPLES, flag, 0, 1, count, 1, first, 0, body)
    )


def whole(block: Block) -> Run:
    return Run(block, 0, block.count, block.size_bytes)


def test_notices_keep_their_place_between_the_items() -> None:
    backlog = Backlog(100)
    backlog.note(Mark(-1, "a"))
    backlog.append(whole(samples(0, 2)))
    backlog.note(Loss(2, 3, 2, "paused"))
    backlog.append(whole(samples(4, 2)))
    assert backlog.take_notice() == Mark(-1, "a")
    assert list(backlog.take_block(10).sequences) == [0, 1]
    assert backlog.take_notice() == Loss(2, 3, 2, "paused")
    assert list(backlog.take_block(1).sequences) == [4]
    assert list(backlog.take_block(1).sequences) == [5]
    assert not backlog


def test_what_is_dropped_leaves_a_loss_in_its_place() -> None:
    backlog = Backlog(100)
    backlog.append(whole(samples(0, 4)))
    backlog.note(Mark(3, "a"))
    backlog.append(whole(samples(4, 4)))
    backlog.drop_oldest(6)
    assert backlog.notices == [Loss(0, 3, 4, "overflow"), Mark(3, "a"), Loss(4, 5, 2, "overflow")]
    assert list(backlog.take_block(10).sequences) == [6, 7]
    assert backlog.dropped == 6


def test_the_bytes_end_at_zero_whatever_the_parts() -> None:
    backlog = Backlog(100)
    backlog.append(whole(objects(0, [1, 3, 6], b"abbccc")))
    assert backlog.size_bytes == 18
    backlog.drop_oldest(1)
    backlog.take_block(1)
    assert 0 < backlog.size_bytes < 18
    backlog.take_block(1)
    assert (backlog.count, backlog.size_bytes) == (0, 0)


def test_items_that_claim_more_than_their_block_has_cannot_fill_the_account() -> None:
    block = objects(0, [2**32 - 1, 0, 2**31, 5], b"abcdef")
    singles = list(whole(block).singly())
    assert sum(run.size_bytes for run in singles) <= block.size_bytes
    backlog = Backlog(100)
    backlog.append(whole(block))
    backlog.drop_oldest(1)
    backlog.drop_oldest(1)
    assert 0 <= backlog.size_bytes <= block.size_bytes
    backlog.drop_oldest(2)
    assert backlog.size_bytes == 0


def test_what_waits_keeps_little_more_in_memory_than_is_counted() -> None:
    backlog = Backlog(1 << 40)
    for number in range(0, 1500, 15):  # as `skip` takes them, where there is room for one
        block = samples(number, 15, 60 * 1024)
        backlog.append(Run(block, 0, 1, 60 * 1024))
        backlog.note(Loss(number + 1, number + 14, 14, "overflow"))
    kept_bytes = sum(run.block.size_bytes for run in backlog.runs)
    assert kept_bytes <= 2 * backlog.size_bytes


def test_one_kept_item_does_not_keep_a_large_block_in_memory() -> None:
    block = samples(0, 4, 1024 * 1024)
    backlog = Backlog(2**30)
    backlog.append(Run(block, 3, 4, 1024 * 1024))
    assert backlog.runs[0].block is not block
    assert list(backlog.take_block(1).sequences) == [3]


def test_neighbours_of_one_block_join_again() -> None:
    block = samples(0, 4)
    backlog = Backlog(100)
    for run in whole(block).singly():
        backlog.append(run)
    assert backlog.take_block(10) is block


def test_what_is_put_back_comes_first_and_in_order() -> None:
    backlog = Backlog(100)
    backlog.note(Loss(5, 5, 1, "paused"))
    backlog.append(whole(samples(6, 1)))
    backlog.put_back([samples(0, 2), Mark(1, "a"), samples(2, 2), Loss(4, 4, 1, "paused")])
    assert list(backlog.take_block(10).sequences) == [0, 1]
    assert backlog.take_notice() == Mark(1, "a")
    assert list(backlog.take_block(10).sequences) == [2, 3]
    assert backlog.take_notice() == Loss(4, 5, 2, "paused")
    assert backlog.count == 1


# Compressed blocks


def test_a_compressed_block_goes_out_as_it_came() -> None:
    backlog, block = Backlog(100), compressed(0, 4)
    backlog.append(whole(block))
    assert backlog.size_bytes == block.size_bytes < 100
    assert backlog.take_block(4) is block
    assert backlog.size_bytes == 0


def test_of_a_part_of_a_compressed_block_the_rest_waits_plain() -> None:
    backlog = Backlog(100)
    backlog.append(whole(compressed(0, 4)))
    taken = backlog.take_block(1)
    assert (list(taken.sequences), bytes(taken.data), taken.compressed) == ([0], bytes(1000), False)
    assert (backlog.count, backlog.size_bytes) == (3, 3000)
    backlog.drop_oldest(1)
    assert list(backlog.take_block(10).sequences) == [2, 3]
    assert (backlog.count, backlog.size_bytes) == (0, 0)


def test_what_is_dropped_is_not_looked_at() -> None:
    backlog, block = Backlog(100), compressed(0, 4, broken=True)
    backlog.append(whole(block))
    backlog.drop_oldest(3)
    assert block.broken is None
    assert backlog.size_bytes == block.item_bytes(3)


def test_a_part_that_cannot_be_made_plain_is_a_loss_with_all_that_waits_of_its_block() -> None:
    backlog, block = Backlog(100), compressed(0, 4, broken=True)
    backlog.append(whole(block))
    backlog.note(Mark(3, "a"))
    backlog.append(whole(samples(4, 1)))
    backlog.drop_oldest(1)
    assert backlog.take_notice() == Loss(0, 0, 1, "overflow")
    loss = backlog.take_block(2)
    assert loss == Loss(1, 3, 3, str(block.broken))
    assert loss.reason.startswith("cannot be decompressed: ")
    assert backlog.take_notice() == Mark(3, "a")
    assert (backlog.count, backlog.size_bytes, backlog.dropped) == (1, 1, 4)
    assert list(backlog.take_block(1).sequences) == [4]


def test_small_blocks_that_follow_each_other_are_taken_together() -> None:
    backlog = Backlog(10**9)
    for first in range(0, 30, 3):
        backlog.append(whole(samples(first, 3)))
    taken = partial(backlog.take_block, limit_bytes=10_000)
    assert list(taken(10, 1).sequences) == [0, 1, 2]
    assert list(taken(10, 7).sequences) == [*range(3, 9)]
    backlog.note(Loss(30, 30, 1, "paused"))
    assert list(taken(2, 100).sequences) == [*range(9, 11)]
    assert list(taken(100, 100, before=15).sequences) == [*range(11, 15)]
    assert list(taken(100, 100, before=16).sequences) == [*range(15, 18)]
    assert list(taken(100, 100).sequences) == [*range(18, 30)]
    assert (backlog.count, backlog.size_bytes) == (0, 0)
    assert backlog.notices == [Loss(30, 30, 1, "paused")]


def test_they_stay_within_the_bytes_whatever_their_times_need() -> None:
    backlog = Backlog(10**9)
    for first in range(10):
        backlog.append(whole(samples(first, 1, size=1000)))
    backlog.append(whole(samples(10, 1, size=5000)))
    limit_bytes = 4 * (1000 + 8 + 64)
    taken = [backlog.take_block(100, 100, limit_bytes=limit_bytes) for _ in range(4)]
    assert [len(block.sequences) for block in taken] == [4, 4, 2, 1]


def test_a_notice_between_them_stands_where_it_was() -> None:
    backlog = Backlog(10**9)
    backlog.append(whole(samples(0, 2)))
    backlog.note(Mark(1, "end"))
    backlog.append(whole(samples(2, 2)))
    assert list(backlog.take_block(100, 100, limit_bytes=10_000).sequences) == [0, 1]
    assert backlog.take_notice() == Mark(1, "end")
    assert list(backlog.take_block(100, 100, limit_bytes=10_000).sequences) == [2, 3]
