"""The dialog that asks for a value."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

import stream_core as sc
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.views.send_dialog import SendDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

INFO = sc.ChannelInfo(name="oven/setpoint", dtype="uint8", unit="K", shared=True)


@pytest.fixture
def sent(session: MonitorSession, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    sent: list[tuple[str, Any]] = []

    def send(channel: str, value: Any) -> None:
        sent.append((channel, value))
        session.sending._end("nobody reads it" if value == 13 else "")

    monkeypatch.setattr(session.sending, "send", send)
    return sent


@pytest.fixture
def dialog(
    qtbot: Any, session: MonitorSession, sent: list[tuple[str, Any]], qapp: object
) -> Iterator[SendDialog]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = SendDialog(INFO, session.sending, window)
    dialog.open()
    yield dialog
    window.hide()


def test_what_was_typed_is_sent_and_the_next_may_be_typed(
    qtbot: Any, dialog: SendDialog, sent: list[tuple[str, Any]]
) -> None:
    qtbot.keyClicks(dialog.lines[0], "200")
    dialog.send_button.click()
    assert sent == [("oven/setpoint", 200)]
    assert dialog.note.text() == "Sent"
    assert dialog.lines[0].selectedText() == "200"


def test_a_mistake_is_told_at_the_field_until_it_is_mended(
    qtbot: Any, dialog: SendDialog, sent: list[tuple[str, Any]]
) -> None:
    qtbot.keyClicks(dialog.lines[0], "300")
    assert not dialog.problems[0].isVisible()  # nobody is told off while typing
    dialog.send_button.click()
    assert dialog.problems[0].text() == "'300' is not an integer from 0 to 255"
    assert sent == []
    qtbot.keyClicks(dialog.lines[0], "30")
    assert not dialog.problems[0].isVisible()


def test_a_refusal_stands_at_the_field(qtbot: Any, dialog: SendDialog) -> None:
    qtbot.keyClicks(dialog.lines[0], "13")
    dialog.send_button.click()
    assert (dialog.problems[0].text(), dialog.note.text()) == ("nobody reads it", "")


def test_a_long_refusal_is_shown_whole(dialog: SendDialog, session: MonitorSession) -> None:
    session.sending._end("user 'reader' may not write 'oven/setpoint'; needs write on 'oven/**'")
    dialog._asked = True
    session.sending.changed.emit()
    said = dialog.problems[0]
    said.window().layout().activate()
    assert said.height() >= said.heightForWidth(said.width())
