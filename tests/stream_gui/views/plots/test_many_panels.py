"""What it costs to open many panels: counted, not timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.legend import Legend
from stream_gui.views.plots.panel_header import PanelHeader
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Open = Callable[[int], int]


@pytest.fixture
def hints_for(qtbot: QtBot, feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open so many panels of eight curves in sight; how often headers were asked for their size."""
    asked = 0
    hint = PanelHeader.minimumSizeHint

    def counted(self: PanelHeader) -> QSize:
        nonlocal asked
        asked += 1
        return hint(self)

    monkeypatch.setattr(PanelHeader, "minimumSizeHint", counted)

    def hints_for(panels: int) -> int:
        nonlocal asked
        layout = PlotLayout()
        area = PlotArea(layout, feeds)
        qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
        area.setStyleSheet("QLabel { color: palette(text); }")  # the window has one, too
        area.resize(1200, 800)
        area.show()
        asked = 0
        names = [f"{panels}/channel{number}" for number in range(panels)]
        for name in names:
            layout.plot_in_new_panel(name)
        QApplication.processEvents()
        for name in names:
            feeds[name].become_live(*"abcdefgh")
        for _ in range(3):  # docks are laid out by the event loop, and follow each other
            QApplication.processEvents()
        legends = area.findChildren(Legend)
        assert [len(legend.entries) for legend in legends] == [8] * panels
        return asked

    return hints_for


def test_what_panels_are_asked_for_does_not_grow_with_the_square_of_their_number(
    hints_for: Open,
) -> None:
    assert hints_for(32) < 6 * hints_for(8)
