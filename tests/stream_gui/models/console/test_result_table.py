"""The table of a result."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from stream_gui.models.console.result_grid import grid_of
from stream_gui.models.console.result_table import ResultTable


def test_rows_that_come_are_added_and_others_stay(qapp: object) -> None:
    table = ResultTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Warning)
    resets: list[bool] = []
    table.modelReset.connect(lambda: resets.append(True))
    added: list[tuple[int, int]] = []
    table.rowsInserted.connect(lambda _, first, last: added.append((first, last)))
    table.show_grid(grid_of([{"a": 1, "b": "x"}]))
    table.show_grid(grid_of([{"a": 1, "b": "x"}, {"a": 2.5, "b": "y"}]), grows=True)
    assert (len(resets), added) == (1, [(1, 1)])
    assert table.index(1, 0).data() == "2.5"
    assert table.headerData(1, Qt.Orientation.Horizontal) == "b"
    assert table.headerData(1, Qt.Orientation.Vertical) == 1
    table.show_grid(None)
    assert (table.rowCount(), table.columnCount(), len(resets)) == (0, 0, 2)
    assert tester.model() is table


def test_it_is_copied_at_full_precision(qapp: object) -> None:
    table = ResultTable()
    table.show_grid(grid_of({"x": np.array([1 / 3]), "note": ["two\nlines"]}))
    assert table.text() == "x\tnote\n0.3333333333333333\ttwo lines"
