from __future__ import annotations

import math

from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from stream_gui.models.measure_table import MeasuredRow, MeasureTable, copied_text
from stream_gui.plotdata.statistics import Statistics

KNOWN = Statistics(
    count=1200,
    mean=1.25,
    deviation=0.5,
    least=-1.0,
    most=3.0,
    integral=12.5,
    slope=0.002,
    starts_late=False,
    ends_early=False,
)


def row(name: str = "ai0", figures: Statistics = KNOWN, **other: float) -> MeasuredRow:
    values = {"at_a": 1.0, "at_b": 1.5, **other}
    return MeasuredRow(name, name, "V", 0x1565C9, figures=figures, **values)


def shown(table: MeasureTable, number: int = 0) -> dict[str, str]:
    from PySide6.QtCore import Qt

    columns = range(table.columnCount())
    headings = [table.headerData(c, Qt.Orientation.Horizontal) for c in columns]
    cells = [table.data(table.index(number, c)) for c in columns]
    return dict(zip(headings, cells, strict=True))


def test_a_row_shows_every_figure_with_its_unit(qtmodeltester: ModelTester) -> None:
    table = MeasureTable()
    table.show([row()])
    qtmodeltester.check(table)
    assert shown(table) == {
        "Curve": "ai0",
        "A": "1 V",
        "B": "1.5 V",
        "Δ": "500 mV",
        "Mean": "1.25 V",
        "\N{GREEK SMALL LETTER SIGMA}": "500 mV",
        "Min": "\N{MINUS SIGN}1 V",
        "Max": "3 V",
        "Peak\N{EN DASH}peak": "4 V",
        "Integral": "12.5 V\N{MIDDLE DOT}s",
        "Slope": "2 mV/s",
        "Samples": "1\N{NARROW NO-BREAK SPACE}200",
        "Notes": "",
    }


def test_what_is_missing_is_said_plainly() -> None:
    figures = Statistics(nan=3, infinite=1, gaps=2, lost=17, lost_is_least=True, reduced=1000)
    assert row(figures=figures).notes == (
        "2 gaps, at least 17 lost; begins before what is kept; ends after the newest sample; "
        "minima and maxima of 1,000 samples, not every sample; 3 NaN left out; 1 infinite left out"
    )
    assert row(figures=Statistics(gaps=1, starts_late=False, ends_early=False)).notes == "1 gap"


def test_without_samples_there_are_dashes() -> None:
    table = MeasureTable()
    table.show([row(figures=Statistics(), at_a=math.nan)])
    cells = shown(table)
    assert {cells[name] for name in ("A", "Δ", "Mean", "Slope")} == {"\N{EN DASH}"}
    assert cells["Samples"] == "0"


def test_new_figures_keep_the_rows_other_curves_do_not(qtbot: QtBot) -> None:
    table = MeasureTable()
    table.show([row("a"), row("b")])
    with qtbot.waitSignal(table.dataChanged), qtbot.assertNotEmitted(table.modelReset):
        table.show([row("a"), row("b", at_a=7.0)])
    with qtbot.assertNotEmitted(table.dataChanged):
        table.show([row("a"), row("b", at_a=7.0)])
    with qtbot.waitSignal(table.modelReset):
        table.show([row("b")])


def test_numbers_are_sorted_as_numbers_and_nothing_comes_first() -> None:
    table = MeasureTable()
    table.show([row("a", at_a=-1e3), row("b", at_a=2e-3), row("c", at_a=math.nan)])
    keys = [table.data(table.index(n, 1), MeasureTable.SortRole) for n in range(3)]
    assert sorted(range(3), key=keys.__getitem__) == [2, 0, 1]


def test_the_copy_has_headings_units_and_all_digits() -> None:
    text = copied_text([row(at_a=0.1 + 0.2)], [("A", "12:00:00"), ("B - A", "1 s")])
    lines = text.splitlines()
    assert lines[:2] == ["A\t12:00:00", "B - A\t1 s"]
    headings, cells = lines[2].split("\t"), lines[3].split("\t")
    found = dict(zip(headings, cells, strict=True))
    assert found["curve"] == "ai0"
    assert found["unit"] == "V"
    assert found["A"] == "0.30000000000000004"
    assert found["integral (unit*s)"] == "12.5"
    assert found["samples"] == "1200"
