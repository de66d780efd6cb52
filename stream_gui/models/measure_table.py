"""The table of what lies between the cursors, a row for each curve; it takes no samples itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from stream_gui.models.heading_table import Heading, HeadingTable
from stream_gui.models.quantity_text import quantity_text
from stream_gui.plotdata.statistics import Statistics

__all__ = ["MeasureTable", "MeasuredRow", "copied_text"]


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One curve between the cursors.

    Attributes:
        key: tells it from the others.
        name: what it is called.
        unit: of its values.
        colour: 0xRRGGBB.
        at_a: its value at cursor A; NaN where it has none.
        at_b: its value at cursor B.
        figures: of the samples between the two.
    """

    key: object
    name: str
    unit: str
    colour: int
    at_a: float
    at_b: float
    figures: Statistics

    @property
    def notes(self) -> str:
        """What keeps the figures from being of every sample there was; "" if nothing does."""
        figures, notes = self.figures, []
        if figures.gaps:
            gaps = f"{figures.gaps:,} gap" + ("s" if figures.gaps > 1 else "")
            least = "at least " if figures.lost_is_least and figures.lost else ""
            notes.append(f"{gaps}, {least}{figures.lost:,} lost" if figures.lost else gaps)
        if figures.starts_late:
            notes.append("begins before what is kept")
        if figures.ends_early:
            notes.append("ends after the newest sample")
        if figures.reduced > 1:
            notes.append(f"minima and maxima of {figures.reduced:,} samples, not every sample")
        if figures.nan:
            notes.append(f"{figures.nan:,} NaN left out")
        if figures.infinite:
            notes.append(f"{figures.infinite:,} infinite left out")
        return "; ".join(notes)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of numbers.

    Attributes:
        heading: in the table.
        tip: what it means.
        value: of a row.
        unit: made of the row's unit.
        copied: the heading with the unit, in what is copied.
    """

    heading: str
    tip: str
    value: Callable[[MeasuredRow], float]
    unit: Callable[[str], str]
    copied: str


def _per_second(unit: str) -> str:
    return f"{unit}/s" if unit else "1/s"


def _times_second(unit: str) -> str:
    return f"{unit}\N{MIDDLE DOT}s" if unit else "s"


def _same(unit: str) -> str:
    return unit


_COLUMNS = (
    _Column("A", "The sample nearest to cursor A", lambda r: r.at_a, _same, "A"),
    _Column("B", "The sample nearest to cursor B", lambda r: r.at_b, _same, "B"),
    _Column("Δ", "B less A", lambda r: r.at_b - r.at_a, _same, "B - A"),
    _Column("Mean", "Mean of the samples", lambda r: r.figures.mean, _same, "mean"),
    _Column(
        "\N{GREEK SMALL LETTER SIGMA}",
        "Standard deviation: the root of the mean squared distance from the mean",
        lambda r: r.figures.deviation,
        _same,
        "standard deviation",
    ),
    _Column("Min", "The lowest sample", lambda r: r.figures.least, _same, "minimum"),
    _Column("Max", "The highest sample", lambda r: r.figures.most, _same, "maximum"),
    _Column(
        "Peak\N{EN DASH}peak",
        "From the lowest to the highest sample",
        lambda r: r.figures.peak_to_peak,
        _same,
        "peak to peak",
    ),
    _Column(
        "Integral",
        "Area under the curve; nothing is added across a gap",
        lambda r: r.figures.integral,
        _times_second,
        "integral (unit*s)",
    ),
    _Column(
        "Slope",
        "Slope of the straight line that fits best (least squares)",
        lambda r: r.figures.slope,
        _per_second,
        "slope (unit/s)",
    ),
)
_SAMPLES = len(_COLUMNS) + 1
_NOTES = len(_COLUMNS) + 2
_HEADINGS = (
    Heading("Curve"),
    *(Heading(column.heading, column.tip, is_number=True) for column in _COLUMNS),
    Heading("Samples", is_number=True),
    Heading("Notes"),
)


class MeasureTable(HeadingTable):
    """Figures of each curve between the cursors."""

    SortRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self) -> None:
        super().__init__(_HEADINGS)
        self._rows: list[MeasuredRow] = []

    @property
    def rows(self) -> tuple[MeasuredRow, ...]:
        """The rows in the order of the curves."""
        return tuple(self._rows)

    def show(self, rows: Iterable[MeasuredRow]) -> None:
        """Show these; as long as they are of the same curves, they stay the same rows."""
        fresh = list(rows)
        if [row.key for row in fresh] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        changed = [n for n, row in enumerate(fresh) if repr(row) != repr(self._rows[n])]
        self._rows = fresh
        for number in changed:
            self.row_changed(number)

    def row_count(self) -> int:
        """One for each curve."""
        return len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """What a cell shows in a role."""
        measured = self._rows[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(measured, column)
        if role == self.SortRole:
            return _sorted_by(measured, column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return QColor.fromRgb(measured.colour)
        if role == Qt.ItemDataRole.ToolTipRole:
            return measured.notes if column == _NOTES else measured.name
        return None


def copied_text(rows: Sequence[MeasuredRow], facts: Iterable[tuple[str, str]]) -> str:
    """Rows as a table separated by tabs, numbers in full, after lines of facts about them."""
    headings = ("curve", "unit", *(column.copied for column in _COLUMNS), "samples", "notes")
    lines = ["\t".join(fact) for fact in facts]
    lines.append("\t".join(headings))
    for row in rows:
        numbers = (repr(float(column.value(row))) for column in _COLUMNS)
        cells = (row.name, row.unit, *numbers, str(row.figures.count), row.notes)
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def _text(row: MeasuredRow, column: int) -> str:
    if column == 0:
        return row.name
    if column == _SAMPLES:
        return f"{row.figures.count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    if column == _NOTES:
        return row.notes
    described = _COLUMNS[column - 1]
    spread = row.figures.peak_to_peak if described.unit is _same else 0.0
    return quantity_text(described.value(row), described.unit(row.unit), spread)


def _sorted_by(row: MeasuredRow, column: int) -> Any:
    """What to sort by; what is no number comes first."""
    if column == 0:
        return row.name.lower()
    if column == _SAMPLES:
        return row.figures.count
    if column == _NOTES:
        return row.notes
    value = _COLUMNS[column - 1].value(row)
    return -math.inf if math.isnan(value) else value
