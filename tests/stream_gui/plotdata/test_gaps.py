from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_gui.plotdata.gaps import Gap, GapList
from stream_gui.plotdata.series import Series

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND


def test_gaps_in_one_place_are_one_and_a_loss_if_any_of_them_is() -> None:
    gaps = GapList()
    gaps.add(Gap(5, "nothing came", None, is_loss=False))
    gaps.add(Gap(5, "overflow", 3))
    (gap,) = gaps.gaps
    assert (gap.reason, gap.count, gap.is_loss) == ("nothing came; overflow", None, True)
    assert gaps.part(0, 9)[2].tolist() == [True]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), min_size=2, max_size=60))
def test_list_and_array_say_the_same_while_the_oldest_are_let_go(
    steps: list[tuple[int, bool]],
) -> None:
    gaps, number, start = GapList(), 0, 0
    for step, lets_go in steps:
        number += step
        gaps.add(Gap(number, "overflow", 1))
        if lets_go:
            start += step
            gaps.forget_before(start)
        assert gaps.array.tolist() == gaps.numbers == [gap.index for gap in gaps.gaps]
        assert all(gap.index >= start for gap in gaps.gaps)
        found, numbers, losses = gaps.part(start + 1, number)
        assert [gap.index for gap in found] == numbers.tolist()
        assert numbers.tolist() == [n for n in gaps.numbers if start + 1 <= n < number]
        assert losses.all()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_spans_are_those_of_the_samples_around_each_gap(data: st.DataObject) -> None:
    """Against numpy on the raw times."""
    series = Series("a", dtype="float64")
    times: list[int] = []
    wanted: list[tuple[int, int]] = []
    now = T0
    for _ in range(data.draw(st.integers(1, 8))):
        count = data.draw(st.integers(1, 50))
        if times and data.draw(st.booleans()):
            series.mark_gap("overflow", 2)
            now += data.draw(st.integers(1, 10)) * SECOND
            wanted.append((times[-1], now))
        block = now + np.arange(count) * 1000
        series.append(np.zeros(count), block)
        times += block.tolist()
        now = times[-1] + 1000
    start = T0 + data.draw(st.integers(-5, 60)) * SECOND
    stop = start + data.draw(st.integers(1, 60)) * SECOND
    found = series.gap_spans(start, stop)
    spans = () if found is None else found.touching(start, stop)
    assert [(span.start_ns, span.stop_ns) for span in spans] == [
        span for span in wanted if span[0] <= stop and span[1] >= start
    ]


def test_a_clock_set_back_is_no_span_but_a_place() -> None:
    series = Series("a", dtype="float64")
    series.append(np.zeros(10), time_ns=T0, interval_ns=SECOND)
    series.append(np.zeros(10), time_ns=T0 - 100 * SECOND, interval_ns=SECOND)
    found = series.gap_spans(T0 - 200 * SECOND, T0 + 100 * SECOND)
    assert found is not None
    (span,) = found.touching(T0 - 200 * SECOND, T0 + 100 * SECOND)
    assert (span.start_ns, span.stop_ns) == (T0 - 100 * SECOND,) * 2
    assert span.gap.reason == "the clock was set back by 109 s"
    assert not span.gap.is_loss


def test_steps_back_within_a_block_are_told_each() -> None:
    series = Series("a", dtype="float64")
    series.append([1, 2, 3, 4], np.array([T0, T0 - 9 * SECOND, T0, T0 - 5 * SECOND]))
    assert [(gap.index, gap.reason) for gap in series.gaps()] == [
        (1, "the clock was set back by 9 s"),
        (3, "the clock was set back by 5 s"),
    ]


def test_a_loss_after_which_nothing_has_come_yet_is_at_the_newest_sample() -> None:
    series = Series("a", dtype="float64")
    series.append(np.zeros(10), time_ns=T0, interval_ns=SECOND)
    series.mark_gap("overflow", 7)
    found = series.gap_spans(T0, T0 + 100 * SECOND)
    assert found is not None
    assert [(s.start_ns, s.stop_ns) for s in found.touching(T0, T0 + 99 * SECOND)] == [
        (T0 + 9 * SECOND, T0 + 9 * SECOND)
    ]
