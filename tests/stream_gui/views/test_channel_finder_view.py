from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import stream_core as sc
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.views.appearance import Appearance
from stream_gui.views.channel_finder_view import ChannelFinderView

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.qt_log_ignore("does not support")


@pytest.fixture
def tree(qapp: object) -> ChannelTree:
    tree = ChannelTree()
    tree.put(sc.ChannelInfo(name="rig/waveform", columns=("ch0", "ch1"), unit="V"))
    tree.put(sc.ChannelInfo(name="rig/temperature"))
    tree.put(sc.ChannelInfo(name="computer/cpu/load"))
    return tree


@pytest.fixture
def finder(qtbot: QtBot, tree: ChannelTree, appearance: Appearance) -> Iterator[ChannelFinderView]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    finder = ChannelFinderView(tree, appearance, window)
    finder.come_up()
    yield finder
    finder.hide()


@pytest.fixture
def chosen(finder: ChannelFinderView) -> list[tuple[str, str, bool]]:
    chosen: list[tuple[str, str, bool]] = []
    finder.chosen.connect(lambda *found: chosen.append(found))
    return chosen


def test_it_comes_up_with_all_channels_in_order(finder: ChannelFinderView) -> None:
    assert finder.isVisible()
    assert finder.texts == [
        "computer/cpu/load",
        "rig/temperature",
        "rig/waveform",
        "rig/waveform · ch0",
        "rig/waveform · ch1",
    ]


def test_letters_and_return_choose_the_best(
    finder: ChannelFinderView, chosen: list[object], qtbot: QtBot
) -> None:
    qtbot.keyClicks(finder.line, "wch1")
    assert finder.texts == ["rig/waveform · ch1"]
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    assert chosen == [("rig/waveform", "ch1", False)]
    assert not finder.isVisible()


def test_with_shift_it_goes_to_a_new_panel(
    finder: ChannelFinderView, chosen: list[object], qtbot: QtBot
) -> None:
    qtbot.keyClicks(finder.line, "temp")
    qtbot.keyClick(finder.line, Qt.Key.Key_Return, SHIFT)
    assert chosen == [("rig/temperature", "", True)]


def test_with_control_it_stays_for_more(
    finder: ChannelFinderView, chosen: list[object], qtbot: QtBot
) -> None:
    qtbot.keyClick(finder.line, Qt.Key.Key_Return, CONTROL)
    qtbot.keyClick(finder.line, Qt.Key.Key_Down)
    qtbot.keyClick(finder.line, Qt.Key.Key_Return, CONTROL)
    assert chosen == [("computer/cpu/load", "", False), ("rig/temperature", "", False)]
    assert finder.isVisible()


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ([Qt.Key.Key_Up], 0),
        ([Qt.Key.Key_Down, Qt.Key.Key_Down], 2),
        ([Qt.Key.Key_PageDown], 4),
        ([Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_PageUp], 0),
    ],
)
def test_the_arrows_move_in_the_list(
    finder: ChannelFinderView, qtbot: QtBot, keys: list[Qt.Key], row: int
) -> None:
    for key in keys:
        qtbot.keyClick(finder.line, key)
    assert finder.list.currentIndex().row() == row


def test_a_click_chooses(finder: ChannelFinderView, chosen: list[object], qtbot: QtBot) -> None:
    place = finder.list.visualRect(finder.list.model().index(1, 0)).center()
    qtbot.mouseClick(finder.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [("rig/temperature", "", False)]


def test_escape_closes_it_and_it_comes_up_empty(
    finder: ChannelFinderView, chosen: list[object], qtbot: QtBot
) -> None:
    qtbot.keyClicks(finder.line, "temp")
    qtbot.keyClick(finder.line, Qt.Key.Key_Escape)
    assert not finder.isVisible()
    assert not chosen
    finder.come_up()
    assert finder.line.text() == ""
    assert len(finder.texts) == 5


def test_it_says_when_nothing_is_found_and_return_does_nothing(
    finder: ChannelFinderView, tree: ChannelTree, chosen: list[object], qtbot: QtBot
) -> None:
    qtbot.keyClicks(finder.line, "zzz")
    assert finder.note.isVisible()
    assert "zzz" in finder.note.text()
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    assert not chosen
    assert finder.isVisible()
    finder.hide()
    tree.clear()
    finder.come_up()
    assert "no channels" in finder.note.text()


def test_channels_that_come_while_it_is_open_are_found(
    finder: ChannelFinderView, tree: ChannelTree, qtbot: QtBot
) -> None:
    qtbot.keyClicks(finder.line, "new")
    tree.put(sc.ChannelInfo(name="rig/new"))
    qtbot.waitUntil(lambda: finder.texts == ["rig/new"], timeout=2000)


def test_it_is_painted_in_both_themes(finder: ChannelFinderView, appearance: Appearance) -> None:
    finder.line.setText("wave")
    light = finder.grab().toImage()
    appearance.choose("dark")
    assert finder.grab().toImage() != light
