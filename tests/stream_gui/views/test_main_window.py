"""The main window."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton

import stream_core as sc
from stream_gui.models.link_state import LinkPhase
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.run_files import RunningServer
from stream_gui.session.servers import OwnServer
from stream_gui.views.appearance import Appearance
from stream_gui.views.help_dialogs import AboutDialog, ShortcutsDialog
from stream_gui.views.leave_question import LeaveQuestion
from stream_gui.views.main_window import MainWindow
from stream_gui.views.send_dialog import SendDialog
from stream_gui.views.welcome import Welcome

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(qtbot: Any, session: MonitorSession, appearance: Appearance) -> Iterator[MainWindow]:
    window = MainWindow(session, appearance)
    qtbot.addWidget(window)
    yield window
    window.close_for_good()


def all_actions(window: MainWindow) -> list[QAction]:
    found: list[QAction] = []
    waiting = list(window.menuBar().actions())
    while waiting:
        action = waiting.pop()
        below = action.menu()
        if below is not None:
            waiting.extend(below.actions())  # type: ignore[attr-defined]
        elif not action.isSeparator():
            found.append(action)
    return found


def test_every_shortcut_means_one_thing(window: MainWindow) -> None:
    keys = [action.shortcut().toString() for action in all_actions(window)]
    keys = [key for key in keys if key]
    assert len(keys) > 20
    assert sorted(keys) == sorted(set(keys))


def test_every_menu_can_be_reached_by_a_letter_of_its_own(window: MainWindow) -> None:
    titles = [action.text() for action in window.menuBar().actions()]
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert sorted(letters) == sorted(set(letters))


@pytest.mark.parametrize("name", ["channels", "console", "load", "feedback"])
def test_a_hidden_dock_comes_back_by_its_shortcut(window: MainWindow, name: str) -> None:
    window.show()
    window.docks[name].hide()
    window.menus.actions[f"show_{name}"].trigger()
    assert window.docks[name].isVisible()


def test_channels_are_plotted_together_or_anew(window: MainWindow, session: MonitorSession) -> None:
    window.channels.plot_requested.emit([("a", ""), ("b", "x")], False)
    window.channels.plot_requested.emit([("c", ""), ("d", "")], True)
    curves = [
        [(curve.channel, curve.column) for curve in session.plots.curves(panel)]
        for panel in session.plots.panels
    ]
    assert curves == [[("a", ""), ("b", "x")], [("c", ""), ("d", "")]]


def test_docks_columns_and_plots_come_back_with_a_workspace(
    window: MainWindow, session: MonitorSession, tmp_path: Path
) -> None:
    header = window.channels.tree.header()
    window.show()
    window.docks["console"].hide()
    header.resizeSection(0, 222)
    window.channels.plot_requested.emit([("a", "")], False)
    assert session.workspaces.save_as(tmp_path / "lab.toml")
    window.docks["console"].show()
    header.resizeSection(0, 111)
    window.plots.plot_actions.all()[0].trigger()
    session.workspaces.new()
    assert not session.plots.panels
    assert session.workspaces.open(tmp_path / "lab.toml")
    assert not window.docks["console"].isVisible()
    assert window.docks["channels"].isVisible()
    assert header.sectionSize(0) == 222
    (panel,) = session.plots.panels
    assert [curve.channel for curve in session.plots.curves(panel)] == ["a"]


def test_the_title_names_the_workspace_and_what_is_not_saved(
    window: MainWindow, session: MonitorSession, tmp_path: Path
) -> None:
    assert window.windowTitle() == "streamscope"
    session.workspaces.save_as(tmp_path / "lab.toml")
    assert window.windowTitle() == "lab.toml - streamscope"
    session.plots.plot("a")
    assert window.windowTitle() == "lab.toml* - streamscope"
    window.menus.actions["workspace_save"].trigger()
    assert window.windowTitle() == "lab.toml - streamscope"


def test_another_workspace_is_not_opened_over_changes_without_asking(
    window: MainWindow, session: MonitorSession, tmp_path: Path
) -> None:
    session.workspaces.save_as(tmp_path / "lab.toml")
    session.plots.plot("a")
    window.workspace_menu.open(tmp_path / "lab.toml")
    (question,) = window.findChildren(QMessageBox)
    assert "lab.toml" in question.text()
    assert session.plots.panels
    next(each for each in question.buttons() if each.text() == "Open").click()
    assert not session.plots.panels


def test_the_backup_of_a_damaged_workspace_is_offered(
    window: MainWindow, session: MonitorSession, tmp_path: Path
) -> None:
    path = tmp_path / "lab.toml"
    session.plots.plot("a")
    session.workspaces.save_as(path)
    session.workspaces.save_as(path)
    session.workspaces.new()
    path.write_text("version = 1\n[plots]\nwindow = 3\n")
    window.workspace_menu.open(path)
    (box,) = window.findChildren(QMessageBox)
    assert "Line 3: plots.window: there is no such key" in box.informativeText()
    assert not session.plots.panels
    next(each for each in box.buttons() if each.text() == "Open the backup").click()
    assert session.plots.panels


def test_the_theme_is_chosen_and_remembered(
    window: MainWindow, session: MonitorSession, appearance: Appearance
) -> None:
    window.menus.actions["theme_dark"].trigger()
    assert appearance.is_dark
    assert QApplication.palette().window().color().lightness() < 100
    window.save_state()
    assert session.settings.theme == "dark"


def test_closing_leaves_at_once_if_nothing_depends_on_it(qtbot: Any, window: MainWindow) -> None:
    window.show()
    with qtbot.waitSignal(window.leave_wanted) as left:
        window.close()
    assert left.args == [False]
    assert window.isVisible()  # until the session has ended


@pytest.mark.parametrize(
    ("button", "stops"), [("Leave it running", False), ("Stop it", True), ("Cancel", None)]
)
def test_closing_asks_what_becomes_of_a_server(
    window: MainWindow, session: MonitorSession, button: str, stops: bool | None
) -> None:
    session.servers._own.append(OwnServer("127.0.0.1:1", False, int))
    left: list[bool] = []
    window.leave_wanted.connect(left.append)
    window.show()
    window.close()
    (question,) = window.findChildren(LeaveQuestion)
    assert "127.0.0.1:1" in question.informativeText()
    next(each for each in question.buttons() if each.text() == button).click()
    assert left == ([] if stops is None else [stops])


def test_the_keys_are_listed_by_menu(window: MainWindow) -> None:
    keys = window.menus.shortcuts()
    assert ("Ctrl+F", "Filter") in keys["Channels"]
    assert ("Ctrl+R", "Type a call") in keys["Calls"]
    assert ("Ctrl+K", "Find a channel …") in keys["Channels"]
    window.menus.actions["keys"].trigger()
    (dialog,) = window.findChildren(ShortcutsDialog)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert {"Ctrl+Shift+P", "Do anything …", "Help"} <= set(texts)


def test_the_versions_can_be_copied_into_a_report(window: MainWindow) -> None:
    window.menus.actions["about"].trigger()
    (dialog,) = window.findChildren(AboutDialog)
    dialog.copy.click()
    report = QGuiApplication.clipboard().text()
    assert f"streamscope {sc.__version__}" in report
    assert all(name in report for name in ("Python 3.", "Qt ", "NumPy ", "server not connected"))


def test_the_palette_knows_every_action_and_every_key(window: MainWindow) -> None:
    known = {id(named.action) for named in window.menus.every_action()}
    missing = [action.text() for action in all_actions(window) if id(action) not in known]
    assert missing == []
    texts = [named.text for named in window.menus.every_action()]
    assert "Plots: Undo" in [text[:11] for text in texts]
    assert len(texts) == len(set(texts))


def test_the_filter_and_the_console_are_reached_by_key(qtbot: Any, window: MainWindow) -> None:
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.focusWidget() is window.channels.filter
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert window.focusWidget() is window.console.line


def test_a_channel_is_found_by_a_few_letters_and_plotted(
    qtbot: Any, window: MainWindow, session: MonitorSession
) -> None:
    session.channels.tree.put(sc.ChannelInfo(name="rig/temperature"))
    session.channels.tree.put(sc.ChannelInfo(name="rig/pressure"))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.finder.isVisible()
    qtbot.keyClicks(window.finder.line, "rp")
    qtbot.keyClick(window.finder.line, Qt.Key.Key_Return)
    (panel,) = session.plots.panels
    assert [curve.channel for curve in session.plots.curves(panel)] == ["rig/pressure"]


def test_an_empty_window_says_what_to_do(window: MainWindow, session: MonitorSession) -> None:
    window.show()
    welcome = window.plots.findChild(Welcome)
    assert welcome is not None
    buttons = [each.text() for each in welcome.findChildren(QPushButton) if each.isVisible()]
    assert buttons == ["Connect …", "Start a server …", "Open …"]
    session.state.update(LinkPhase.CONNECTED, address="a:1", client_name="me")
    buttons = [each.text() for each in welcome.findChildren(QPushButton) if each.isVisible()]
    assert buttons == ["Find a channel …", "Do anything …", "Open …"]
    session.plots.plot("a")
    assert not welcome.isVisible()


def test_a_value_is_asked_for_where_the_channel_may_be_written_to(
    window: MainWindow, session: MonitorSession
) -> None:
    session.channels.tree.put(sc.ChannelInfo(name="mine", owner="rig", shared=True))
    session.channels.tree.put(sc.ChannelInfo(name="theirs", owner="rig"))
    window.channels.send_requested.emit("theirs")
    assert window.findChild(SendDialog) is None
    assert "only its owner, rig" in session.reports.index(0, 2).data()
    window.channels.send_requested.emit("mine")
    assert window.findChild(SendDialog) is not None


def test_the_first_layout_fits_a_small_screen(window: MainWindow) -> None:
    window.resize(1272, 756)
    window.show()
    window.menus.actions["reset"].trigger()
    assert (window.width(), window.height()) == (1272, 756)


def test_a_server_of_a_window_that_crashed_is_offered_again(
    qtbot: Any, session: MonitorSession, appearance: Appearance, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[str] = []
    monkeypatch.setattr(session, "join_known", joined.append)
    record = RunningServer("127.0.0.1:50999", "lab", 1, 0.0)
    monkeypatch.setattr(session.servers, "known", lambda: [record])
    window = MainWindow(session, appearance)
    qtbot.addWidget(window)
    window.show()
    buttons = [each for each in window.findChildren(QPushButton) if each.isVisible()]
    next(each for each in buttons if each.text() == "Join 127.0.0.1:50999").click()
    assert joined == ["127.0.0.1:50999"]
    window.close_for_good()
