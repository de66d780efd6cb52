"""The console for remote calls."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from stream_gui.models.command_line import Command
from stream_gui.models.method_catalog import MethodCatalog
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.appearance import Appearance
from stream_gui.views.rpc_console_view import RpcConsoleView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def called(session: MonitorSession, monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    commands: list[Command] = []
    monkeypatch.setattr(session.calls, "call", lambda command, text="": commands.append(command))
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


def test_methods_show_signature_and_docstring(console: RpcConsoleView) -> None:
    console.methods.choose("rig", "set_frequency")
    assert console.method.signature.text() == "set_frequency(hz: float) -> float"
    assert "Set the frequency." in console.method.documentation.text()
    assert console.methods.methods.topLevelItemCount() == 4


def test_the_form_makes_the_call_and_its_text(
    qtbot: Any, console: RpcConsoleView, called: list[Command]
) -> None:
    qtbot.keyClicks(field(console, "start"), "3")
    field(console, "mode").setCurrentText("slow")
    field(console, "averaging").setChecked(False)
    assert console.line.text() == 'rig.scan(3, "slow", False)'
    qtbot.mouseClick(console.method.button, Qt.MouseButton.LeftButton)
    assert called == [Command("rig", "scan", (3, "slow", False), {})]


def test_a_time_limit_goes_with_the_call(console: RpcConsoleView, called: list[Command]) -> None:
    console.methods.choose("rig", "reset")
    console.method.limit.setValue(3)
    console.method.call()
    assert called == [Command("rig", "reset", (), {"tto": 3.0})]


def test_what_is_missing_or_wrong_is_said_beside_the_form(
    qtbot: Any, console: RpcConsoleView, called: list[Command]
) -> None:
    console.method.call()
    assert "start must be given" in console.method.problem.text()
    qtbot.keyClicks(field(console, "start"), "many")
    assert field(console, "start").property("problem")
    console.method.call()
    assert called == []
    assert not console.method.problem.isHidden()


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


def test_the_history_shows_results_and_tracebacks(
    console: RpcConsoleView, session: MonitorSession
) -> None:
    history = session.calls.history
    number = history.begin("rig.scan()")
    assert console.history.selected() == [number]
    history.progressed(number, {"step": 1, "of": 4})
    assert console.history.detail.toPlainText() == "step 1, of 4"
    history.failed(number, "ValueError: no", "Traceback: all of it")
    assert console.history.detail.toPlainText() == "Traceback: all of it"
    console.history._go_on()


def test_each_target_keeps_its_method(
    console: RpcConsoleView,
    session: MonitorSession,
    describe_rig: Callable[[MethodCatalog], None],
) -> None:
    console.methods.targets.setCurrentText("server")
    assert console.methods.path == ""
    console.methods.targets.setCurrentText("rig")
    assert console.methods.path == "scan"
    describe_rig(session.catalog)
    assert console.methods.path == "scan"
