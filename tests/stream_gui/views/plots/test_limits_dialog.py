"""Limits are typed, and checked while they are."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from stream_gui.models.limits import Limits
from stream_gui.views.plots.limits_dialog import LimitsDialog

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def taken() -> list[Limits]:
    return []


@pytest.fixture
def dialog(qtbot: QtBot, taken: list[Limits]) -> LimitsDialog:
    owner = QWidget()
    qtbot.addWidget(owner)
    dialog = LimitsDialog("rig/adc x", "V", Limits(warning_high=4), taken.append, owner)
    dialog.owner = owner  # type: ignore[attr-defined]
    dialog.open()
    return dialog


def ok(dialog: LimitsDialog) -> object:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def test_it_begins_with_those_that_hold(dialog: LimitsDialog) -> None:
    texts = {name: field.text() for name, field in dialog.fields.items()}
    assert texts == {"alarm_high": "", "warning_high": "4", "warning_low": "", "alarm_low": ""}


def test_what_is_filled_in_is_taken(dialog: LimitsDialog, taken: list[Limits]) -> None:
    dialog.fields["alarm_high"].setText("1e3")
    dialog.fields["warning_high"].clear()
    dialog.fields["alarm_low"].setText(" -2,5 ")
    ok(dialog).click()
    assert taken == [Limits(alarm_low=-2.5, alarm_high=1000)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("much", "much is no number"),
        ("3", "warning high 4 is above alarm high 3"),
        ("inf", "inf is"),
    ],
)
def test_what_cannot_be_is_said(dialog: LimitsDialog, text: str, problem: str) -> None:
    dialog.fields["alarm_high"].setText(text)
    assert dialog.problem.text().startswith(problem)
    assert not ok(dialog).isEnabled()
    dialog.fields["alarm_high"].setText("5")
    assert dialog.problem.text() == ""
    assert ok(dialog).isEnabled()


def test_nothing_is_taken_when_it_is_closed(dialog: LimitsDialog, taken: list[Limits]) -> None:
    dialog.fields["alarm_high"].setText("9")
    dialog.reject()
    assert taken == []
