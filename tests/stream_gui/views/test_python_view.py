"""What was done, as Python to take along."""

from typing import Any

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QGuiApplication

from stream_gui.models.python_log import PythonLog
from stream_gui.views.appearance import Appearance
from stream_gui.views.python_view import PythonView


def test_all_or_the_selected_lines_are_copied(qtbot: Any, appearance: Appearance) -> None:
    log = PythonLog()
    view = PythonView(log, appearance)
    qtbot.addWidget(view)
    log.add('client.kick("a")')
    log.add('client.kick("b")')
    view.copy_action.trigger()
    assert QGuiApplication.clipboard().text().splitlines()[2:] == log.lines
    select = QItemSelectionModel.SelectionFlag.Select
    view.list.selectionModel().select(log.index(1), select)
    view.copy_action.trigger()
    assert QGuiApplication.clipboard().text().splitlines()[2:] == ['client.kick("b")']
    view.clear_action.trigger()
    assert log.lines == []
