"""Series read together, against the same series read one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.bundle import Bundle
from stream_gui.plotdata.series import Series

MILLI = 1_000_000
T0 = 1_700_000_000_000 * MILLI


@settings(deadline=None, max_examples=100)
@given(
    blocks=st.lists(
        st.tuples(st.sampled_from(["even", "uneven", "gap", "back"]), st.integers(1, 4000)),
        min_size=1,
        max_size=8,
    ),
    data=st.data(),
)
def test_it_gives_a_row_for_each_as_if_read_alone(
    blocks: list[tuple[str, int]], data: st.DataObject
) -> None:
    rng = np.random.default_rng(len(blocks))
    series = [Series(str(number), dtype="float64", capacity=8192) for number in range(4)]
    now_ns = T0
    for what, count in blocks:
        if what == "back":
            now_ns -= 60_000 * MILLI
        steps = rng.integers(1, 3 * MILLI, count) if what == "uneven" else np.full(count, MILLI)
        times_ns = now_ns + np.cumsum(steps)
        now_ns = int(times_ns[-1])
        for each in series:
            if what == "gap":
                each.mark_gap("lost", 1)
            each.append(rng.normal(size=count), times_ns)
    start_ns = data.draw(st.integers(now_ns - 100_000 * MILLI, now_ns))
    stop_ns = data.draw(st.integers(start_ns, now_ns + 1000 * MILLI))
    pixels = data.draw(st.integers(1, 600))
    together = Bundle(series).envelope(start_ns, stop_ns, pixels)
    for row, each in enumerate(series):
        alone = each.envelope(start_ns, stop_ns, pixels)
        assert np.array_equal(together.times_ns, alone.times_ns)
        assert np.array_equal(together.low[row], alone.low)
        assert np.array_equal(together.high[row], alone.high)
        assert np.array_equal(together.breaks, alone.breaks)


def test_a_block_that_not_all_have_yet_is_not_shown() -> None:
    first, second = Series("x", dtype="float64"), Series("y", dtype="float64")
    for each in (first, second):
        each.append(np.arange(10.0), time_ns=T0, interval_ns=MILLI)
    first.append(np.arange(5.0), time_ns=T0 + 10 * MILLI, interval_ns=MILLI)
    shown = Bundle([first, second]).envelope(T0, T0 + 100 * MILLI, 100)
    assert shown.low.shape == (2, 10)


def test_series_of_different_lengths_are_shown_as_far_as_all_reach() -> None:
    long, short = Series("x", dtype="float64", capacity=20_000), Series("y", dtype="float64")
    for each in (long, short):
        each.append(np.arange(20_000.0), time_ns=T0, interval_ns=MILLI)
    short.capacity = 5000
    for pixels in (10, 100, 100_000):
        shown = Bundle([long, short]).envelope(T0, T0 + 20_000 * MILLI, pixels)
        assert shown.times_ns[0] == T0 + 15_000 * MILLI
        assert shown.low[:, 0].tolist() == [15_000.0, 15_000.0] or pixels < 100_000
        assert shown.high.max() == 19_999.0


def test_empty_series_show_nothing() -> None:
    shown = Bundle([Series("x"), Series("y")]).envelope(T0, T0 + MILLI, 100)
    assert len(shown) == 0
    assert shown.low.shape == (2, 0)
