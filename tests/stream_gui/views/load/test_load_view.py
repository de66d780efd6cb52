"""The page of the load."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QMessageBox, QPushButton

import stream_core as sc
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.models.load.load_stack import StackKind
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.load.kick_dialog import KickDialog
from stream_gui.views.load.load_view import LoadView
from stream_gui.views.load.reader_dialog import ReaderDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def view(qtbot: Any, session: MonitorSession, appearance: Appearance) -> LoadView:
    view = LoadView(session.load, session.calls, session.administration, appearance)
    qtbot.addWidget(view)
    view.resize(1000, 240)
    view.show()
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
        channels=(sc.ChannelStatistics(name="rig/x", owner="rig", bytes_per_s=5.0),),
    )
    session.load.clients.update(clients, statistics.time_ns)
    session.load.history.add(statistics)


def select(view: LoadView, name: str) -> None:
    model = view.table.model()
    rows = [row for row in range(model.rowCount()) if model.index(row, 0).data() == name]
    view.table.selectRow(rows[0])


def test_each_client_has_a_row_and_the_greatest_a_layer(
    view: LoadView, session: MonitorSession
) -> None:
    for second in range(3):
        measure(session, second, rig=1000.0 * second, daq=5.0)
    assert view.table.model().rowCount() == 2
    assert [layer.name for layer in view.graph.stack.layers] == ["rig", "daq"]
    assert view.graph.stack.layers[0].top.tolist() == [0, 1000, 2000]
    assert "processor 25% of a core" in view.server.text()
    assert "this page" in view.server.text()
    view.kinds.setCurrentIndex(view.kinds.findData(StackKind.CHANNELS))
    assert [layer.name for layer in view.graph.stack.layers] == ["rig/x"]


def test_the_graph_is_painted_in_the_colours_of_its_clients(
    view: LoadView, session: MonitorSession
) -> None:
    for second in range(60):
        measure(session, second, rig=1000.0, daq=1000.0)
    picture = view.graph.grab().toImage()
    x = round(view.graph.width() / 3)
    colours = {picture.pixelColor(x, y).name() for y in range(view.graph.height())}
    select(view, "rig")
    marked = view.graph.grab().toImage()
    faded = {marked.pixelColor(x, y).name() for y in range(view.graph.height())}
    assert len(colours) >= 3
    assert len(faded - colours) >= 1  # the other one steps back


def test_while_it_is_hidden_nothing_is_stacked(view: LoadView, session: MonitorSession) -> None:
    view.hide()
    measure(session, 0, rig=1.0)
    assert view.graph.stack.layers == ()
    view.show()
    assert [layer.name for layer in view.graph.stack.layers] == ["rig"]


def test_a_click_on_a_layers_name_selects_its_client(
    qtbot: Any, view: LoadView, session: MonitorSession
) -> None:
    for second in range(2):
        measure(session, second, rig=1000.0, daq=5.0)
    place = QPoint(view.graph.width() - 100, 8 + 20 + 5)
    qtbot.mouseClick(view.graph, Qt.MouseButton.LeftButton, pos=place)
    assert session.load.focus == ord("d")


def test_clients_are_filtered_by_name(view: LoadView, session: MonitorSession) -> None:
    measure(session, 0, rig=1.0, daq=1.0)
    view.filter.setText("RI")
    assert view.table.model().rowCount() == 1


def test_the_selected_client_shows_what_it_has(
    view: LoadView, session: MonitorSession, describe_rig: Callable[[MethodCatalog], None]
) -> None:
    measure(session, 0, rig=1.0, daq=1.0)
    assert not view.details.isTabEnabled(1)
    select(view, "rig")
    assert session.load.focus_name == "rig"
    describe_rig(session.catalog)
    methods = [view.details.methods.item(row).text() for row in range(4)]
    assert methods == ["reset", "scan", "set_frequency", "echo"]
    chosen: list[tuple[str, str]] = []
    view.method_chosen.connect(lambda *method: chosen.append(method))
    view.details.methods.itemActivated.emit(view.details.methods.item(1))
    assert chosen == [("rig", "scan")]
    view.table.clearSelection()
    assert session.load.focus is None
    assert view.details.currentIndex() == 0


def test_without_a_server_nothing_is_left(view: LoadView, session: MonitorSession) -> None:
    measure(session, 0, rig=1.0)
    session.load.clients.clear()
    session.load.history.clear()
    assert view.server.text() == "No server"
    assert view.graph.stack.layers == ()


def test_a_client_is_disconnected_only_when_confirmed_and_kept_away_as_long_as_wanted(
    view: LoadView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[tuple[str, str, float]] = []
    monkeypatch.setattr(
        session.administration,
        "kick",
        lambda name, *, reason, ban_s: gone.append((name, reason, ban_s)),
    )
    measure(session, 0, rig=1.0)
    assert not view.disconnect_action.isEnabled()
    select(view, "rig")
    view.disconnect_action.trigger()
    (dialog,) = view.findChildren(KickDialog)
    assert gone == []
    dialog.delay.setCurrentText("after 1 minute")
    dialog.reason.setText(" floods ")
    deed = next(each for each in dialog.findChildren(QPushButton) if each.objectName() == "danger")
    assert not deed.isDefault()
    deed.click()
    assert gone == [("rig", "floods", 60.0)]


def test_several_clients_are_disconnected_after_one_question_that_names_them(
    view: LoadView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[tuple[str, ...]] = []
    monkeypatch.setattr(session.administration, "kick", lambda *names, **_: gone.append(names))
    measure(session, 0, rig=1.0, daq=1.0, pc=1.0)
    select(view, "daq")
    view.table.selectionModel().select(
        view.table.model().index(2, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )
    view.disconnect_action.trigger()
    (dialog,) = view.findChildren(KickDialog)
    assert dialog.windowTitle() == "Disconnect 2 clients?"
    assert dialog.listed.text().splitlines() == ["daq", "rig"]
    dialog.accept()
    assert gone == [("daq", "rig")]


def test_several_channels_are_deleted_after_one_question_that_names_them(
    view: LoadView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        session.administration, "delete_channels", lambda *names: gone.append(names)
    )
    names = ["rig/!<b>00</b>", *(f"rig/{number:02}" for number in range(1, 20))]
    session.load.owned.update([sc.ChannelStatistics(name=name, owner="rig") for name in names])
    view.details.channels.selectAll()
    view.details.delete_action.trigger()
    (box,) = view.findChildren(QMessageBox)
    assert "Delete 20 channels?" in box.text()
    shown = QTextDocumentFragment.fromHtml(box.informativeText()).toPlainText().splitlines()
    assert shown[:3] == ["rig/!<b>00</b>", "rig/01", "rig/02"]
    assert "and 8 more" in shown
    next(each for each in box.buttons() if each.text() == "Delete").click()
    assert gone == [tuple(names)]


def test_a_channel_is_deleted_only_when_confirmed(
    view: LoadView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []
    monkeypatch.setattr(session.administration, "delete_channels", gone.append)
    session.load.owned.update([sc.ChannelStatistics(name="rig/x", owner="rig")])
    view.details.channels.selectRow(0)
    view.details.delete_action.trigger()
    (box,) = view.findChildren(QMessageBox)
    assert gone == []
    next(each for each in box.buttons() if each.text() == "Delete").click()
    assert gone == ["rig/x"]


def test_a_reader_is_changed_by_what_is_other_than_it_was(
    view: LoadView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[tuple[str, int, dict[str, object]]] = []
    monkeypatch.setattr(
        session.administration,
        "configure_reader",
        lambda client, number, **changes: changed.append((client, number, changes)),
    )
    reader = sc.ReaderStatistics(channel="rig/x", client="pc", number=7, buffer_size=1000)
    session.load.readers.update([reader])
    view.details.readers.selectRow(0)
    view.details.change_action.trigger()
    (dialog,) = view.findChildren(ReaderDialog)
    assert dialog.changes == {}
    dialog.buffer.setValue(0)
    dialog.policy.setCurrentIndex(dialog.policy.findData("skip"))
    dialog.interval.setValue(0.25)
    dialog.accept()
    changes = {"buffer_size": None, "overflow": "skip", "min_interval_s": 0.25}
    assert changed == [("pc", 7, changes)]


def test_what_the_server_refuses_is_said_on_the_page(
    view: LoadView, session: MonitorSession
) -> None:
    session.administration.refused.emit("kick rig: user 'guest' may not call server.kick")
    assert "may not call" in view.told.text()
    assert view.told.property("problem")
    session.administration.done.emit("kick rig")
    assert view.told.text() == "kick rig: done"
    view._told_long.stop()
