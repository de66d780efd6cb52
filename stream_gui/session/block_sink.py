"""From a reader's blocks to series: in the client's thread, with no word to Qt but the news.

The columns of a samples channel share a table; each is a series. Objects that are numbers, rows of
numbers or dicts of numbers are taken too. Anything else cannot be drawn, and says so; among numbers
it is NaN. The pairs of an envelope are two samples each, the minimum at the time of its bin and the
maximum in the middle of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stream_core as sc
from stream_gui.models.panel_kinds import EVENTS, TIME, kind_for_item
from stream_gui.plotdata.sample_table import Precision, SampleTable
from stream_gui.plotdata.series import Series, series_of
from stream_gui.plotdata.time_axis import even_interval
from stream_gui.session.channel_feeds import NotShowableError

__all__ = ["BlockSink", "Curves", "NotDrawableError"]

CAPACITY = 2_000_000
COLUMN_LIMIT = 64
SINGLE_PRECISION = ("f2", "f4", "i1", "i2", "u1", "u2", "b1")


class NotDrawableError(NotShowableError):
    """The values of the channel are no numbers."""


@dataclass(frozen=True)
class Curves:
    """What a channel turned out to have.

    Attributes:
        columns: name of each column; one empty name where there is only one.
        series: one for each column.
        unit: of the values.
    """

    columns: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str


class BlockSink:
    """Appends the blocks of one channel to the series of its columns.

    Args:
        channel: its name.
        announce: called when the columns are known, and again when the channel comes back with
            others.

    Attributes:
        odd: what is no number in the block that was taken last; "" if all of it is.
    """

    def __init__(self, channel: str, announce: Callable[[Curves], None]) -> None:
        self._channel = channel
        self._announce = announce
        self._curves: Curves | None = None
        self._keys: tuple[str, ...] | None = None
        self._bin_ns = 0
        self.odd = ""

    def take(self, block: sc.Block, info: sc.ChannelInfo | None, reduced: int = 2) -> int:
        """Append a block; gives how many items were lost before it.

        Args:
            block: items.
            info: the channel.
            reduced: of how many samples each is the minimum and maximum, if the block is an
                envelope.

        Raises:
            NotDrawableError: Its values are no numbers, and none have come before.
        """
        lost = self._mark(block.lost)
        if len(block.sequences):
            times_ns = np.asarray(block.times_ns, np.int64)
            is_envelope = _is_envelope(block.values, info)
            if is_envelope:
                rows, times_ns = self._pairs(block.values, times_ns)
            else:
                rows = self._rows_among_numbers(block.values)
            curves = self._curves_for(rows, info)
            interval_ns = even_interval(times_ns)
            stands_for = max(2, reduced) if is_envelope else 1
            table = curves.series[0].table
            if interval_ns is None:
                table.append(rows.T, times_ns, reduced=stands_for)
            else:
                time_ns = int(times_ns[0])
                table.append(rows.T, time_ns=time_ns, interval_ns=interval_ns, reduced=stands_for)
        return lost

    def _mark(self, losses: tuple[sc.Loss, ...]) -> int:
        for loss in losses:
            count = loss.count if loss.last is not None else None
            if self._curves is not None:
                self._curves.series[0].mark_gap(loss.reason, count)
        return sum(loss.count for loss in losses)

    def interrupt(self, reason: str) -> None:
        """Nothing is read for a while: what comes next is not joined to what has come."""
        if self._curves is not None:
            self._curves.series[0].mark_gap(reason, is_loss=False)

    def _curves_for(self, rows: NDArray[Any], info: sc.ChannelInfo | None) -> Curves:
        """The curves that these rows belong to: those there are, if the channel is what it was."""
        curves = self._curves
        if curves is None or curves.columns != self._names(rows.shape[1], info):
            return self._begin(rows, info)
        if info is not None and info.unit != curves.unit:
            curves = self._curves = replace(curves, unit=info.unit)
            self._announce(curves)
        if _precision(rows) == "float64" and curves.series[0].precision == "float32":
            curves.series[0].widen()
        return curves

    def _begin(self, rows: NDArray[Any], info: sc.ChannelInfo | None) -> Curves:
        width, unit = rows.shape[1], info.unit if info is not None else ""
        columns = self._names(width, info)
        dtype = _precision(rows)
        table = SampleTable(self._channel, width, capacity=CAPACITY, dtype=dtype)
        labels = [_label(self._channel, name) for name in columns]
        series = series_of(table, labels, unit)
        self._curves = Curves(columns, series, unit)
        self._announce(self._curves)
        return self._curves

    def _names(self, width: int, info: sc.ChannelInfo | None) -> tuple[str, ...]:
        if self._keys is not None:
            return self._keys
        if info is not None and info.columns and len(info.columns) == width:
            return tuple(info.columns)
        return ("",) if width == 1 else tuple(map(str, range(width)))

    def _rows_among_numbers(self, values: Any) -> NDArray[Any]:
        """The values as rows; an odd one among numbers has its place, and is none."""
        self.odd = ""
        try:
            return self._rows(values)
        except NotDrawableError:
            if self._curves is None:
                raise
        width = len(self._curves.columns)
        rows = np.full((len(values), width), np.nan)
        for number in range(len(values)):
            try:
                row = self._rows(values[number : number + 1])
            except NotDrawableError as error:
                self.odd = self.odd or str(error)
            else:
                rows[number] = row[0] if row.shape[1] == width else np.nan
        return rows

    def _rows(self, values: Any) -> NDArray[Any]:
        """The values as an array of shape (items, columns)."""
        if not isinstance(values, np.ndarray):
            values = self._from_objects(values)
        if values.dtype.kind not in "biuf":
            raise NotDrawableError(
                f"{self._channel} carries {values.dtype}, which cannot be drawn", EVENTS
            )
        rows: NDArray[Any] = values.reshape(len(values), -1)
        if not 0 < rows.shape[1] <= COLUMN_LIMIT:
            raise NotDrawableError(
                f"an item of {self._channel} has {rows.shape[1]} numbers; "
                f"up to {COLUMN_LIMIT} can be drawn",
                kind_for_item(values[0]),
            )
        return rows

    def _pairs(
        self, values: NDArray[Any], times_ns: NDArray[np.int64]
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The pairs of an envelope as two samples each, with their times."""
        rows = self._rows(values.reshape(-1, *values.shape[2:]))
        if len(times_ns) > 1:
            self._bin_ns = max(0, int(times_ns[-1] - times_ns[0]) // (len(times_ns) - 1))
        times = np.repeat(times_ns, 2)
        times[1::2] += self._bin_ns // 2
        return rows, times

    def _from_objects(self, values: Any) -> NDArray[Any]:
        first = values[0]
        if isinstance(first, dict):
            self._keys = self._keys or _numeric_keys(first)
            keys = self._keys
            values = [[value.get(key, np.nan) for key in keys] for value in values]
        if isinstance(first, (str, bytes)) or first is None:
            raise self._refusal(first)
        try:
            return np.asarray([_number(value) for value in values])
        except (TypeError, ValueError, OverflowError, AttributeError):
            raise self._refusal(first) from None

    def _refusal(self, first: Any) -> NotDrawableError:
        kind = type(first).__name__
        suits = kind_for_item(first)
        text = f"{self._channel} carries {kind}, not numbers"
        return NotDrawableError(text, suits if suits != TIME else EVENTS)  # its like comes later


def _is_envelope(values: Any, info: sc.ChannelInfo | None) -> bool:
    """Whether these are pairs of minima and maxima of a samples channel."""
    return (
        isinstance(values, np.ndarray)
        and info is not None
        and info.dtype is not None
        and values.ndim == len(info.shape) + 2
    )


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _numeric_keys(value: dict[Any, Any]) -> tuple[str, ...]:
    kinds = (bool, int, float, np.number)
    return tuple(
        key for key, each in value.items() if isinstance(key, str) and isinstance(each, kinds)
    )


def _precision(rows: NDArray[Any]) -> Precision:
    """What holds all values of these exactly."""
    return "float32" if rows.dtype.str[1:] in SINGLE_PRECISION else "float64"


def _label(channel: str, column: str) -> str:
    return f"{channel} {column}" if column else channel
