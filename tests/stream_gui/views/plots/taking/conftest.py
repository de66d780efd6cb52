from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.python_client import Access
from stream_gui.session.exporting.request import ExportRequest
from stream_gui.views.plots.plot_area import PlotArea

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.conftest import FakeFeeds

SECOND = 1_000_000_000


class FakeJob(QObject):
    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.path = Path("/data") / name
        self.share = 0.0
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True
        self.changed.emit()


class FakeExports(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[FakeJob] = []
        self.server: tuple[str, int | None] = ("lab:50012", 77)
        self.access = Access("lab:50012")
        self.written: list[tuple[Path, ExportRequest]] = []
        self.saved: list[tuple[Path, bytes]] = []

    def write(self, path: Path, request: ExportRequest) -> None:
        self.written.append((path, request))

    def write_bytes(self, path: Path, content: bytes) -> None:
        self.saved.append((path, content))


@pytest.fixture
def exports(qapp: object) -> FakeExports:
    return FakeExports()


@pytest.fixture
def plots(
    qtbot: QtBot, layout: PlotLayout, feeds: FakeFeeds, exports: FakeExports
) -> Iterator[PlotArea]:
    """Two panels with ten seconds of curves, standing still."""
    area = PlotArea(layout, feeds, exports)
    qtbot.addWidget(area, before_close_func=lambda widget: widget.shut_down())
    area.resize(800, 600)
    area.show()
    area.frame_timer.end()
    for name, unit in (("a", "V"), ("b", "A")):
        layout.plot_in_new_panel(name)
        feeds[name].become_live("x", "y", unit=unit)
        feeds[name].append(*range(101), interval_s=0.1)
    for now_s in (1, 2, 3):
        layout.paused = now_s > 1
        QApplication.processEvents()
        area.paint_frame(now_s * SECOND)
    area.activateWindow()
    area.setFocus()
    return area
