"""The table of clients."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

import stream_core as sc
from stream_gui.models.client_table import ClientTable


@pytest.fixture
def table() -> ClientTable:
    model = ClientTable()
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def client(number: int, name: str, **facts: object) -> sc.ClientStatistics:
    return sc.ClientStatistics(number=number, name=name, **facts)  # type: ignore[arg-type]


def test_rows_come_stay_and_go_by_number(table: ClientTable) -> None:
    table.update([client(7, "b"), client(3, "a")])
    stays = table.index(1, 0)
    assert [table.index(row, 0).data() for row in range(2)] == ["a", "b"]
    removed = []
    table.rowsRemoved.connect(lambda parent, first, last: removed.append(first))
    table.update([client(7, "b", bytes_in_per_s=1234.0), client(9, "c")])
    assert removed == [0]
    assert [table.index(row, 0).data() for row in range(2)] == ["b", "c"]
    assert table.index(0, 1).data() == "1.23 kB/s"
    assert stays.data(ClientTable.NumberRole) in (7, 9)


def test_rows_are_sorted_by_numbers_not_by_text(table: ClientTable) -> None:
    table.update([client(1, "a", bytes_out_per_s=999.0), client(2, "b", bytes_out_per_s=1e6)])
    assert [table.index(row, 2).data(ClientTable.SortRole) for row in range(2)] == [999.0, 1e6]


def test_names_are_those_that_are_connected(table: ClientTable) -> None:
    table.update([client(1, "a"), client(2, "b", connected=False)])
    assert table.names == ["a"]
    table.clear()
    assert table.rowCount() == 0
