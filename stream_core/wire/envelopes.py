"""Samples folded into one minimum and one maximum for each bin; it never sees who wants them.

A bin of width m holds the samples whose numbers have one quotient by m. Its item is an array of
shape `(2, *shape)`: the minima, then the maxima, of each column, NaN ignored; its number and its
time are those of the first sample that is there. A bin is closed by the sample that ends it, or
by the first one behind it; a bin that is still open waits.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import msgspec

from stream_core.errors import InvalidValue, ProtocolError
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber, Flag
from stream_core.wire.items import Layout
from stream_core.wire.tables import ALIGNMENT, pack_int64

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Fold", "Folder", "OpenBin"]

NUMERIC_KINDS = "biuf"
MOST_FOLDS = 16  # of one block: readers that want the same share one

_SAMPLES = int(CodecNumber.SAMPLES)
_ENVELOPE = int(Flag.ENVELOPE)
_TIMES = int(Flag.TIMES)
_INTERVAL = int(Flag.INTERVAL)


class OpenBin(msgspec.Struct, frozen=True, eq=False):
    """A bin that may get more samples; the same one for all readers that have it open.

    Attributes:
        first: the number of its first sample; time_ns: that one's time.
        source: number of the client that wrote its newest sample.
        extremes: array of shape `(2, *shape)`, minima and maxima so far.
    """

    first: int
    time_ns: int
    source: int
    extremes: Any


class Fold(msgspec.Struct, frozen=True):
    """What a block became: blocks of closed bins in their order, and the bin that is open now."""

    closed: tuple[Block, ...]
    opened: OpenBin | None


class Folder:
    """Folds the blocks of one channel; a fold is made once for all readers that want the same.

    Args:
        layout: of one sample.

    Raises:
        InvalidValue: samples of that type have no order.
    """

    def __init__(self, layout: Layout) -> None:
        if layout.dtype.kind not in NUMERIC_KINDS:
            raise InvalidValue(
                f"an envelope needs real numbers, not samples of {layout.dtype}; leave envelope out"
            )
        self._layout = layout
        self._sample_bytes: int = layout.dtype.itemsize * prod(layout.shape)
        self._block: tuple[int, int] = (-1, -1)  # its numbers: no two blocks of a channel share any
        self._folds: dict[tuple[int, int], Fold] = {}
        self._closed: dict[OpenBin, Block] = {}  # since the last block

    def fits(self, sample_bytes: int) -> bool:
        """Whether samples of that size are of the channel's layout."""
        return sample_bytes == self._sample_bytes

    def fold(self, block: Block, width: int, opened: OpenBin | None) -> Fold:
        """Add a block to the open bin, closing those bins that are complete.

        Raises:
            ProtocolError: the block cannot be made plain, or its bytes are not samples of the
                channel's layout.
        """
        if self._block != (block.first, block.last):
            self._block = block.first, block.last
            self._folds.clear()
            self._closed.clear()
        key = width, -1 if opened is None else opened.first
        fold = self._folds.get(key)
        if fold is None:
            fold = self._fold(block, width, opened)
            if len(self._folds) < MOST_FOLDS:
                self._folds[key] = fold
        return fold

    def _fold(self, block: Block, width: int, opened: OpenBin | None) -> Fold:
        block = block.plain()
        rows = self._rows(block)
        starts = _bin_starts(block, width)
        extremes = _extremes(rows, starts)
        numbers = [block.first + start * block.stride for start in starts]
        times = _times(block, starts)
        if opened is not None and opened.first // width == numbers[0] // width:
            numbers[0], times[0] = opened.first, opened.time_ns
            extremes[0] = _merged(opened.extremes, extremes[0])
        elif opened is not None:
            numbers.insert(0, opened.first)
            times.insert(0, opened.time_ns)
            extremes = _prepended(opened.extremes, extremes)
        still_open = None
        if (block.last + 1) % width:
            still_open = OpenBin(numbers.pop(), times.pop(), block.source, extremes[-1])
        return Fold(_blocks(numbers, times, block.source, extremes, width), still_open)

    def close(self, opened: OpenBin) -> Block:
        """The block of a bin that gets no more samples; made once for all who have it open."""
        block = self._closed.get(opened)
        if block is None:
            first, time_ns, extremes = [opened.first], [opened.time_ns], opened.extremes[None]
            block = self._closed[opened] = _block(first, time_ns, opened.source, extremes, 1)
        return block

    def _rows(self, block: Block) -> np.ndarray[Any, Any]:
        import numpy as np

        layout = self._layout
        try:
            return np.frombuffer(block.data, layout.dtype).reshape(block.count, *layout.shape)
        except ValueError:
            raise ProtocolError(
                f"{len(block.data)} bytes are not {block.count} samples of {layout.dtype} "
                f"with shape {layout.shape}"
            ) from None


def _bin_starts(block: Block, width: int) -> list[int]:
    """Where in the block each of its bins begins."""
    if block.stride == 1:  # the usual case; others come only while a demand is changing
        behind = width - block.first % width
        return [0, *range(behind, block.count, width)]
    bins = [number // width for number in block.sequences]
    return [0, *(index for index in range(1, block.count) if bins[index] != bins[index - 1])]


def _extremes(rows: np.ndarray[Any, Any], starts: list[int]) -> np.ndarray[Any, Any]:
    """Minima and maxima of the runs of rows that begin at `starts`: shape `(runs, 2, *shape)`."""
    import numpy as np

    found = np.empty((len(starts), 2, *rows.shape[1:]), rows.dtype)
    with np.errstate(invalid="ignore"):
        found[:, 0] = np.fmin.reduceat(rows, starts, axis=0)
        found[:, 1] = np.fmax.reduceat(rows, starts, axis=0)
    return found


def _merged(older: np.ndarray[Any, Any], newer: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    merged = np.empty_like(newer)
    with np.errstate(invalid="ignore"):
        merged[0] = np.fmin(older[0], newer[0])
        merged[1] = np.fmax(older[1], newer[1])
    return merged


def _prepended(first: np.ndarray[Any, Any], others: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    return np.concatenate((first[None], others))


def _times(block: Block, starts: list[int]) -> list[int]:
    times = block.times_ns()
    return [times[start] for start in starts]


def _blocks(
    numbers: list[int], times: list[int], source: int, extremes: np.ndarray[Any, Any], width: int
) -> tuple[Block, ...]:
    """Closed bins as blocks: the numbers of a block have one distance."""
    made: list[Block] = []
    start = 0
    for stop in range(1, len(numbers) + 1):
        if stop == len(numbers) or numbers[stop] - numbers[stop - 1] != width:
            run = slice(start, stop)
            made.append(_block(numbers[run], times[run], source, extremes[run], width))
            start = stop
    return tuple(made)


def _block(
    numbers: list[int], times: list[int], source: int, extremes: np.ndarray[Any, Any], width: int
) -> Block:
    flags, prefix = _packed_times(times)
    prefix += bytes(-len(prefix) % ALIGNMENT)
    count = len(numbers)
    return Block(
        _SAMPLES,
        _ENVELOPE | flags,
        source,
        count,
        width if count > 1 else 1,
        numbers[0],
        times[0],
        prefix + extremes.tobytes(),
    )


def _packed_times(times: list[int]) -> tuple[int, bytes]:
    steps = {after - before for before, after in pairwise(times)}
    if steps <= {0}:
        return 0, b""
    if len(steps) == 1:
        return _INTERVAL, pack_int64(steps)
    return _TIMES, pack_int64(times)
