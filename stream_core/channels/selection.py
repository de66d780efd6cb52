"""Which numbers a reader's `every` takes; arithmetic only, it never looks at a value."""

from __future__ import annotations

from math import gcd

from stream_core.wire.blocks import Block

__all__ = ["selected_block", "selected_numbers"]


def selected_block(block: Block, every: int) -> Block | None:
    """The items of a block whose numbers are multiples of `every`; None if there are none."""
    stride = block.stride
    if stride == 1:  # the usual case, without the arithmetic of the others
        start = -block.first % every
        return block.cut(range(start, block.count, every)) if start < block.count else None
    shared = gcd(stride, every)
    if block.first % shared:
        return None
    step = every // shared
    start = -(block.first // shared) * pow(stride // shared, -1, step) % step
    if start >= block.count:
        return None
    return block.cut(range(start, block.count, step))


def selected_numbers(first: int, last: int, every: int) -> range:
    """The multiples of `every` from `first` to `last`, both included."""
    return range(-(-first // every) * every, last + 1, every)
