"""A picture moved on, against the same picture drawn anew, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.column_cache import ColumnCache
from stream_gui.plotdata.columns import ColumnView
from stream_gui.plotdata.drawing import draw, draw_news
from stream_gui.plotdata.picture import DrawnCurve, Paint, Picture
from stream_gui.plotdata.raster import Raster
from stream_gui.plotdata.sample_table import SampleTable, TableRows
from stream_gui.plotdata.value_scale import ValueScale

MILLI = 1_000_000
T0 = 1_700_000_000_000 * MILLI
FIRST = T0 // (10 * MILLI)
WIDTH, HEIGHT, ARROW = 120, 50, 8
PAINT = Paint(background=0x101214, grid=0x303234, floating=0xFFFFFF, loss=0xFF0000, hole=0x888888)
SCALES = (ValueScale(-3.0, 3.0, 0.0, 0.5), ValueScale(-2.0, 2.0, 0.5, 1.0))
CURVES = tuple(
    DrawnCurve(key=(source, row), colour=colour, scale=row % 2, source=source, row=row)
    for source, row, colour in (
        (1, 0, 0x33AA55),
        (0, 2, 0x5588FF),
        (0, 0, 0xFF8833),
        (0, 1, 0xEE44),
    )
)


class Scene:
    """Two channels of three columns and of one, and an image that follows them."""

    def __init__(self, pixel_ratio: float) -> None:
        self.channels = [SampleTable("three", 3, dtype="float64"), SampleTable("alone")]
        self.now_ns = T0
        self._sources = [
            (TableRows(table, range(table.rows)), ColumnCache()) for table in self.channels
        ]
        self._raster = Raster(WIDTH, HEIGHT)
        self._before: Picture | None = None
        self._ratio = pixel_ratio

    def append(self, rows: np.ndarray) -> None:
        for table in self.channels:
            table.append(rows[: table.rows], time_ns=self.now_ns, interval_ns=MILLI)
        self.now_ns += rows.shape[1] * MILLI

    def images(self, first: int) -> tuple[np.ndarray, np.ndarray]:
        """What the image shows when it has followed to this column, and when it is drawn anew."""
        picture = self._picture(first)
        changed = picture.changed_from - picture.view.first
        if self._before is not None and picture.continues(self._before) and changed > 0:
            draw_news(self._raster, picture, first - self._before.view.first, changed)
        else:
            draw(self._raster, picture)
        self._before = picture
        anew = Raster(WIDTH, HEIGHT)
        draw(anew, picture)
        return self._raster.pixels.copy(), anew.pixels

    def _picture(self, first: int) -> Picture:
        view = ColumnView(first, WIDTH, 10 * MILLI)
        return Picture(
            view=view,
            columns=tuple(cache.update(source, view) for source, cache in self._sources),
            curves=CURVES,
            scales=SCALES,
            grid_columns=np.arange(-first % 40, WIDTH, 40),
            floating_columns=np.zeros(0, np.int64),
            grid_places=np.array([0.25, 0.75]),
            gaps=(),
            paint=PAINT,
            pixel_ratio=self._ratio,
        )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "append", "gap", "nan", "inf", "back", "nothing"]),
        st.integers(1, 600),
        st.integers(0, 60),
    ),
    min_size=2,
    max_size=12,
)


@settings(deadline=None, max_examples=100)
@given(STEPS, st.integers(0, 2**32), st.sampled_from([1.0, 2.0]))
@example([("append", 400, 0), ("nothing", 1, 2), ("nothing", 1, 3), ("append", 90, 2)], 3, 1.0)
@example([("append", 400, 0), ("inf", 40, 2), ("nothing", 1, 3), ("append", 90, 2)], 3, 2.0)
def test_an_image_that_is_moved_on_is_the_one_drawn_anew(
    steps: list[tuple[str, int, int]], seed: int, pixel_ratio: float
) -> None:
    rng = np.random.default_rng(seed)
    scene, first = Scene(pixel_ratio), FIRST - 60
    for what, count, shift in steps:
        if what == "back":
            scene.now_ns -= 3000 * MILLI
        elif what == "gap":
            scene.now_ns += count * MILLI
            for table in scene.channels:
                table.mark_gap("lost")
        values = rng.normal(size=(3, count))
        values[1, : count // 2 if what == "nan" else 0] = np.nan
        values[:2, : count // 3 if what == "inf" else 0] = np.inf
        if what != "nothing":
            scene.append(values)
        first += shift
        moved_on, anew = scene.images(first)
        left = ARROW if np.isinf(values).any() or any(what == "inf" for what, *_ in steps) else 2
        assert np.array_equal(moved_on[:, left:], anew[:, left:])


def test_nothing_but_the_grid_is_drawn_where_nothing_has_come_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene(1.0)
    scene.append(np.random.default_rng(1).normal(size=(3, 500)))
    scene.images(FIRST - 60)
    calls: list[int] = []
    monkeypatch.setattr("stream_gui.plotdata.drawing.draw_strip", lambda *_: calls.append(1))
    monkeypatch.setattr(TableRows, "envelope", lambda *_: calls.append(2))
    moved_on, _ = scene.images(FIRST - 57)
    assert not calls
    assert set(np.unique(moved_on[:, -3:])) <= {0xFF101214, 0xFF303234}
