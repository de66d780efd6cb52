"""The columns of a channel in one table, against the same columns each in a table of its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.sample_table import SampleTable, TableRows
from stream_gui.plotdata.series import Series, series_of

MILLI = 1_000_000
T0 = 1_700_000_000_000 * MILLI
ROWS = 4

BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["even", "uneven", "gap", "back", "strange", "cut", "wide"]),
        st.integers(1, 6000),
    ),
    min_size=1,
    max_size=8,
)


class Both:
    """The same samples in one table, and each column by itself."""

    def __init__(self, seed: int) -> None:
        self.table = SampleTable("rig", ROWS, dtype="float32", capacity=20_000)
        self.columns = series_of(self.table, "abcd")
        self.alone = [Series(name, dtype="float32", capacity=20_000) for name in "abcd"]
        self._rng = np.random.default_rng(seed)
        self.now_ns = T0

    def add(self, what: str, count: int) -> None:
        if what == "back":
            self.now_ns -= 60_000 * MILLI
        even = np.full(count, MILLI)
        steps = self._rng.integers(1, 3 * MILLI, count) if what == "uneven" else even
        times_ns = self.now_ns + np.cumsum(steps)
        self.now_ns = int(times_ns[-1])
        values = self._rng.normal(size=(ROWS, count))
        if what == "strange":
            values[1, ::3], values[2, ::5] = np.nan, -np.inf
        self._act(what)
        self.table.append(values, times_ns)
        for each, row in zip(self.alone, values, strict=True):
            each.append(row, times_ns)

    def _act(self, what: str) -> None:
        for each in (self.columns[0], *self.alone):
            if what == "gap":
                each.mark_gap("lost", 1)
            elif what == "cut":
                each.capacity = 5000
            elif what == "wide":
                each.widen()


@settings(deadline=None, max_examples=100)
@given(BLOCKS, st.data(), st.integers(0, 2**32))
def test_each_column_is_what_it_would_be_alone(
    blocks: list[tuple[str, int]], data: st.DataObject, seed: int
) -> None:
    both = Both(seed)
    for block in blocks:
        both.add(*block)
    start_ns = data.draw(st.integers(both.now_ns - 100_000 * MILLI, both.now_ns))
    stop_ns = data.draw(st.integers(start_ns, both.now_ns + 1000 * MILLI))
    pixels = data.draw(st.integers(1, 600))
    rows = data.draw(st.permutations(range(ROWS)))[: data.draw(st.integers(1, ROWS))]
    together = TableRows(both.table, rows).envelope(start_ns, stop_ns, pixels)
    for place, row in enumerate(rows):
        column, alone = both.columns[row], both.alone[row]
        for shown in (column.envelope(start_ns, stop_ns, pixels),):
            expected = alone.envelope(start_ns, stop_ns, pixels)
            assert np.array_equal(shown.times_ns, expected.times_ns)
            assert np.array_equal(together.times_ns, expected.times_ns)
            for name in ("low", "high"):
                wanted = getattr(expected, name)
                assert np.array_equal(getattr(together, name)[place], wanted, equal_nan=True)
                assert np.array_equal(getattr(shown, name), wanted, equal_nan=True)
            assert np.array_equal(together.breaks, expected.breaks)
        one, other = column.statistics(start_ns, stop_ns), alone.statistics(start_ns, stop_ns)
        assert (one.count, one.nan, one.infinite) == (other.count, other.nan, other.infinite)
        figures = ("mean", "deviation", "least", "most", "integral", "slope")
        for name in figures:
            wanted = pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9, nan_ok=True)
            assert getattr(one, name) == wanted
        assert column.last_value == pytest.approx(alone.last_value, nan_ok=True)
        assert (column.total, column.length, column.not_finite, column.precision) == (
            alone.total,
            alone.length,
            alone.not_finite,
            alone.precision,
        )
        assert column.gaps() == alone.gaps()
        assert column.sample_at(stop_ns) == alone.sample_at(stop_ns)


def test_an_empty_table_shows_nothing() -> None:
    shown = TableRows(SampleTable("rig", 2), (0, 1)).envelope(T0, T0 + MILLI, 100)
    assert len(shown) == 0
    assert shown.low.shape == (2, 0)


def test_it_takes_all_columns_or_none() -> None:
    table = SampleTable("rig", 2)
    with pytest.raises(ValueError, match="rig: 2 rows of numbers are needed, not float64"):
        table.append(np.zeros((3, 5)), time_ns=T0, interval_ns=MILLI)
    with pytest.raises(ValueError, match="rig: 2 rows"):
        series_of(table, "ab")[1].append(np.zeros(5), time_ns=T0, interval_ns=MILLI)
    assert table.total == 0
