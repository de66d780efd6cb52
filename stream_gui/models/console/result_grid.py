"""A result as a table, where it is one, and its numbers as curves; it shows nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_gui.models.value_text import value_text

__all__ = ["Curves", "Grid", "curves_of", "grid_of"]

Floats = NDArray[np.float64]
MOST_COLUMNS = 256
MOST_CURVES = 24
SECONDS = "t [s]"
SCALARS = (bool, int, float, complex, str, bytes, type(None), np.generic)


@dataclass(frozen=True)
class Grid:
    """Rows and columns.

    Attributes:
        headings: of the columns.
        columns: what stands in each, from the first row on; all of one length.
    """

    headings: tuple[str, ...]
    columns: tuple[Sequence[Any] | NDArray[Any], ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0]) if self.columns else 0

    def cell(self, row: int, column: int) -> str:
        """What stands in a cell, as text."""
        return value_text(self.columns[column][row], 200)

    def numbers(self, column: int) -> Floats | None:
        """A column as numbers, NaN where there is none; None if it holds others than numbers."""
        return _numbers(self.columns[column])


@dataclass(frozen=True)
class Curves:
    """Numbers to plot.

    Attributes:
        x_name: what stands on the horizontal axis; "" is the index.
        x: where the points stand there.
        curves: name and height of each curve.
        decades: whether the horizontal axis is logarithmic.
    """

    x_name: str
    x: Floats
    curves: tuple[tuple[str, Floats], ...]
    decades: bool = False


def grid_of(value: Any, times_s: Sequence[float] = ()) -> Grid | None:
    """The table that a value is, or None.

    Args:
        value: a sequence of numbers, records or rows; a dict of columns or of single values; an
            array of one or two axes.
        times_s: when each of its rows came; they become the first column.
    """
    grid = _grid_of(value)
    if grid is None or not times_s or grid.rows != len(times_s):
        return grid
    return Grid((SECONDS, *grid.headings), (times_s, *grid.columns))


def curves_of(grid: Grid) -> Curves | None:
    """The numeric columns as curves over the time, or a column that only rises or falls.

    None if there is nothing to plot: no column of numbers, or less than two rows.
    """
    if grid.rows < 2:
        return None
    numeric = [
        (heading, numbers)
        for place, heading in enumerate(grid.headings)
        if (numbers := grid.numbers(place)) is not None
    ]
    if not numeric:
        return None
    timed = numeric[0][0] == SECONDS
    if timed and len(numeric) > 2 and _is_monotonic(numeric[1][1]):
        numeric = numeric[1:]  # what was swept says more than when
    if len(numeric) > 1 and (timed or _is_monotonic(numeric[0][1])):
        (x_name, x), *others = numeric
        return Curves(x_name, x, tuple(others[:MOST_CURVES]), _is_geometric(x))
    return Curves("", np.arange(grid.rows, dtype=np.float64), tuple(numeric[:MOST_CURVES]))


def _grid_of(value: Any) -> Grid | None:
    match value:
        case np.ndarray():
            return _of_array(value)
        case dict():
            return _of_dict(value)
        case list() | tuple() if value:
            return _of_rows(value)
    return None


def _of_array(array: NDArray[Any]) -> Grid | None:
    if array.dtype.names is not None and array.ndim == 1:
        return Grid(array.dtype.names, tuple(array[name] for name in array.dtype.names))
    if array.ndim == 1:
        return Grid(("value",), (array,))
    if array.ndim == 2 and 0 < array.shape[1] <= MOST_COLUMNS:
        return Grid(tuple(map(str, range(array.shape[1]))), tuple(array.T))
    return None


def _of_dict(value: dict[Any, Any]) -> Grid | None:
    if not value or len(value) > 100_000:
        return None
    parts = list(value.values())
    if len(parts) <= MOST_COLUMNS and all(_is_column(part) for part in parts):
        if len({len(part) for part in parts}) == 1 and len(parts[0]):
            return Grid(tuple(map(str, value)), tuple(parts))
    if all(isinstance(part, SCALARS) for part in parts):
        return Grid(("key", "value"), (list(map(str, value)), parts))
    if all(isinstance(part, dict) for part in parts):
        return _with_keys(list(map(str, value)), _of_records(parts))
    return None


def _of_rows(rows: Sequence[Any]) -> Grid | None:
    if all(isinstance(row, dict) for row in rows):
        return _of_records(rows)
    if all(isinstance(row, SCALARS) for row in rows):
        return Grid(("value",), (rows,))
    if all(isinstance(row, (list, tuple)) or _is_line(row) for row in rows):
        width = max(len(row) for row in rows)
        members = (member for row in rows for member in row)
        if 0 < width <= MOST_COLUMNS and all(isinstance(each, SCALARS) for each in members):
            columns = [
                [row[place] if place < len(row) else None for row in rows] for place in range(width)
            ]
            return Grid(tuple(map(str, range(width))), tuple(columns))
    return None


def _at(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else None


def _of_records(records: Sequence[Mapping[Any, Any]]) -> Grid | None:
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names or len(names) > MOST_COLUMNS:
        return None
    columns = tuple([record.get(name) for record in records] for name in names)
    return Grid(tuple(map(str, names)), columns)


def _with_keys(keys: list[str], grid: Grid | None) -> Grid | None:
    return None if grid is None else Grid(("key", *grid.headings), (keys, *grid.columns))


def _is_column(part: Any) -> bool:
    if isinstance(part, (list, tuple)):
        return all(isinstance(each, SCALARS) for each in part)
    return _is_line(part)


def _is_line(part: Any) -> bool:
    return isinstance(part, np.ndarray) and part.ndim == 1


def _numbers(column: Sequence[Any] | NDArray[Any]) -> Floats | None:
    if isinstance(column, np.ndarray):
        return column.astype(np.float64) if column.dtype.kind in "biuf" else None
    numeric = [isinstance(each, (int, float, np.integer, np.floating)) for each in column]
    if not any(numeric):
        return None
    if not all(is_number or each is None for is_number, each in zip(numeric, column, strict=True)):
        return None
    try:
        return np.array([np.nan if each is None else each for each in column], np.float64)
    except OverflowError:  # an int beyond every float
        return None


def _is_monotonic(numbers: Floats) -> bool:
    steps = np.diff(numbers)
    return bool((steps > 0).all() or (steps < 0).all())


def _is_geometric(x: Floats) -> bool:
    """Whether the points stand evenly in decades, as those of a sweep of frequencies do."""
    if x.size < 4 or not (x > 0).all():
        return False
    steps = np.diff(np.log(x))
    return bool(np.ptp(steps) < 0.05 * abs(steps.mean()) and abs(np.log(x[-1] / x[0])) > 1)
