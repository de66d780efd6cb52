"""Blocks of samples that follow each other, made one; it never decides which should be."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from itertools import pairwise

from stream_core.wire.blocks import LARGEST_SPAN, Block
from stream_core.wire.header import CodecNumber, Flag
from stream_core.wire.tables import ALIGNMENT, little

__all__ = ["follows", "joined", "joined_where_they_follow", "largest_share"]

_SAMPLES = int(CodecNumber.SAMPLES)
_TIMES = int(Flag.TIMES)
_INTERVAL = int(Flag.INTERVAL)
_TIMING = _TIMES | _INTERVAL
_INT64 = struct.Struct("<q")
_INT64_RANGE = range(-(2**63), 2**63)


def largest_share(block: Block) -> int:
    """The bytes that a block may need within a larger one, if each item's time has to be told."""
    return block.size_bytes + 8 * block.count + ALIGNMENT


def follows(block: Block, blocks: Sequence[Block]) -> bool:
    """Whether a block of samples goes on where others end that follow each other."""
    after = blocks[-1]
    distance = block.first - after.last
    if len(blocks) > 1 and distance != _distance(blocks):
        return False
    if block.last - blocks[0].first > LARGEST_SPAN:
        return False
    return (
        block.codec == after.codec == _SAMPLES
        and not (block.compressed or after.compressed)
        and block.source == after.source
        and not (block.flags ^ after.flags) & ~_TIMING
        and (block.count == 1 or block.stride == distance)
        and (after.count == 1 or after.stride == distance)
        and block.sample_bytes == after.sample_bytes
    )


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks, each of which follows the one before it, as one."""
    first = blocks[0]
    if len(blocks) == 1:
        return first
    flags, times = _times(blocks)
    times += bytes(-len(times) % ALIGNMENT)
    return Block(
        _SAMPLES,
        first.flags & ~_TIMING | flags,
        first.source,
        sum(block.count for block in blocks),
        _distance(blocks),
        first.first,
        first.time_ns,
        b"".join((times, *(block.data for block in blocks))),
    )


def joined_where_they_follow(blocks: Sequence[Block], limit_bytes: int) -> list[Block]:
    """Blocks, in their order, as fewer ones; those that are made are no larger than the limit."""
    made: list[Block] = []
    run: list[Block] = []
    left_bytes = 0
    for block in blocks:
        left_bytes -= largest_share(block)
        if not run or left_bytes < 0 or not follows(block, run):
            if run:
                made.append(joined(run))
            run = []
            left_bytes = limit_bytes - largest_share(block)
        run.append(block)
    if run:
        made.append(joined(run))
    return made


def _distance(blocks: Sequence[Block]) -> int:
    """Of the numbers of neighbouring items."""
    return blocks[1].first - blocks[0].last


def _times(blocks: Sequence[Block]) -> tuple[int, bytes]:
    """The flags, and the times of all items in as few bytes as will do."""
    interval_ns = _common_interval_ns(blocks)
    if interval_ns is not None:
        return (_INTERVAL, _INT64.pack(interval_ns)) if interval_ns else (0, b"")
    times = array("q")
    for block in blocks:
        times.extend(block.times_ns())
    return _TIMES, little(times)


def _common_interval_ns(blocks: Sequence[Block]) -> int | None:
    """The distance of all their times, if it is one."""
    interval_ns = blocks[1].time_ns - blocks[0].time_ns
    if blocks[0].count > 1:
        interval_ns = blocks[0].interval_ns
    for block in blocks:
        if block.flags & _TIMES or (block.count > 1 and block.interval_ns != interval_ns):
            return None
    for before, block in pairwise(blocks):
        if block.time_ns != before.time_ns + before.count * interval_ns:
            return None
    length_ns = interval_ns * sum(block.count for block in blocks)
    fits = length_ns in _INT64_RANGE and blocks[0].time_ns + length_ns in _INT64_RANGE
    return interval_ns if fits else None
