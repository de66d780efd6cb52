from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from stream_gui.views.plots.range_dialog import RangeDialog, TypedAxis, limit_text

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

VOLTS = TypedAxis("V", "V", "V", (-0.002, 0.004))
SPEED = TypedAxis("rpm", "rpm", "rpm", (0.0, 4e6))

Make = Callable[[str], RangeDialog]


@pytest.fixture
def done() -> list[object]:
    return []


@pytest.fixture
def make(qtbot: QtBot, done: list[object]) -> Make:
    def make(chosen: str) -> RangeDialog:
        dialog = RangeDialog(
            [VOLTS, SPEED],
            chosen,
            lambda *fixed: done.append(fixed),
            lambda name: done.append(name),
        )
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


def retype(qtbot: QtBot, dialog: RangeDialog, low: str, high: str) -> None:
    for edit, text in ((dialog.low_edit, low), (dialog.high_edit, high)):
        edit.selectAll()
        qtbot.keyClicks(edit, text)


def test_limits_are_offered_in_the_unit_of_the_axis(make: Make) -> None:
    dialog = make("")
    assert (dialog.low_edit.text(), dialog.high_edit.text()) == ("-2 mV", "4 mV")
    assert limit_text(SPEED, 4e6) == "4000000 rpm"


def test_a_range_is_typed(qtbot: QtBot, make: Make, done: list[object]) -> None:
    dialog = make("V")
    retype(qtbot, dialog, "-5", "0.01 V")
    qtbot.keyClick(dialog.high_edit, Qt.Key.Key_Return)
    assert done == [("V", pytest.approx(-0.005), pytest.approx(0.01))]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("low", "high", "problem"), [("x", "1", "not a number"), ("2", "1", "above"), ("1", "5 A", "A")]
)
def test_what_is_no_range_is_said_and_not_taken(
    qtbot: QtBot, make: Make, done: list[object], low: str, high: str, problem: str
) -> None:
    dialog = make("V")
    retype(qtbot, dialog, low, high)
    assert problem in dialog.problem
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    dialog.accept()
    assert not done
    assert dialog.isVisible()


def test_another_axis_can_be_chosen_and_fitted(make: Make, done: list[object]) -> None:
    dialog = make("rpm")
    assert dialog.high_edit.text() == "4000000 rpm"
    dialog.axis_box.setCurrentIndex(0)
    assert dialog.high_edit.text() == "4 mV"
    dialog.fit_button.click()
    assert done == ["V"]


def test_a_limit_that_is_not_touched_stays_what_it_was(qtbot: QtBot, done: list[object]) -> None:
    axis = TypedAxis("V", "V", "V", (-4.528461538461, 4.431538461538))
    assert limit_text(axis, axis.bounds[1]) == "4.4315 V"
    dialog = RangeDialog([axis], "V", lambda *fixed: done.append(fixed), done.append)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.low_edit.selectAll()
    qtbot.keyClicks(dialog.low_edit, "-5")
    dialog.accept()
    assert done == [("V", -5.0, axis.bounds[1])]
