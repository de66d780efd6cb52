"""The rows of the clients: what is drawn anew, and what it looks like."""

from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication

import stream_core as sc
from stream_gui.models.load.client_columns import SPARK
from stream_gui.models.load.client_table import ClientTable
from stream_gui.models.load.load_history import LoadHistory
from stream_gui.models.load.own_cost import OwnCost
from stream_gui.views.appearance import Appearance
from stream_gui.views.load.client_rows import ClientRows

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DROPPED = 7
ROW = 24


class Rows(ClientRows):
    """Notes what it is asked to draw."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.asked: list[QRect] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.asked += list(event.region())
        super().paintEvent(event)


class Lab:
    """A table of clients, its rows on the screen, and a clock that goes on by seconds."""

    def __init__(self, qtbot: Any, appearance: Appearance) -> None:
        self.clients, self.history = ClientTable(), LoadHistory(points=60)
        self.rows = Rows(self.clients, self.history, OwnCost(), appearance)
        self.rows.verticalHeader().setDefaultSectionSize(ROW)
        qtbot.addWidget(self.rows)
        self.rows.resize(1200, 300)
        self._second = 0

    def measure(self, *loads: dict[str, Any]) -> None:
        self._second += 1
        clients = tuple(
            sc.ClientStatistics(name=f"client {number}", number=number, **facts)
            for number, facts in enumerate(loads)
        )
        self.clients.update(clients, self._second * 10**9)
        server = sc.ServerStatistics(name="lab")
        self.history.add(
            sc.Statistics(
                time_ns=self._second * 10**9,
                interval_s=1.0,
                server=server,
                clients=clients,
                channels=(),
            )
        )

    def shown(self) -> list[QRect]:
        """What is drawn once the events are done."""
        self.rows.asked = []
        QApplication.processEvents()
        return self.rows.asked


@pytest.fixture
def lab(qtbot: Any, appearance: Appearance) -> Lab:
    lab = Lab(qtbot, appearance)
    lab.measure(*[{}] * 40)
    lab.rows.show()
    qtbot.waitExposed(lab.rows)
    lab.shown()
    for _ in range(60):  # then nobody's line is any longer
        lab.measure(*[{}] * 40)
    lab.shown()
    return lab


def test_what_has_not_changed_is_not_drawn_again(lab: Lab) -> None:
    lab.measure(*[{}] * 40)
    assert lab.shown() == []


def test_of_a_client_that_changed_the_cell_is_drawn_again(lab: Lab) -> None:
    lab.measure(*[{}] * 3, {"dropped": 5}, *[{}] * 36)
    rows = lab.rows
    cell = QRect(rows.columnViewportPosition(DROPPED), 3 * ROW, rows.columnWidth(DROPPED), ROW)
    assert lab.shown() == [cell]


def test_who_is_out_of_sight_is_not_drawn(lab: Lab) -> None:
    lab.measure(*[{}] * 39, {"dropped": 5})
    assert lab.shown() == []
    lab.rows.scrollToBottom()
    assert lab.shown() != []


def test_a_line_goes_on_while_its_texts_stay(lab: Lab) -> None:
    lab.measure({"bytes_in_per_s": 5.0}, *[{}] * 39)
    lab.shown()
    lab.measure({"bytes_in_per_s": 5.0}, *[{}] * 39)
    left, width = lab.rows.columnViewportPosition(SPARK), lab.rows.columnWidth(SPARK)
    assert lab.shown() == [QRect(left, 0, width, ROW)]


def test_while_hidden_nothing_is_looked_at(lab: Lab) -> None:
    lab.rows.hide()
    lab.measure({"dropped": 1}, *[{}] * 39)
    assert lab.shown() == []
    lab.rows.show()
    assert lab.shown() != []


def picture(lab: Lab) -> QImage:
    return lab.rows.viewport().grab().toImage()


def test_a_cell_drawn_alone_looks_as_it_does_with_all_others(lab: Lab) -> None:
    lab.rows.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    lab.measure(*[{"dropped": 7, "bytes_in_per_s": 1e6}] * 40)
    lab.rows.selectRow(2)
    lab.shown()
    alone = lab.rows.grab().toImage()
    lab.rows.viewport().update()
    lab.shown()
    assert lab.rows.grab().toImage() == alone


def test_a_broken_link_and_a_selection_can_be_seen(lab: Lab) -> None:
    whole = picture(lab)
    lab.measure(*[{"connected": False}], *[{}] * 39)
    lab.shown()
    broken = picture(lab)
    lab.rows.selectRow(1)
    lab.shown()
    chosen = picture(lab)
    first, second = QRect(0, 0, 100, ROW), QRect(0, ROW, 100, ROW)
    assert whole.copy(first) != broken.copy(first)
    assert whole.copy(second) == broken.copy(second)
    assert broken.copy(second) != chosen.copy(second)
