"""The channels and the readers of one client."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

import stream_core as sc
from stream_gui.models.load.owned_table import OwnedTable
from stream_gui.models.load.reader_table import ReaderTable


def reader(number: int, **facts: object) -> sc.ReaderStatistics:
    return sc.ReaderStatistics(channel="x", client="pc", number=number, **facts)  # type: ignore[arg-type]


def test_rows_stay_while_they_are_of_the_same_readers(qapp: object) -> None:
    table = ReaderTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Warning)
    resets: list[bool] = []
    changed: list[int] = []
    table.modelReset.connect(lambda: resets.append(True))
    table.dataChanged.connect(lambda top, bottom: changed.append(top.row()))
    table.update([reader(2), reader(1, buffered=5, buffer_size=10)])
    table.update([reader(1, buffered=5, buffer_size=10), reader(2, dropped=3)])
    assert (len(resets), changed) == (1, [1])
    assert table.index(0, 0).data(ReaderTable.FillRole) == 0.5
    assert table.index(1, 0).data(ReaderTable.RowRole).dropped == 3
    assert table.index(1, 0).data(ReaderTable.FillRole) == 0
    table.update([reader(2)])
    assert len(resets) == 2
    assert tester.model() is table


@pytest.mark.parametrize(
    ("facts", "cells"),
    [
        ({"buffer_size": None}, ["x", "ring", "0", "any", "0 B", "0", "0", "1", "", ""]),
        (
            {"buffer_size": 100, "every": 5, "min_interval_s": 0.5, "overflow": "wait"},
            ["x", "wait", "0", "100", "0 B", "0", "0", "5", "500 ms", ""],
        ),
    ],
)
def test_a_reader_says_how_it_is_served(
    qapp: object, facts: dict[str, object], cells: list[str]
) -> None:
    table = ReaderTable()
    table.update([reader(1, **facts)])
    assert [table.index(0, column).data() for column in range(10)] == cells


def test_channels_stand_in_the_order_of_their_names(qapp: object) -> None:
    table = OwnedTable()
    table.update(
        [sc.ChannelStatistics(name="b"), sc.ChannelStatistics(name="a", items_per_s=1000.0)]
    )
    assert [table.index(row, 0).data() for row in range(2)] == ["a", "b"]
    assert table.index(0, 1).data() == "1 k/s"
