"""The table of clients."""

import pytest
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
    stays = table.index(1, 0)
    assert [table.index(row, 0).data() for row in range(2)] == ["a", "b"]
    removed = []
    table.rowsRemoved.connect(lambda parent, first, last: removed.append(first))
    table.update([client(7, "b", bytes_in_per_s=1234.0), client(9, "c")])
    assert removed == [0]
    assert [table.index(row, 0).data() for row in range(2)] == ["b", "c"]
    assert table.index(0, 2).data() == "1.23 kB/s"
    assert stays.data(ClientTable.NumberRole) in (7, 9)


def test_rows_are_sorted_by_numbers_not_by_text(table: ClientTable) -> None:
    table.update([client(1, "a", bytes_out_per_s=999.0), client(2, "b", bytes_out_per_s=1e6)])
    assert [table.index(row, 3).data(ClientTable.SortRole) for row in range(2)] == [999.0, 1e6]


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
    assert [table.index(row, 11).data(ClientTable.SortRole) for row in range(2)] == [-40 * 10**9, 0]


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
    assert touched == [(3, 3), (500, 502), (999, 999)]
    table.update([*clients[:10], *clients[11:], client(1000, "new")])
    assert structure == ["removed", "inserted"]
    assert len(touched) == 3
