"""The field for the path of a file."""

from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog

from stream_gui.views.file_field import FileField


@pytest.fixture
def field(qtbot: Any) -> FileField:
    field = FileField("Authority", "none")
    qtbot.addWidget(field)
    return field


def test_a_path_may_be_typed(qtbot: Any, field: FileField) -> None:
    with qtbot.waitSignal(field.changed):
        qtbot.keyClicks(field.line, " /lab/ca.pem ")
    assert field.path == "/lab/ca.pem"


def test_a_path_may_be_chosen(
    qtbot: Any, field: FileField, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([("/lab/ca.pem", ""), ("", "")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: next(answers))
    with qtbot.waitSignal(field.chosen) as chosen:
        field.button.click()
    assert chosen.args == ["/lab/ca.pem"]
    field.button.click()
    assert field.path == "/lab/ca.pem"
