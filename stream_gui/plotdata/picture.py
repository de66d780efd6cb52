"""All that an image of curves shows; it is drawn elsewhere, and knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.column_cache import CachedColumns
from stream_gui.plotdata.columns import Columns, ColumnView
from stream_gui.plotdata.gap_marks import GapMark
from stream_gui.plotdata.value_scale import ValueScale

__all__ = ["DrawnCurve", "Paint", "Picture"]


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve as it is to be drawn.

    Attributes:
        key: which curve this is.
        colour: 0xRRGGBB.
        scale: number of its scale in the picture.
        source: number of its columns in the picture, which it may share with others.
        row: its row there.
    """

    key: object
    colour: int
    scale: int = 0
    source: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of a picture, each 0xRRGGBB.

    Attributes:
        background: behind everything.
        grid: of the grid's lines, which lie behind the curves.
        floating: of those lines that stand still while the curves move: thinly over them.
        loss: of what marks lost samples.
        hole: of what marks that nothing was sent.
    """

    background: int
    grid: int
    floating: int
    loss: int
    hole: int


@dataclass(frozen=True, slots=True)
class Picture:
    """All that an image shows.

    Attributes:
        view: the pixel columns.
        columns: what the curves cover, a row for each; those of a channel together.
        curves: from the back to the front.
        scales: where values stand, one for each axis.
        grid_columns: pixel columns with a line of the grid that moves on with the curves.
        floating_columns: pixel columns with one that does not.
        grid_places: lines of the grid across, as shares of the height from the top.
        gaps: where samples are missing.
        paint: the colours.
        pixel_ratio: device pixels in a pixel.
    """

    view: ColumnView
    columns: tuple[CachedColumns, ...]
    curves: tuple[DrawnCurve, ...]
    scales: tuple[ValueScale, ...]
    grid_columns: NDArray[np.int64]
    floating_columns: NDArray[np.int64]
    grid_places: NDArray[np.float64]
    gaps: tuple[GapMark, ...]
    paint: Paint
    pixel_ratio: float

    @property
    def changed_from(self) -> int:
        """The first column, counted from time 0, that differs from the picture before."""
        first = min((each.changed_from for each in self.columns), default=self.view.count)
        return self.view.first + first

    def columns_of(self, curve: DrawnCurve) -> Columns:
        """What a curve covers."""
        return self.columns[curve.source].columns.row(curve.row)

    def continues(self, other: Picture) -> bool:
        """Whether this is the other picture moved on, but for the columns that have changed."""
        shift = self.view.first - other.view.first
        return (
            self._style == other._style
            and 0 <= shift < self.view.count
            and self._grid_before(self.view.count - shift) == other._grid_after(shift)
            and np.array_equal(self.grid_places, other.grid_places)
        )

    @property
    def _style(self) -> tuple[object, ...]:
        return (
            self.view.column_ns,
            self.view.count,
            self.scales,
            self.paint,
            self.pixel_ratio,
            self.curves,
        )

    def _grid_before(self, end: int) -> list[int]:
        return [int(column) for column in self.grid_columns if 0 <= column < end]

    def _grid_after(self, shift: int) -> list[int]:
        return [int(column) - shift for column in self.grid_columns if column >= shift]
