from __future__ import annotations

import numpy as np
import pytest

from stream_gui.plotdata.raster import Raster

RED, BLACK = 0xFF0000, 0x000000


@pytest.fixture
def raster() -> Raster:
    raster = Raster(10, 20)
    raster.fill(BLACK)
    return raster


def reds(raster: Raster) -> np.ndarray:
    return (raster.pixels >> 16) & 0xFF


def runs(**columns: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    top, bottom = np.full(10, np.nan), np.full(10, np.nan)
    for name, (first, last) in columns.items():
        top[int(name[1:])], bottom[int(name[1:])] = first, last
    return top, bottom


def test_a_run_covers_its_rows_and_half_a_pixel_around(raster: Raster) -> None:
    raster.draw_runs(*runs(c3=(5.0, 9.0)), RED)
    column = reds(raster)[:, 3]
    assert np.flatnonzero(column == 255).tolist() == [5, 6, 7, 8]
    assert column[4] == column[9] == pytest.approx(127, abs=1)
    assert np.count_nonzero(reds(raster)) == 6


def test_a_level_line_is_one_pixel_thick_where_it_falls_on_pixels(raster: Raster) -> None:
    raster.draw_runs(np.full(10, 7.5), np.full(10, 7.5), RED)
    assert np.all(reds(raster)[7] == 255)
    assert np.count_nonzero(reds(raster)) == 10


def test_what_lies_outside_is_cut_off(raster: Raster) -> None:
    raster.draw_runs(
        *runs(c0=(-np.inf, 3.0), c1=(15.0, np.inf), c2=(-50.0, -9.0), c3=(90.0, 99.0)), RED
    )
    assert np.flatnonzero(reds(raster)[:, 0] == 255).tolist() == [0, 1, 2]
    assert np.flatnonzero(reds(raster)[:, 1] == 255).tolist() == [15, 16, 17, 18, 19]
    assert not reds(raster)[:, 2:].any()


@pytest.mark.parametrize("everywhere", [True, False])
def test_both_ways_of_filling_paint_the_same(everywhere: bool) -> None:
    rng = np.random.default_rng(11)
    raster = Raster(300, 200)
    top = rng.uniform(-20, 220, 300)
    bottom = top + rng.uniform(0, 150 if everywhere else 5, 300)
    if not everywhere:
        top[::3] = bottom[::3] = np.nan
    raster.draw_runs(top, bottom, 0xFFFFFF)
    rows = np.arange(200)[:, None]
    covered = (rows >= np.ceil(top - 0.5)) & (rows < np.floor(bottom + 0.5))
    assert np.array_equal(reds(raster) == 255, covered | (reds(raster) == 255))
    assert not np.any((reds(raster) > 0) & (rows > bottom + 1.5))


def test_grid_and_marks_keep_inside(raster: Raster) -> None:
    raster.draw_grid(np.array([-1, 4, 10]), np.array([-1, 6, 20]), 0x00FF00)
    assert np.all(((raster.pixels >> 8) & 0xFF)[6] == 255)
    assert np.all(((raster.pixels >> 8) & 0xFF)[:, 4] == 255)
    raster.draw_marks(np.array([0, 9, 5]), np.array([0.0, 19.9, -400.0]), RED, 3)
    assert np.count_nonzero(reds(raster)) == 8


def test_everything_stays_opaque(raster: Raster) -> None:
    raster.draw_runs(np.full(10, 7.2), np.full(10, 9.9), 0x12FF80)
    assert np.all(raster.pixels >> 24 == 0xFF)


@pytest.mark.parametrize("is_up", [True, False])
def test_an_arrow_points_to_its_edge_and_keeps_inside(raster: Raster, is_up: bool) -> None:
    raster.draw_arrows(np.array([0, 5, 9, 40]), RED, 5, is_up=is_up)
    lit = reds(raster) > 0
    rows = lit if is_up else lit[::-1]
    assert rows.sum(axis=1).tolist()[:6] == [3, 7, 7, 10, 10, 0]
    assert rows[0].tolist() == [column in (0, 5, 9) for column in range(10)]


def test_ticks_stand_on_the_bottom(raster: Raster) -> None:
    raster.draw_ticks(np.array([-1, 2, 10]), RED, 4)
    assert np.argwhere(reds(raster)).tolist() == [[row, 2] for row in range(16, 20)]


def test_a_part_is_the_same_pixels_and_keeps_what_is_drawn_to_its_rows(raster: Raster) -> None:
    part = raster.part(5, 9)
    assert (part.width, part.height) == (10, 4)
    part.draw_runs(np.full(10, -50.0), np.full(10, 50.0), RED)
    part.draw_marks(np.array([3]), np.array([3.9]), RED, 5)
    assert np.flatnonzero(reds(raster).any(axis=1)).tolist() == [5, 6, 7, 8]
