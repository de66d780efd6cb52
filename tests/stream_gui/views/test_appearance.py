"""Light and dark."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication

from stream_gui.views.appearance import Appearance


class Hints:
    scheme = Qt.ColorScheme.Light

    def colorScheme(self) -> Qt.ColorScheme:
        return self.scheme


@pytest.fixture
def hints(appearance: Appearance, monkeypatch: pytest.MonkeyPatch) -> Hints:
    hints = Hints()
    monkeypatch.setattr(QGuiApplication, "styleHints", lambda: hints)
    return hints


def test_the_system_is_followed_unless_the_operator_chose(
    qtbot: Any, appearance: Appearance, hints: Hints
) -> None:
    appearance.choose("system")
    hints.scheme = Qt.ColorScheme.Dark
    with qtbot.waitSignal(appearance.changed):
        appearance._follow()
    assert appearance.is_dark
    appearance.choose("light")
    assert not appearance.is_dark
    appearance._follow()
    assert not appearance.is_dark


def test_an_unknown_scheme_is_light(appearance: Appearance, hints: Hints) -> None:
    hints.scheme = Qt.ColorScheme.Unknown
    appearance.choose("system")
    assert not appearance.is_dark


def test_icons_take_the_colours_of_the_theme(appearance: Appearance) -> None:
    action = QAction()
    appearance.dress(action, "stop")
    before = action.icon().pixmap(24, 24).toImage()
    appearance.choose("dark")
    assert action.icon().pixmap(24, 24).toImage() != before


def test_palette_and_style_sheet_agree(appearance: Appearance) -> None:
    appearance.choose("dark")
    assert QApplication.palette().base().color().name() == appearance.theme.base
    assert appearance.theme.base in QApplication.instance().styleSheet()  # type: ignore[union-attr]
