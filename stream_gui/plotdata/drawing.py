"""Draws a picture into a raster, all of it or its last columns; keeps nothing, and knows no Qt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stream_gui.plotdata.column_cache import CachedColumns
from stream_gui.plotdata.columns import Columns
from stream_gui.plotdata.picture import Picture
from stream_gui.plotdata.raster import Raster
from stream_gui.plotdata.strip import draw_strip
from stream_gui.plotdata.value_scale import ValueScale

__all__ = ["draw", "draw_news"]

_NARROW = 32
"""Up to so many columns, as a frame adds them to a plot, all curves are drawn at once."""


def draw(raster: Raster, picture: Picture) -> None:
    """Draw all of a picture."""
    _draw_from(raster, _fitting(picture, raster.width), 0)


def draw_news(raster: Raster, picture: Picture, shift: int, first: int) -> None:
    """Make this picture of the one before by drawing only what is new.

    Args:
        raster: shows the picture before, and is as wide as this one.
        picture: continues that one.
        shift: by how many columns it has moved on.
        first: the first column that has changed, at least 1.
    """
    count = picture.view.count
    first = max(0, min(first, count - shift) - _margin(picture))
    raster.scroll(shift)
    if first < count:
        part = Raster(count - first, raster.height)
        _draw_from(part, picture, first)
        raster.paste(part, first)


def _draw_from(raster: Raster, picture: Picture, first: int) -> None:
    """Draw the columns from `first` on."""
    raster.fill(picture.paint.background)
    rows = np.floor(picture.grid_places * raster.height).astype(np.int64)
    raster.draw_grid(picture.grid_columns - first, rows, picture.paint.grid)
    at_once = raster.width <= _NARROW and len(picture.curves) > 1
    if at_once:
        _draw_runs_at_once(raster, picture, first)
    with_signs = [_has_signs(each.columns) for each in picture.columns]
    for curve in picture.curves if any(with_signs) or not at_once else ():
        columns, scale = picture.columns_of(curve), picture.scales[curve.scale]
        part = raster.part(*_band(raster, scale))
        if not at_once:
            runs = _runs(columns, scale, part, picture, first)
            part.draw_runs(*runs, curve.colour, _thickness(picture))
        if with_signs[curve.source]:
            _draw_signs(part, columns, scale, curve.colour, first, picture.pixel_ratio)


def _draw_runs_at_once(raster: Raster, picture: Picture, first: int) -> None:
    """Draw the runs of all curves, of few columns."""
    wide = round(picture.pixel_ratio)
    begin = max(0, first + 1 - wide)
    lows = [each.columns.low[:, begin:] for each in picture.columns]
    if all(np.isnan(low).all() for low in lows):
        return
    highs = [each.columns.high[:, begin:] for each in picture.columns]
    order = _rows(picture)
    low, high = np.concatenate(lows)[order], np.concatenate(highs)[order]
    low, high = _widened(low, high, first - begin, wide)
    scales = [picture.scales[curve.scale] for curve in picture.curves]
    bands = np.array([_band(raster, scale) for scale in scales])[:, :, None]
    ends = np.array([(scale.high, scale.span) for scale in scales])[:, :, None]
    heights, half = bands[:, 1] - bands[:, 0], _thickness(picture) / 2
    rows = heights / ends[:, 1]
    upper = np.maximum((ends[:, 0] - high) * rows - half, 0) + bands[:, 0]
    lower = np.minimum((ends[:, 0] - low) * rows + half, heights) + bands[:, 0]
    colours = np.array([curve.colour for curve in picture.curves])
    draw_strip(raster.pixels, upper, lower, colours)


def _rows(picture: Picture) -> list[int]:
    """The row of each curve when the columns of all sources stand below each other."""
    heights = [len(each.columns.low) for each in picture.columns]
    tops = np.cumsum([0, *heights]).tolist()
    return [tops[curve.source] + curve.row for curve in picture.curves]


def _has_signs(columns: Columns) -> bool:
    """Whether anything is to be drawn that is no run: single samples, NaN, infinities."""
    return bool(len(columns.marks)) or columns.blanks is not None or columns.is_endless


def _thickness(picture: Picture) -> float:
    """Of a line, in rows."""
    return max(1.0, 1.25 * picture.pixel_ratio)


def _band(raster: Raster, scale: ValueScale) -> tuple[int, int]:
    """The rows of a scale, from its first one to above its last."""
    return round(scale.top * raster.height), round(scale.bottom * raster.height)


def _runs(
    columns: Columns, scale: ValueScale, part: Raster, picture: Picture, first: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the runs of a curve begin and end in its band, in rows, from column `first` on."""
    low, high = _widened(columns.low, columns.high, first, round(picture.pixel_ratio))
    rows = part.height / scale.span
    return (scale.high - high) * rows, (scale.high - low) * rows


def _draw_signs(
    part: Raster, columns: Columns, scale: ValueScale, colour: int, first: int, ratio: float
) -> None:
    """Draw what is not a run."""
    rows = (scale.high - columns.mark_values) * (part.height / scale.span)
    part.draw_marks(columns.marks - first, rows, colour, 2 * round(1.5 * ratio) + 1)
    if columns.blanks is not None:
        part.draw_ticks(np.flatnonzero(columns.blanks[first:]), colour, round(5 * ratio))
    if not columns.is_endless:
        return
    before, size = max(0, first - _arrow_reach(ratio)), round(7 * ratio)
    for values, is_up in ((columns.high, True), (columns.low, False)):
        endless = np.flatnonzero(values[before:] == (np.inf if is_up else -np.inf))
        if len(endless):
            part.draw_arrows(endless + (before - first), colour, size, is_up=is_up)


def _margin(picture: Picture) -> int:
    """So many columns before the first changed one are drawn again: arrows are wider than one."""
    endless = any(each.columns.is_endless for each in picture.columns)
    return _arrow_reach(picture.pixel_ratio) if endless else 0


def _arrow_reach(pixel_ratio: float) -> int:
    return 4 * max(1, round(pixel_ratio))


def _widened(
    lows: NDArray[np.float64], highs: NDArray[np.float64], first: int, pixels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The runs from column `first` on, each as wide as a line is thick on a fine screen."""
    low, high = lows[..., first:], highs[..., first:]
    for step in range(1, pixels):
        shifted = slice(max(0, first - step), lows.shape[-1] - step)
        missing = low.shape[-1] - (shifted.stop - shifted.start)
        low = low.copy() if step == 1 else low
        high = high.copy() if step == 1 else high
        np.fmin(low[..., missing:], lows[..., shifted], out=low[..., missing:])
        np.fmax(high[..., missing:], highs[..., shifted], out=high[..., missing:])
    return low, high


def _fitting(picture: Picture, width: int) -> Picture:
    """The picture cut or filled up on the left, for the one frame after a resize."""
    missing = width - picture.view.count
    if not missing:
        return picture
    columns = tuple(
        CachedColumns(_fitting_columns(each.columns, missing), 0) for each in picture.columns
    )
    return replace(picture, columns=columns)


def _fitting_columns(columns: Columns, missing: int) -> Columns:
    nothing = np.full((len(columns.low), max(0, missing)), np.nan)
    kept = max(0, -missing)
    blanks = columns.blanks
    if blanks is not None:
        blanks = np.concatenate((np.isfinite(nothing), blanks[:, kept:]), axis=1)
    return replace(
        columns,
        low=np.concatenate((nothing, columns.low[:, kept:]), axis=1),
        high=np.concatenate((nothing, columns.high[:, kept:]), axis=1),
        marks=columns.marks + missing,
        blanks=blanks,
    )
