"""An image of pixels into which curves are drawn as vertical runs with soft ends; knows no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Raster", "mixed"]

_RED_BLUE, _GREEN, _OPAQUE = np.uint32(0xFF00FF), np.uint32(0x00FF00), np.uint32(0xFF000000)


class Raster:
    """Opaque pixels, 0xffRRGGBB, row by row from the top.

    Args:
        width: columns.
        height: rows.
    """

    def __init__(self, width: int, height: int) -> None:
        self.pixels: NDArray[np.uint32] = np.zeros((height, width), np.uint32)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """How many rows there are."""
        return int(self.pixels.shape[0])

    def part(self, top: int, bottom: int) -> Raster:
        """The rows from `top` to above `bottom` as a raster of their own: the same pixels."""
        part = Raster(0, 0)
        part.pixels = self.pixels[top:bottom]
        return part

    def fill(self, colour: int) -> None:
        """Paint everything in one colour."""
        self.pixels.fill(_OPAQUE | np.uint32(colour))

    def scroll(self, columns: int) -> None:
        """Move everything to the left; what is left of the last columns is meaningless."""
        if columns:
            flat = self.pixels.data.cast("B")  # moves in place; numpy would copy it first
            flat[: -4 * columns] = flat[4 * columns :]

    def paste(self, part: Raster, column: int) -> None:
        """Put another raster of the same height at a column."""
        self.pixels[:, column : column + part.width] = part.pixels

    def draw_grid(self, columns: NDArray[np.int64], rows: NDArray[np.int64], colour: int) -> None:
        """Draw lines through whole columns and rows; those outside are left out."""
        opaque = _OPAQUE | np.uint32(colour)
        self.pixels[:, columns[(columns >= 0) & (columns < self.width)]] = opaque
        self.pixels[rows[(rows >= 0) & (rows < self.height)]] = opaque

    def draw_runs(
        self,
        top: NDArray[np.float64],
        bottom: NDArray[np.float64],
        colour: int,
        thickness: float = 1.0,
    ) -> None:
        """Draw one vertical run in each column.

        Args:
            top: where each begins, in rows; NaN: there is none.
            bottom: where it ends, not above its top.
            colour: 0xRRGGBB.
            thickness: how much each is lengthened, at least 1 row.
        """
        half = max(1.0, thickness) / 2
        columns = np.flatnonzero((top < self.height + half) & (bottom > -half))
        if not len(columns):
            return
        upper = np.clip(top[columns] - half, -1.0, self.height + 1.0)
        lower = np.clip(bottom[columns] + half, -1.0, self.height + 1.0)
        first = np.ceil(upper).astype(np.int64)
        last = np.floor(lower).astype(np.int64)
        opaque = _OPAQUE | np.uint32(colour)
        self._fill_runs(columns, first, last, opaque)
        self._blend(columns, first - 1, first - upper, opaque)
        self._blend(columns, last, lower - last, opaque)

    def draw_marks(
        self, columns: NDArray[np.int64], rows: NDArray[np.float64], colour: int, size: int
    ) -> None:
        """Draw a dot, `size` pixels across, around each point."""
        if not len(columns):
            return
        reach = np.arange(size) - size // 2
        kept = (rows > -size) & (rows < self.height + size)
        y = np.floor(rows[kept]).astype(np.int64)[:, None, None] + reach[None, :, None]
        x = columns[kept][:, None, None] + reach[None, None, :]
        y, x = np.broadcast_arrays(y, x)
        round_off = reach[:, None] ** 2 + reach**2 <= (size / 2) ** 2 + 0.25
        inside = (y >= 0) & (y < self.height) & (x >= 0) & (x < self.width) & round_off
        self.pixels[y[inside], x[inside]] = _OPAQUE | np.uint32(colour)

    def draw_arrows(
        self, columns: NDArray[np.int64], colour: int, size: int, *, is_up: bool
    ) -> None:
        """Draw a head of an arrow, `size` rows high, at the top or the bottom of these columns."""
        for row in range(min(size, self.height)):
            half = (row + 1) // 2
            reach = np.arange(-half, half + 1)
            x = np.unique((columns[:, None] + reach[None, :]).ravel())
            y = row if is_up else self.height - 1 - row
            self.pixels[y, x[(x >= 0) & (x < self.width)]] = _OPAQUE | np.uint32(colour)

    def draw_ticks(self, columns: NDArray[np.int64], colour: int, size: int) -> None:
        """Draw a line, `size` rows high, at the bottom of these columns."""
        inside = columns[(columns >= 0) & (columns < self.width)]
        self.pixels[max(0, self.height - size) :, inside] = _OPAQUE | np.uint32(colour)

    def _fill_runs(
        self,
        columns: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        opaque: np.uint32,
    ) -> None:
        """Paint rows first … last - 1 of each column, in the cheaper of two ways."""
        first = np.clip(first, 0, self.height)
        last = np.clip(last, first, self.height)
        lit = int((last - first).sum())
        if not lit:
            return
        above, below = int(first.min()), int(last.max())
        if 2 * lit < (below - above) * len(columns):
            self._fill_listed(columns, first, last, opaque)
            return
        rows = np.arange(above, below, dtype=np.int16)[:, None] - first.astype(np.int16)
        mask = rows.view(np.uint16) < (last - first).astype(np.uint16)
        if len(columns) == self.width:
            np.copyto(self.pixels[above:below], opaque, where=mask)
            return
        whole = np.zeros((below - above, self.width), np.bool_)
        whole[:, columns] = mask
        np.copyto(self.pixels[above:below], opaque, where=whole)

    def _fill_listed(
        self,
        columns: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        opaque: np.uint32,
    ) -> None:
        """Paint the runs by the places of their pixels, one after another."""
        lengths = last - first
        filled = lengths > 0
        columns, first, lengths = columns[filled], first[filled], lengths[filled]
        ends = np.cumsum(lengths)
        steps = np.full(int(ends[-1]), self.width, np.int64)
        begins = first * self.width + columns
        steps[0] = begins[0]
        steps[ends[:-1]] = begins[1:] - (begins[:-1] + (lengths[:-1] - 1) * self.width)
        self.pixels.reshape(-1)[np.cumsum(steps)] = opaque

    def _blend(
        self,
        columns: NDArray[np.int64],
        rows: NDArray[np.int64],
        cover: NDArray[np.float64],
        opaque: np.uint32,
    ) -> None:
        """Mix the colour into one pixel of each column, as much as it is covered."""
        weight = (cover * 256).astype(np.uint32)
        kept = np.flatnonzero((rows >= 0) & (rows < self.height) & (weight > 0))
        places = rows[kept] * self.width + columns[kept]
        weight = weight[kept]
        flat = self.pixels.reshape(-1)
        flat[places] = mixed(flat[places], opaque, weight)


def mixed(
    below: NDArray[np.uint32], colour: np.uint32, weight: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Pixels with so much of an opaque colour, from 0 to 256, laid over each."""
    both = _mixed(below, colour, weight, _RED_BLUE) | _mixed(below, colour, weight, _GREEN)
    return both | _OPAQUE


def _mixed(
    below: NDArray[np.uint32], colour: np.uint32, weight: NDArray[np.uint32], channels: np.uint32
) -> NDArray[np.uint32]:
    """Two colour channels at once, weight of 256 (the arithmetic wraps, and comes out right)."""
    base = below & channels
    return (base + (((colour & channels) - base) * weight >> np.uint32(8))) & channels
