"""What all tables answer alike, asked as a view asks."""

from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from stream_gui.models.heading_table import Heading, HeadingTable

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Numbers(HeadingTable):
    def __init__(self) -> None:
        super().__init__((Heading("Name"), Heading("Size", "how large", is_number=True)))

    def row_count(self) -> int:
        return 3

    def cell(self, row: int, column: int, role: int) -> Any:
        return f"{row}, {column}" if role == Qt.ItemDataRole.DisplayRole else None


def test_numbers_stand_at_the_right_below_their_heading(qtmodeltester: Any) -> None:
    table = Numbers()
    align = Qt.ItemDataRole.TextAlignmentRole
    across = Qt.Orientation.Horizontal
    assert [table.headerData(column, across) for column in (0, 1)] == ["Name", "Size"]
    assert table.headerData(1, across, Qt.ItemDataRole.ToolTipRole) == "how large"
    assert table.headerData(1, across, align) == table.data(table.index(0, 1), align) == RIGHT
    assert table.headerData(0, across, align) != RIGHT
    assert table.data(table.index(2, 1)) == "2, 1"
    assert table.headerData(0, Qt.Orientation.Vertical) is None
    assert table.rowCount(table.index(0, 0)) == table.columnCount(table.index(0, 0)) == 0
    qtmodeltester.check(table)


def test_a_row_is_shown_anew_from_end_to_end(qtbot: QtBot) -> None:
    table = Numbers()
    with qtbot.waitSignal(table.dataChanged) as shown:
        table.row_changed(1)
    first, last = shown.args[:2]
    assert [(index.row(), index.column()) for index in (first, last)] == [(1, 0), (1, 1)]
