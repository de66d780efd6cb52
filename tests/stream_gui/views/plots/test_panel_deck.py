from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QTabBar
from pytestqt.qtbot import QtBot

from stream_gui.models.channel_mime import CHANNEL_MIME, channels_to_mime
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.drop_place import DropPlace
from stream_gui.views.plots.panel_deck import PanelDeck
from stream_gui.views.plots.panel_docks import PanelDocks
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support (propagateSizeHints|raise)")

Paint = Callable[[float], bool]
DOWN = Qt.Orientation.Vertical
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Deck:
    """Panels that a test moves, waiting until each stands where it is to stand."""

    def __init__(self, area: PlotArea, layout: PlotLayout, qtbot: QtBot) -> None:
        self.area, self.layout, self.qtbot = area, layout, qtbot
        self.deck: PanelDeck = area.deck

    def key(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.area, key, CONTROL_SHIFT)
        self.settle()

    def undo(self) -> None:
        self.layout.undo()
        self.settle()

    def redo(self) -> None:
        self.layout.redo()
        self.settle()

    def settle(self) -> None:
        with self.qtbot.waitSignal(self.deck.arranged, timeout=5000):
            self.deck.look_again()

    def rows(self) -> list[list[int]]:
        """The panels that are seen in the window, row by row, each from left to right."""
        rects = {number: self.rect(number) for number in self.deck.panels if self.is_seen(number)}
        rows: list[list[int]] = []
        top = -1000
        for number in sorted(rects, key=lambda n: rects[n].top()):
            if rects[number].top() - top > 40:  # more than the height of tabs
                top = rects[number].top()
                rows.append([])
            rows[-1].append(number)
        return [sorted(row, key=lambda n: rects[n].left()) for row in rows]

    def tabs(self) -> QTabBar:
        return next(bar for bar in self.area.findChildren(QTabBar) if bar.isVisible())

    def rect(self, number: int) -> QRect:
        return self.deck.panels[number].geometry()

    def is_seen(self, number: int) -> bool:
        dock = self.deck.panels[number]
        return not dock.isFloating() and not dock.visibleRegion().isEmpty()


@pytest.fixture
def deck(area: PlotArea, layout: PlotLayout, qtbot: QtBot) -> Iterator[Deck]:
    """Three empty panels below each other, the last one current."""
    for _ in range(3):
        layout.add_panel()
    qtbot.waitActive(area)
    area.setFocus()
    deck = Deck(area, layout, qtbot)
    deck.settle()
    layout.forget_changes()
    return deck


def test_panels_stand_below_each_other_at_one_height(deck: Deck) -> None:
    assert deck.rows() == [[1], [2], [3]]
    heights = [deck.rect(number).height() for number in (1, 2, 3)]
    assert max(heights) - min(heights) <= 2


def test_a_panel_is_moved_up_and_down_by_key(deck: Deck) -> None:
    deck.key(Qt.Key.Key_Up)
    assert deck.rows() == [[1], [3], [2]]
    deck.key(Qt.Key.Key_Up)
    assert deck.rows() == [[3], [1], [2]]
    deck.key(Qt.Key.Key_Down)
    assert deck.rows() == [[1], [3], [2]]


def test_a_panel_is_moved_beside_the_one_above_it_and_past_it(deck: Deck) -> None:
    deck.key(Qt.Key.Key_Right)
    assert deck.rows() == [[1], [2, 3]]
    deck.key(Qt.Key.Key_Left)
    assert deck.rows() == [[1], [3, 2]]
    deck.key(Qt.Key.Key_Up)
    assert deck.rows() == [[3], [1], [2]]


def test_what_cannot_be_moved_stays(deck: Deck) -> None:
    deck.layout.set_current(1)
    before = deck.rows()
    deck.key(Qt.Key.Key_Up)
    assert deck.rows() == before
    assert not deck.layout.can_undo


def test_each_move_is_undone_and_done_again(deck: Deck) -> None:
    deck.key(Qt.Key.Key_Right)
    deck.key(Qt.Key.Key_Up)
    moved = deck.rows()
    assert deck.layout.undo_text == "moving a panel"
    deck.undo()
    assert deck.rows() == [[1], [2, 3]]
    deck.undo()
    assert deck.rows() == [[1], [2], [3]]
    assert not deck.layout.can_undo
    deck.redo()
    deck.redo()
    assert deck.rows() == moved


def test_a_panel_is_tabbed_and_taken_out_again(deck: Deck) -> None:
    deck.key(Qt.Key.Key_T)
    assert deck.rows() == [[1], [3]]
    assert deck.tabs().count() == 2
    deck.key(Qt.Key.Key_T)
    assert deck.rows() == [[1], [2], [3]]
    deck.undo()
    assert deck.rows() == [[1], [3]]
    deck.undo()
    assert deck.rows() == [[1], [2], [3]]


def test_beside_tabs_a_panel_gets_a_place_of_its_own(deck: Deck) -> None:
    deck.key(Qt.Key.Key_T)
    deck.layout.set_current(1)
    deck.key(Qt.Key.Key_Left)
    assert deck.rows() == [[1, 3]]
    assert sorted(deck.deck.tabbed_with(3)) == [2, 3]
    deck.layout.set_current(3)
    deck.key(Qt.Key.Key_Right)
    assert deck.rows() == [[1, 2, 3]]


def test_tabs_keep_their_order_and_what_is_seen_when_others_move(deck: Deck) -> None:
    deck.key(Qt.Key.Key_T)
    deck.layout.set_current(1)
    deck.key(Qt.Key.Key_Right)
    assert deck.rows() == [[3, 1]]
    assert [deck.tabs().tabText(number) for number in (0, 1)] == ["Panel 2", "Panel 3"]


def tab_order(deck: Deck) -> list[str]:
    bar = deck.tabs()
    return [bar.tabText(number) for number in range(bar.count())]


def test_tabs_moved_by_hand_stay_so_when_others_move_and_can_be_undone(deck: Deck) -> None:
    deck.key(Qt.Key.Key_T)
    deck.tabs().moveTab(0, 1)
    deck.settle()
    assert tab_order(deck) == ["Panel 3", "Panel 2"]
    assert deck.layout.undo_text == "moving a tab"
    deck.layout.set_current(1)
    deck.key(Qt.Key.Key_Down)
    assert tab_order(deck) == ["Panel 3", "Panel 2"]
    deck.undo()
    deck.undo()
    assert tab_order(deck) == ["Panel 2", "Panel 3"]
    deck.redo()
    assert tab_order(deck) == ["Panel 3", "Panel 2"]
    assert deck.is_seen(3)


def test_a_tab_is_moved_by_key(deck: Deck) -> None:
    deck.key(Qt.Key.Key_T)
    deck.layout.set_current(1)
    deck.key(Qt.Key.Key_T)
    before = tab_order(deck)
    deck.key(Qt.Key.Key_PageUp)
    assert deck.layout.current == 1
    moved = tab_order(deck)
    assert moved.index("Panel 1") == before.index("Panel 1") - 1
    assert [name for name in moved if name != "Panel 1"] == ["Panel 2", "Panel 3"]
    deck.key(Qt.Key.Key_PageDown)
    assert tab_order(deck) == before
    deck.undo()
    assert tab_order(deck) == moved


def started_again(deck: Deck, feeds: FakeFeeds) -> Deck:
    """Other panels, as the layout of these says."""
    layout = PlotLayout()
    layout.read(deck.layout.write())
    area = PlotArea(layout, feeds)
    deck.qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
    area.resize(deck.area.size())
    area.show()
    again = Deck(area, layout, deck.qtbot)
    again.settle()
    return again


def test_the_order_of_tabs_comes_back_with_the_layout(deck: Deck, feeds: FakeFeeds) -> None:
    deck.key(Qt.Key.Key_T)
    deck.key(Qt.Key.Key_PageUp)
    assert tab_order(deck) == ["Panel 3", "Panel 2"]
    again = started_again(deck, feeds)
    assert tab_order(again) == ["Panel 3", "Panel 2"]


def test_a_panel_is_resized_by_key(deck: Deck, qtbot: QtBot) -> None:
    deck.area.resize(800, 900)
    deck.settle()
    before = deck.rect(3).height()
    alt_shift = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(deck.area, Qt.Key.Key_Down, alt_shift)
    deck.settle()
    assert deck.rect(3).height() > before + 10
    assert deck.layout.undo_text == "resizing a panel"
    qtbot.keyClick(deck.area, Qt.Key.Key_Up, alt_shift)
    deck.settle()
    assert abs(deck.rect(3).height() - before) <= 2
    deck.undo()
    assert deck.rect(3).height() > before + 10
    deck.key(Qt.Key.Key_Right)  # beside another one
    width = deck.rect(3).width()
    qtbot.keyClick(deck.area, Qt.Key.Key_Right, alt_shift)
    deck.settle()
    assert deck.rect(3).width() > width + 10


def test_choosing_a_tab_makes_its_panel_current_and_back(deck: Deck) -> None:
    deck.key(Qt.Key.Key_T)
    bar = deck.tabs()
    bar.setCurrentIndex(0)
    deck.settle()
    assert deck.layout.current == 2
    deck.layout.set_current(3)
    deck.settle()
    assert deck.is_seen(3)
    assert bar.currentIndex() == 1


def test_a_tab_says_what_the_panel_shows(deck: Deck) -> None:
    deck.layout.plot("rig/adc", "x", 2)
    deck.layout.set_current(3)
    deck.key(Qt.Key.Key_T)
    bar = deck.tabs()
    assert {bar.tabText(0), bar.tabText(1)} == {"rig/adc", "Panel 3"}


def test_a_panel_floats_and_comes_back(deck: Deck, feeds: FakeFeeds, paint: Paint) -> None:
    deck.layout.plot("a")
    feeds["a"].become_live()
    feeds["a"].append(*range(10))
    deck.settle()
    dock = deck.deck.panels[3]
    deck.key(Qt.Key.Key_F)
    assert dock.isFloating()
    assert deck.rows() == [[1], [2]]
    frames = dock.view.frames
    assert paint(1)
    assert dock.view.frames == frames + 1
    deck.undo()
    assert not dock.isFloating()
    assert deck.rows() == [[1], [2], [3]]


def test_the_keys_of_the_plots_work_in_a_floating_panel(deck: Deck, qtbot: QtBot) -> None:
    deck.key(Qt.Key.Key_F)
    dock = deck.deck.panels[3]
    dock.activateWindow()
    qtbot.waitActive(dock)
    dock.setFocus()
    qtbot.keyClick(dock, Qt.Key.Key_Space)
    assert deck.layout.paused
    qtbot.keyClick(dock, Qt.Key.Key_F, CONTROL_SHIFT)
    assert not dock.isFloating()


def test_closing_the_window_of_a_floating_panel_can_be_undone(deck: Deck) -> None:
    deck.key(Qt.Key.Key_F)
    deck.deck.panels[3].close()
    assert deck.layout.panels == (1, 2)
    deck.undo()
    assert deck.deck.panels[3].isFloating()


def test_a_closed_panel_comes_back_to_its_place_and_size(deck: Deck) -> None:
    docks = deck.area.findChild(PanelDocks)
    docks.resizeDocks([docks.docks[n] for n in (1, 2, 3)], [130, 130, 300], DOWN)
    deck.settle()
    before = [deck.rect(number).height() for number in (1, 2, 3)]
    assert before[2] > before[0] + 50
    deck.layout.set_current(2)
    deck.key(Qt.Key.Key_W)
    assert deck.rows() == [[1], [3]]
    deck.undo()
    assert deck.rows() == [[1], [2], [3]]
    assert [deck.rect(number).height() for number in (1, 2, 3)] == pytest.approx(before, abs=3)


def test_what_is_done_by_hand_can_be_undone(deck: Deck) -> None:
    deck.deck.panels[2].setFloating(True)
    deck.settle()
    assert deck.layout.undo_text == "floating a panel"
    deck.undo()
    assert deck.rows() == [[1], [2], [3]]


def test_another_size_of_the_window_is_nothing_to_undo(deck: Deck) -> None:
    deck.area.resize(500, 700)
    deck.settle()
    assert not deck.layout.can_undo


def test_the_first_arrangement_comes_back_and_is_undone(deck: Deck) -> None:
    deck.key(Qt.Key.Key_Up)
    deck.key(Qt.Key.Key_Right)
    deck.key(Qt.Key.Key_F)
    mixed = deck.rows()
    deck.key(Qt.Key.Key_0)
    assert deck.rows() == [[1], [2], [3]]
    deck.undo()
    assert deck.rows() == mixed


def test_the_arrangement_comes_back_at_the_next_start(deck: Deck, feeds: FakeFeeds) -> None:
    deck.key(Qt.Key.Key_Right)
    deck.layout.set_current(1)
    deck.key(Qt.Key.Key_Right)
    rows = deck.rows()
    again = started_again(deck, feeds)
    assert again.rows() == rows
    assert [again.rect(number) for number in (1, 2, 3)] == [
        deck.rect(number) for number in (1, 2, 3)
    ]


def test_an_arrangement_that_is_junk_puts_panels_below_each_other(deck: Deck) -> None:
    state = deck.layout.write()
    deck.layout.read(msgspec.structs.replace(state, arrangement="no such thing"))
    deck.settle()
    assert deck.rows() == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("place", "rows"),
    [
        (DropPlace.LEFT, [[1], [4, 2], [3]]),
        (DropPlace.RIGHT, [[1], [2, 4], [3]]),
        (DropPlace.ABOVE, [[1], [4], [2], [3]]),
        (DropPlace.BELOW, [[1], [2], [4], [3]]),
    ],
)
def test_a_drop_at_an_edge_makes_a_panel_there(
    deck: Deck, place: DropPlace, rows: list[list[int]]
) -> None:
    dock = deck.deck.panels[2]
    middle = dock.rect().center()
    at = {
        DropPlace.LEFT: QPoint(4, middle.y()),
        DropPlace.RIGHT: QPoint(dock.width() - 4, middle.y()),
        DropPlace.ABOVE: QPoint(middle.x(), 4),
        DropPlace.BELOW: QPoint(middle.x(), dock.height() - 4),
    }[place]
    data = QMimeData()
    data.setData(CHANNEL_MIME, channels_to_mime([("a", ""), ("b", "x")]))
    copy, left, none = (
        Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(dock, QDragEnterEvent(at, copy, data, left, none))
    assert dock.drop_text.startswith("New panel")
    QApplication.sendEvent(dock, QDragLeaveEvent())
    assert dock.drop_text == ""
    QApplication.sendEvent(dock, QDragEnterEvent(at, copy, data, left, none))
    QApplication.sendEvent(dock, QDropEvent(QPointF(at), copy, data, left, none))
    deck.settle()
    assert dock.drop_text == ""
    assert deck.rows() == rows
    assert [curve.channel for curve in deck.layout.curves(4)] == ["a", "b"]
    assert deck.layout.undo_text == "plotting a and 1 more"
    deck.undo()
    assert deck.rows() == [[1], [2], [3]]


def test_a_channel_goes_to_a_panel_that_suits_it(
    qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds
) -> None:
    feeds.kinds = {"camera": "image", "a": "time"}
    area = PlotArea(layout, feeds)
    qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
    area.plot([("a", ""), ("b", "")])
    area.plot([("camera", "")])
    area.plot([("a", "")])
    area.plot([("d", ""), ("e", "")], anew=True)
    assert [
        (layout.kind(panel), [curve.channel for curve in layout.curves(panel)])
        for panel in layout.panels
    ] == [("time", ["a", "b"]), ("image", ["camera"]), ("time", ["a"]), ("time", ["d", "e"])]


def test_the_keys_stay_with_the_plots_when_a_panel_goes_or_moves(
    deck: Deck, feeds: FakeFeeds, qtbot: QtBot
) -> None:
    layout = deck.layout
    layout.plot("a", "x", 3)
    other = QLineEdit(deck.area)
    other.show()
    entry = deck.deck.panels[3].view.legend.entries[0]
    entry.setFocus()
    assert deck.area.focusWidget() is entry
    for change in (lambda: deck.deck.move_current("up"), lambda: layout.remove_panel(3)):
        change()
        assert QApplication.focusWidget() is not other
        assert deck.area.isAncestorOf(deck.area.focusWidget()) or deck.area.hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert layout.panels == (1, 2, 3)
