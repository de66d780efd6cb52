"""The servers of this computer as a table."""

from dataclasses import replace

from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from stream_gui.models.server_table import OWN, ServerRow, ServerTable

LAB = ServerRow("127.0.0.1:50012", "lab", OWN, cpu=0.25, memory_bytes=52_000_000, age_s=65)


def texts(table: ServerTable) -> list[str]:
    return [table.index(0, column).data() for column in range(table.columnCount())]


def test_it_says_what_a_server_costs(qtbot: QtBot) -> None:
    table = ServerTable()
    table.show([replace(LAB, joined=True)])
    assert texts(table) == [
        "127.0.0.1:50012 (joined)",
        "lab",
        "of this window",
        "25%",
        "52 MB",
        "1 min 5 s",
    ]


def test_other_figures_keep_what_is_selected(qtbot: QtBot) -> None:
    table = ServerTable()
    table.show([LAB])
    with qtbot.assertNotEmitted(table.modelReset), qtbot.waitSignal(table.dataChanged):
        table.show([replace(LAB, cpu=None)])
    assert texts(table)[3] == ""
    with qtbot.assertNotEmitted(table.dataChanged):
        table.show([replace(LAB, cpu=None)])


def test_it_is_a_proper_model(qtmodeltester: ModelTester) -> None:
    table = ServerTable()
    table.show([LAB])
    qtmodeltester.check(table)
