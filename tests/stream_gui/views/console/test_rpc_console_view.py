"""The console for remote calls."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QMessageBox, QPushButton

from stream_gui.models.console.command_line import Command
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.rpc_console_view import RpcConsoleView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def called(session: MonitorSession, monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    commands: list[Command] = []

    def call(command: Command, text: str = "") -> int:
        commands.append(command)
        return session.calls.history.begin(text)

    monkeypatch.setattr(session.calls, "call", call)
    return commands


@pytest.fixture
def console(
    qtbot: Any,
    session: MonitorSession,
    appearance: Appearance,
    describe_rig: Callable[[MethodCatalog], None],
    called: list[Command],
) -> RpcConsoleView:
    view = RpcConsoleView(session.calls, appearance, ["rig.reset()"])
    qtbot.addWidget(view)
    describe_rig(session.catalog)
    view.methods.choose("rig", "scan")
    return view


def field(console: RpcConsoleView, name: str) -> Any:
    return next(each.widget for each in console.method.form.fields if each.field.name == name)


def problem(console: RpcConsoleView, name: str) -> str:
    return next(each.problem for each in console.method.form.fields if each.field.name == name)


def test_methods_show_signature_and_docstring(console: RpcConsoleView) -> None:
    console.methods.choose("rig", "set_frequency")
    signature = "set_frequency(hz: float from 0.01 to 1000) -> float"
    assert console.method.signature.text() == signature
    assert "Set the frequency." in console.method.documentation.text()
    assert console.methods.paths("rig") == ["reset", "scan", "set_frequency", "echo"]


def test_the_form_makes_the_call_and_its_text(
    qtbot: Any, console: RpcConsoleView, called: list[Command]
) -> None:
    qtbot.keyClicks(field(console, "start"), "3")
    field(console, "mode").setCurrentText("slow")
    field(console, "averaging").setChecked(False)
    assert console.line.text() == 'rig.scan(3, "slow", False)'
    qtbot.mouseClick(console.method.button, Qt.MouseButton.LeftButton)
    assert called == [Command("rig", "scan", (3, "slow", False), {})]


def test_the_form_follows_what_is_typed(qtbot: Any, console: RpcConsoleView) -> None:
    qtbot.keyClicks(console.line, "rig.set_frequency(hz=2*pi, tto=3)")
    console.follow_line()
    assert console.method.is_of == ("rig", "set_frequency")
    assert field(console, "hz").text() == "2*pi"
    assert console.method.limit.value() == 3
    console.show_line('rig.scan(7, mode="slow", averaging=False, note="two words", points=[1, 2])')
    texts = console.method.form.texts
    assert texts == {
        "start": "7",
        "mode": "slow",
        "averaging": "False",
        "note": "two words",
        "points": "[1, 2]",
    }
    assert console.line.text().startswith("rig.scan(7, mode")  # as it was typed


def test_what_is_typed_and_not_taken_is_said(console: RpcConsoleView) -> None:
    console.show_line("rig.reset(1)")
    assert "more arguments" in console.hint.text()
    console.show_line("rig.set_frequency(hz=5000)")
    assert "from 0.01 to 1000" in problem(console, "hz")


def test_a_time_limit_goes_with_the_call(console: RpcConsoleView, called: list[Command]) -> None:
    console.methods.choose("rig", "reset")
    console.method.limit.setValue(3)
    console.method.call()
    assert called == [Command("rig", "reset", (), {"tto": 3})]


def test_what_is_missing_or_wrong_is_said_at_its_field(
    qtbot: Any, console: RpcConsoleView, called: list[Command]
) -> None:
    console.method.call()
    assert problem(console, "start") == "must be given"
    qtbot.keyClicks(field(console, "start"), "many")
    assert field(console, "start").property("problem")
    assert "many" in problem(console, "start")
    console.method.call()
    assert called == []


def test_return_in_a_field_makes_the_call(
    qtbot: Any, console: RpcConsoleView, called: list[Command]
) -> None:
    console.show()
    console.activateWindow()
    field(console, "start").setFocus()
    qtbot.keyClicks(field(console, "start"), "1")
    qtbot.keyClick(field(console, "start"), Qt.Key.Key_Return)
    assert called == [Command("rig", "scan", (1,), {})]
    console.hide()


def test_a_refusal_is_shown_at_the_field_that_it_speaks_of(
    qtbot: Any, console: RpcConsoleView, session: MonitorSession
) -> None:
    qtbot.keyClicks(field(console, "start"), "3")
    console.method.call()
    number = session.calls.history.running[0]
    session.calls.history.failed(number, "ValueError: start is beyond the end stop", "Traceback")
    assert problem(console, "start") == "ValueError: start is beyond the end stop"
    console.method.call()
    session.calls.history.failed(session.calls.history.running[0], "NotAllowed: no", "")
    assert console.method.problem.text() == "NotAllowed: no"
    qtbot.keyClicks(field(console, "start"), "4")
    assert console.method.problem.text() == ""


def test_a_typed_call_is_made(qtbot: Any, console: RpcConsoleView, called: list[Command]) -> None:
    qtbot.keyClicks(console.line, "rig.scan(1, mode='slow', tto=3)")
    qtbot.keyClick(console.line, Qt.Key.Key_Escape)
    qtbot.keyClick(console.line, Qt.Key.Key_Return)
    assert called == [Command("rig", "scan", (1,), {"mode": "slow", "tto": 3})]
    assert console.line.text() == ""


def test_a_wrong_line_stays_and_says_why(
    qtbot: Any, console: RpcConsoleView, called: list[Command]
) -> None:
    qtbot.keyClicks(console.line, "rig.scan(x)")
    qtbot.keyClick(console.line, Qt.Key.Key_Return)
    assert called == []
    assert console.line.text() == "rig.scan(x)"
    assert "x is not a plain value" in console.hint.text()


def test_tab_completes(qtbot: Any, console: RpcConsoleView) -> None:
    console.show()
    qtbot.keyClicks(console.line, "rig.set")
    qtbot.keyClick(console.line, Qt.Key.Key_Tab)
    assert console.line.text() == "rig.set_frequency("
    assert "hz: float" in console.hint.text()
    console.hide()


def test_earlier_lines_come_back(qtbot: Any, console: RpcConsoleView) -> None:
    qtbot.keyClick(console.line, Qt.Key.Key_Up)
    assert console.line.text() == "rig.reset()"
    qtbot.keyClick(console.line, Qt.Key.Key_Down)
    assert console.line.text() == ""


def test_a_call_is_repeated_from_the_form(
    qtbot: Any, console: RpcConsoleView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeated: list[tuple[str, float]] = []

    def repeat(command: Command, line: str, every_s: float) -> int:
        repeated.append((line, every_s))
        return 0

    monkeypatch.setattr(session.calls, "repeat", repeat)
    console.methods.choose("rig", "reset")
    console.method.once_a_second.trigger()
    assert repeated == [("rig.reset()", 1.0)]


def test_the_history_is_searched(console: RpcConsoleView, session: MonitorSession) -> None:
    history = session.calls.history
    for text, value in (("rig.reset()", 1), ("rig.scan(2)", "cold"), ("rig.scan(3)", "warm")):
        history.done(history.begin(text), value)
    console.actions_of_console["search"].trigger()
    console.history.search.setText("SCAN")
    assert console.history.table.model().rowCount() == 2
    console.history.search.setText("warm")
    assert console.history.table.model().rowCount() == 1
    history.begin("rig.reset()")
    assert console.history.search.text() == ""


def test_a_call_is_kept_under_a_name_and_made_again(
    qtbot: Any, console: RpcConsoleView, session: MonitorSession, called: list[Command]
) -> None:
    console.show_line("rig.set_frequency(5.0)")
    console.actions_of_console["keep"].trigger()
    dialog = console.findChild(QInputDialog)
    assert dialog.textValue() == "rig/set_frequency"
    dialog.setTextValue("rig/five hertz")
    dialog.accept()
    assert [call.path for call in session.calls.saved.calls] == ["rig/five hertz"]
    folder = console.saved.tree.topLevelItem(0)
    assert folder.text(0) == "rig"
    console.line.clear()
    console.saved.tree.setCurrentItem(folder.child(0))
    assert console.line.text() == "rig.set_frequency(5.0)"
    assert field(console, "hz").text() == "5.0"
    console.saved.tree.itemActivated.emit(folder.child(0), 0)
    assert called == [Command("rig", "set_frequency", (5.0,), {})]


def test_a_saved_call_is_forgotten_and_had_again(
    console: RpcConsoleView, session: MonitorSession
) -> None:
    session.calls.saved.save("a/b", "rig.reset()")
    console.saved.tree.setCurrentItem(console.saved.tree.topLevelItem(0))
    console.saved.remove_action.trigger()
    assert session.calls.saved.calls == []
    assert not console.saved.hint.isHidden()
    console.saved.undo_action.trigger()
    assert [call.path for call in session.calls.saved.calls] == ["a/b"]


def test_a_call_is_copied_as_python(console: RpcConsoleView) -> None:
    console.show_line("rig.scan(3, points=linspace(0, 1, 5))")
    console.actions_of_console["copy_python"].trigger()
    program = QGuiApplication.clipboard().text()
    assert "    print(target.scan(3, points=np.linspace(0, 1, 5)))" in program.splitlines()
    console.show_line("rig.(")
    console.actions_of_console["copy_python"].trigger()
    assert console.hint.property("problem")


def test_clearing_asks_first(qtbot: Any, console: RpcConsoleView, session: MonitorSession) -> None:
    history = session.calls.history
    history.done(history.begin("rig.reset()"), None)
    console.actions_of_console["clear"].trigger()
    assert history.rowCount() == 1
    box = console.findChild(QMessageBox)
    danger = next(each for each in box.findChildren(QPushButton) if each.objectName() == "danger")
    qtbot.mouseClick(danger, Qt.MouseButton.LeftButton)
    assert history.rowCount() == 0


def test_the_tree_holds_every_target_and_asks_one_that_is_opened(
    console: RpcConsoleView, session: MonitorSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(session.calls, "learn", lambda target, again=False: asked.append(target))
    tops = [console.methods.tree.topLevelItem(place) for place in range(3)]
    assert [top.text(0) for top in tops] == ["server", "daq@host-12", "rig"]
    tops[1].setExpanded(True)
    assert asked == ["daq@host-12"]
    session.catalog.failed("daq@host-12", "it does not answer")
    assert tops[1].child(0).text(0) == "it does not answer"


def test_the_tree_keeps_its_place_while_targets_come_and_go(
    console: RpcConsoleView, session: MonitorSession
) -> None:
    session.catalog.set_targets(["rig", "aaa", "daq@host-12"])
    assert (console.methods.target, console.methods.path) == ("rig", "scan")
    assert console.method.is_of == ("rig", "scan")
    session.catalog.set_targets(["aaa"])
    assert console.method.is_of[1] == ""


def test_methods_are_filtered_by_name_and_by_what_they_do(console: RpcConsoleView) -> None:
    console.methods.filter.setText("frequency")
    tree = console.methods.tree
    rig = tree.topLevelItem(2)
    shown = [rig.child(place).text(0) for place in range(3) if not rig.child(place).isHidden()]
    assert len(shown) == 1
    assert shown[0].startswith("set_frequency")
    assert tree.topLevelItem(0).isHidden()
    console.methods.filter.clear()
    assert not tree.topLevelItem(0).isHidden()


def test_a_thousand_targets_cost_little(console: RpcConsoleView, session: MonitorSession) -> None:
    names = [f"client{number:04}" for number in range(1000)]
    session.catalog.set_targets(names)
    inserted: list[int] = []
    console.methods.tree.model().rowsInserted.connect(lambda *_: inserted.append(1))
    for number in range(10):
        session.catalog.set_targets([*names, f"late{number}"])
    assert len(inserted) == 10  # one a newcomer


def test_tab_goes_through_the_form_field_by_field(console: RpcConsoleView) -> None:
    console.show()
    console.methods.choose("rig", "reset")
    console.methods.choose("rig", "scan")
    passed, widget = [], field(console, "start")
    for _ in range(60):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            passed.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    fields = ["start", "mode", "averaging", "note", "points", "Members of points"]
    assert passed[:7] == [*fields, "Time limit"]
    console.hide()
