"""A tile is read at any size, in any state."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from pytestqt.qtbot import QtBot

from stream_gui.models.tile_face import TileFace
from stream_gui.views.plots.plot_colours import PlotColours
from stream_gui.views.plots.readout_grid import ReadoutGrid, columns_for
from stream_gui.views.plots.readout_tile import ReadoutTile

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

FACE = TileFace("adc x", "1.2346", "\N{MINUS SIGN}8.8888", "V", foot="min 1   max 2")


def face(**changes: object) -> TileFace:
    values = {name: getattr(FACE, name) for name in FACE.__slots__}
    return TileFace(**{**values, **changes})


@pytest.fixture
def tile(qtbot: QtBot) -> ReadoutTile:
    tile = ReadoutTile(PlotColours.of(QPalette()))
    qtbot.addWidget(tile)
    tile.resize(300, 140)
    tile.show_face(FACE)
    tile.show()
    return tile


def ground(tile: ReadoutTile) -> QColor:
    return QColor(tile.grab().toImage().pixel(12, tile.height() // 2))


def test_figures_grow_with_the_room(tile: ReadoutTile) -> None:
    small = tile.fitting_px
    tile.resize(600, 280)
    assert tile.fitting_px > 1.6 * small
    tile.resize(30, 20)
    assert tile.fitting_px >= 9


def test_their_size_hangs_on_the_widest_ones_alone(tile: ReadoutTile) -> None:
    before = tile.fitting_px
    tile.show_face(face(figures="1.1"))
    assert tile.fitting_px == before


def test_an_alarm_is_seen_and_said(tile: ReadoutTile) -> None:
    plain = ground(tile)
    tile.show_face(face(level="alarm", side="high", state="alarm high"))
    alarm = ground(tile)
    tile.show_face(face(level="warning", side="low", state="warning low"))
    warning = ground(tile)
    assert len({colour.rgb() for colour in (plain, alarm, warning)}) == 3
    assert "warning low" in tile.accessibleName()


def test_an_old_alarm_is_no_alarm_of_now(tile: ReadoutTile) -> None:
    tile.show_face(face(level="alarm", side="high", state="alarm high"))
    alarm = ground(tile)
    tile.show_face(face(level="alarm", side="high", state="no data for 9 s", is_old=True))
    assert ground(tile).rgb() != alarm.rgb()


@pytest.mark.parametrize("size", [(10, 10), (60, 24), (100, 50), (150, 95), (1200, 700)])
@pytest.mark.parametrize("figures", ["1.2", "NaN", ""])
def test_any_size_shows_any_value(tile: ReadoutTile, size: tuple[int, int], figures: str) -> None:
    tile.setMinimumSize(1, 1)
    tile.resize(*size)
    width = max(1, tile.trace_width)
    trace = np.full(width, np.nan), np.full(width, np.nan)
    tile.show_face(face(figures=figures, state="no data for 9 s" * 5), trace)
    assert not tile.grab().isNull()
    trace[0][width // 2 :] = trace[1][width // 2 :] = 5.0
    tile.show_face(face(figures=figures), trace)
    assert not tile.grab().isNull()


def test_keys_and_the_mouse_ask_for_limits(tile: ReadoutTile, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tile.limits_wanted):
        qtbot.keyClick(tile, Qt.Key.Key_Return)
    with qtbot.waitSignal(tile.limits_wanted):
        qtbot.mouseDClick(tile, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(tile, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(tile.removed):
        qtbot.keyClick(tile, Qt.Key.Key_Delete)


@pytest.mark.parametrize(
    ("count", "width", "height", "across"),
    [(1, 300, 100, 1), (6, 900, 210, 3), (4, 300, 800, 1), (4, 1600, 100, 4), (9, 600, 600, 2)],
)
def test_tiles_are_as_large_as_possible(count: int, width: int, height: int, across: int) -> None:
    assert columns_for(count, width, height) == across


def test_all_tiles_have_figures_of_one_size(qtbot: QtBot) -> None:
    grid = ReadoutGrid()
    qtbot.addWidget(grid)
    grid.resize(600, 200)
    tiles = [ReadoutTile(PlotColours.of(QPalette())) for _ in range(3)]
    tiles[0].show_face(face(widest="8" * 12))
    grid.set_tiles(tiles)
    grid.show()
    assert tiles[0].fitting_px < tiles[1].fitting_px
    assert {tile._shared_px for tile in tiles} == {tiles[0].fitting_px}
    covered = sum(tile.width() * tile.height() for tile in tiles)
    assert covered >= 0.7 * grid.width() * grid.height()
