"""Everything that can be done, by a few letters."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QMenu

from stream_gui.views.appearance import Appearance
from stream_gui.views.command_palette import CommandPalette
from stream_gui.views.menus import Menus

pytestmark = pytest.mark.qt_log_ignore("does not support")


class Bench:
    """A window with two menus, and what was done in it."""

    def __init__(self, qtbot: Any, appearance: Appearance) -> None:
        self.done: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(900, 600)
        self.menus = Menus(self.window.menuBar(), appearance, self.window)
        plots = self.menus.menu("&Plots")
        self.menus.add(plots, "undo", "&Undo", lambda: self.done.append("undo"), shortcut="Ctrl+Z")
        self.menus.add(plots, "fit", "&Fit the scale", lambda: self.done.append("fit"))
        late = QMenu("&Stop a server", self.window)
        late.aboutToShow.connect(lambda: self._fill(late))
        self.menus.menu("&Server").addMenu(late)
        self.palette = CommandPalette(self.menus, appearance, self.window)
        self.window.show()
        self.palette.come_up()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction("10.0.0.5:50012", lambda: self.done.append("stop"))


@pytest.fixture
def bench(qtbot: Any, appearance: Appearance) -> Bench:
    return Bench(qtbot, appearance)


def test_it_has_every_action_with_its_menus_and_those_of_menus_filled_late(bench: Bench) -> None:
    assert bench.palette.texts == [
        "Plots: Undo",
        "Plots: Fit the scale",
        "Server: Stop a server: 10.0.0.5:50012",
    ]


@pytest.mark.parametrize(("typed", "done"), [("und", "undo"), ("fsc", "fit"), ("stop 50", "stop")])
def test_a_few_letters_and_return_do_it(bench: Bench, qtbot: Any, typed: str, done: str) -> None:
    qtbot.keyClicks(bench.palette.line, typed)
    qtbot.keyClick(bench.palette.line, Qt.Key.Key_Return)
    assert bench.done == [done]
    assert not bench.palette.isVisible()


def test_what_was_done_last_comes_first(bench: Bench, qtbot: Any) -> None:
    qtbot.keyClicks(bench.palette.line, "fit")
    qtbot.keyClick(bench.palette.line, Qt.Key.Key_Return)
    bench.palette.come_up()
    assert bench.palette.texts[0] == "Plots: Fit the scale"
    assert len(bench.palette.texts) == 3


def test_what_cannot_be_done_now_says_so(bench: Bench, qtbot: Any) -> None:
    bench.menus.actions["undo"].setEnabled(False)
    bench.palette.come_up()
    found = bench.palette._found.findings.best
    assert [bench.palette.remark(each)[0] for each in found] == ["not now", "", ""]
    qtbot.keyClick(bench.palette.line, Qt.Key.Key_Return)
    assert bench.done == []


def test_letters_of_nothing_are_told(bench: Bench, qtbot: Any) -> None:
    qtbot.keyClicks(bench.palette.line, "zzz")
    assert "“zzz”" in bench.palette.note.text()
