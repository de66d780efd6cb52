"""The load as table and graph."""

from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

import stream_core as sc
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.load_view import LoadView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def view(qtbot: Any, session: MonitorSession, appearance: Appearance) -> LoadView:
    view = LoadView(session.load, appearance)
    qtbot.addWidget(view)
    return view


def measure(session: MonitorSession, second: int, **rates: float) -> None:
    clients = tuple(
        sc.ClientStatistics(name=name, number=ord(name[0]), bytes_in_per_s=rate)
        for name, rate in rates.items()
    )
    statistics = sc.Statistics(
        time_ns=second * 10**9,
        interval_s=1.0,
        server=sc.ServerStatistics(name="lab", cpu=0.25),
        clients=clients,
    )
    session.load.clients.update(clients)
    session.load.history.add(statistics)


def test_each_client_has_a_row_and_two_curves(view: LoadView, session: MonitorSession) -> None:
    for second in range(3):
        measure(session, second, rig=1000.0 * second, daq=5.0)
    assert view.table.model().rowCount() == 2
    assert set(view.graph.curves) == {(number, way) for number in b"rd" for way in ("in", "out")}
    ages_s, rates = view.graph.curves[ord("r"), "in"].getData()
    assert list(ages_s) == [-2, -1, 0]
    assert list(rates) == [0, 1000, 2000]
    assert "processor 25% of a core" in view.server.text()


def test_curves_stay_the_same_objects(view: LoadView, session: MonitorSession) -> None:
    measure(session, 0, rig=1.0)
    before = view.graph.curves
    measure(session, 1, rig=2.0)
    assert view.graph.curves == before


def test_a_selected_client_stands_out(view: LoadView, session: MonitorSession) -> None:
    measure(session, 0, rig=1.0, daq=1.0)
    view.table.selectRow(0)
    widths = {
        number: curve.opts["pen"].width()
        for (number, way), curve in view.graph.curves.items()
        if way == "in"
    }
    assert widths == {ord("d"): 2, ord("r"): 1}


def test_without_a_server_nothing_is_left(view: LoadView, session: MonitorSession) -> None:
    measure(session, 0, rig=1.0)
    session.load.clients.clear()
    session.load.history.clear()
    assert view.server.text() == "No server"
    assert view.graph.curves == {}


def test_a_client_is_disconnected_only_when_confirmed(
    view: LoadView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []
    monkeypatch.setattr(session.load, "disconnect_client", gone.append)
    measure(session, 0, rig=1.0)
    view.table.selectRow(0)
    view.disconnect_action.trigger()
    (box,) = view.findChildren(QMessageBox)
    assert gone == []
    next(each for each in box.buttons() if each.text() == "Disconnect").click()
    assert gone == ["rig"]
