"""The table of clients."""

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

import stream_core as sc
from stream_gui.models.load.client_table import ClientTable


@pytest.fixture
def table(qapp: object) -> ClientTable:
    model = ClientTable()
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def client(number: int, name: str, **facts: object) -> sc.ClientStatistics:
    return sc.ClientStatistics(number=number, name=name, **facts)  # type: ignore[arg-type]


def test_rows_come_stay_and_go_by_number(table: ClientTable) -> None:
    table.update([client(7, "b"), client(3, "a")])
    stays = QPersistentModelIndex(table.index(1, 0))
    assert [table.index(row, 0).data() for row in range(2)] == ["a", "b"]
    removed = []
    table.rowsRemoved.connect(lambda parent, first, last: removed.append(first))
    table.update([client(7, "b", bytes_in_per_s=1234.0), client(9, "c")])
    assert removed == [0]
    assert [table.index(row, 0).data() for row in range(2)] == ["b", "c"]
    assert table.index(0, 2).data() == "1.23 kB/s"
    assert stays.data(ClientTable.NumberRole) == 7


def names(table: ClientTable) -> list[str]:
    return [table.index(row, 0).data() for row in range(table.rowCount())]


def test_rows_are_sorted_by_numbers_not_by_text(table: ClientTable) -> None:
    table.update([client(1, "daq 10", dropped=20), client(2, "daq 9", dropped=100)])
    assert names(table) == ["daq 9", "daq 10"]
    table.sort(7, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["daq 10", "daq 9"]


def test_a_row_moves_with_its_client_and_only_when_the_order_changes(table: ClientTable) -> None:
    moved: list[bool] = []
    table.layoutChanged.connect(lambda: moved.append(True))
    table.sort(2, Qt.SortOrder.DescendingOrder)
    table.update([client(1, "a", bytes_in_per_s=5.0), client(2, "b", bytes_in_per_s=9.0)])
    assert names(table) == ["b", "a"]
    chosen, moved = QPersistentModelIndex(table.index(1, 3)), []
    table.update([client(1, "a", bytes_in_per_s=6.0), client(2, "b", bytes_in_per_s=7.0)])
    assert moved == []
    table.update([client(1, "a", bytes_in_per_s=8.0), client(2, "b", bytes_in_per_s=7.0)])
    assert moved == [True]
    assert names(table) == ["a", "b"]
    assert (chosen.row(), chosen.column()) == (0, 3)


def test_only_the_clients_that_are_wanted_are_shown(table: ClientTable) -> None:
    table.update([client(1, "rig 1"), client(2, "daq"), client(3, "Rig 2"), client(4, "pc")])
    kept = QPersistentModelIndex(table.index(3, 0))
    table.choose("RIG")
    assert names(table) == ["rig 1", "Rig 2"]
    assert kept.row() == 1
    assert table.count == 4
    assert sorted(table.names) == ["Rig 2", "daq", "pc", "rig 1"]
    assert (table.row_of(3), table.row_of(2)) == (1, None)
    table.choose("")
    assert names(table) == ["daq", "pc", "rig 1", "Rig 2"]


def test_names_are_those_that_are_connected(table: ClientTable) -> None:
    table.update([client(1, "a"), client(2, "b", connected=False)])
    assert table.names == ["a"]
    assert table.client(2) is not None
    assert table.client(3) is None
    table.clear()
    assert table.rowCount() == 0


def test_what_the_server_tells_of_a_client_stands_beside_its_load(table: ClientTable) -> None:
    clients = [client(1, "a"), client(2, "b")]
    table.update(clients, now_ns=100 * 10**9)
    assert not table.knows(clients)
    info = sc.ClientInfo(
        name="a", number=1, version="0.1.0", user="eve", connected_since_ns=40 * 10**9
    )
    table.describe({1: info})
    assert [table.index(0, column).data() for column in (11, 12, 13)] == ["60 s", "0.1.0", "eve"]
    assert [table.index(1, column).data() for column in (11, 12, 13)] == ["", "", ""]
    assert not table.knows(clients)
    assert table.knows(clients[:1])
    table.sort(11, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["a", "b"]
    table.sort(11, Qt.SortOrder.DescendingOrder)
    assert names(table) == ["b", "a"]


def test_of_a_thousand_clients_only_what_changes_is_touched(table: ClientTable) -> None:
    table.tester = None  # type: ignore[attr-defined]
    clients = [client(number, f"c{number}") for number in range(1000)]
    table.update(clients)
    touched: list[tuple[int, int]] = []
    structure: list[str] = []
    table.dataChanged.connect(lambda top, bottom: touched.append((top.row(), bottom.row())))
    table.modelReset.connect(lambda: structure.append("reset"))
    table.rowsInserted.connect(lambda *_: structure.append("inserted"))
    table.rowsRemoved.connect(lambda *_: structure.append("removed"))
    table.update(list(clients))
    assert touched == []
    for number in (3, 500, 501, 502, 999):
        clients[number] = client(number, f"c{number}", dropped=1)
    table.update(clients)
    assert touched == [(3, 999)]
    table.update([*clients[:10], *clients[11:], client(1000, "new")])
    assert structure == ["removed", "inserted"]
    assert touched == [(3, 999), (999, 999)]
