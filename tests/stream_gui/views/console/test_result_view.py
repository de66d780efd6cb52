"""What a call gave, in its faces."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from stream_gui.models.console.call_history import CallHistory
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.call_history_view import CallHistoryView
from stream_gui.views.console.result_view import ResultView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def history(qapp: object) -> CallHistory:
    return CallHistory()


@pytest.fixture
def result(qtbot: Any, appearance: Appearance, history: CallHistory) -> ResultView:
    view = CallHistoryView(history, appearance)
    qtbot.addWidget(view)
    return view.result


def faces(result: ResultView) -> list[str]:
    return [face for face, button in result.buttons.items() if button.isEnabled()]


@pytest.mark.parametrize(
    ("value", "has"),
    [
        (5, ["Text"]),
        ("text", ["Text"]),
        ({"a": {"b": [1]}, "c": 2}, ["Text", "Tree"]),
        ([1, 2, 3], ["Text", "Tree", "Table", "Plot"]),
        ([{"name": "x"}], ["Text", "Tree", "Table"]),
        (np.arange(5.0), ["Text", "Table", "Plot"]),
    ],
)
def test_a_result_has_the_faces_that_fit(
    result: ResultView, history: CallHistory, value: Any, has: list[str]
) -> None:
    history.done(history.begin("x"), value)
    assert faces(result) == has
    assert result.face == "Text"


def test_the_face_that_was_chosen_stays_where_it_can(
    result: ResultView, history: CallHistory
) -> None:
    history.done(history.begin("x"), [1, 2, 3])
    result.choose("Table")
    history.done(history.begin("x"), 5)
    assert result.face == "Text"
    history.done(history.begin("x"), [4, 5])
    assert result.face == "Table"
    assert result.table.model().index(1, 0).data() == "5"


def test_results_that_come_one_by_one_are_plotted_as_they_come(
    result: ResultView, history: CallHistory
) -> None:
    number = history.begin("rig.sweep()")
    for hz in (1, 2, 4):
        history.received(number, {"hz": hz, "gain": 1 / hz})
    assert result.face == "Plot"
    x, y = result.plot.curves["gain"].getOriginalDataset()
    assert (x.tolist(), y.tolist()) == ([1, 2, 4], [1, 0.5, 0.25])
    history.received(number, {"hz": 8, "gain": 0.1})
    assert len(result.plot.curves["gain"].getOriginalDataset()[0]) == 4
    assert result.table.model().rowCount() == 4
    history.streamed(number)
    assert "{'hz': 8, 'gain': 0.1}" in result.text.toPlainText()


def test_a_remote_traceback_is_folded_under_its_message(
    result: ResultView, history: CallHistory
) -> None:
    history.failed(history.begin("x"), "ValueError: no", "Traceback: all of it")
    assert result.message.text() == "ValueError: no"
    assert result.text.toPlainText() == ""
    result.fold.setChecked(True)
    assert result.text.toPlainText() == "Traceback: all of it"
    history.failed(history.begin("y"), "NotAllowed: no", "")
    assert result.fold.isHidden()
    assert not result.fold.isChecked()


def test_progress_is_told_while_nothing_else_is_there(
    result: ResultView, history: CallHistory
) -> None:
    number = history.begin("x")
    history.progressed(number, {"step": 1, "of": 4})
    assert result.text.toPlainText() == "step 1, of 4"
    history.done(number, {"gain": 1.5})
    assert result.text.toPlainText() == "{'gain': 1.5}"


def test_a_table_is_copied_for_a_spreadsheet(result: ResultView, history: CallHistory) -> None:
    history.done(history.begin("x"), {"hz": [1, 2], "gain": [0.5, 0.25]})
    result.choose("Table")
    result.copy_action.trigger()
    assert QGuiApplication.clipboard().text() == "hz\tgain\n1\t0.5\n2\t0.25"
    result.choose("Text")
    result.copy_action.trigger()
    assert "'gain'" in QGuiApplication.clipboard().text()


def test_the_plot_follows_the_theme(
    result: ResultView, history: CallHistory, appearance: Appearance
) -> None:
    history.done(history.begin("x"), [1, 2])
    light = result.plot.curves["value"].opts["pen"].color().name()
    appearance.choose("dark")
    assert result.plot.curves["value"].opts["pen"].color().name() != light
