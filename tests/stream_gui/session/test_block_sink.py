"""From blocks to series."""

from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_gui.session.block_sink import BlockSink, Curves, NotDrawableError


def block(values: Any, *losses: sc.Loss, first: int = 0) -> sc.Block:
    times_ns = np.arange(first, first + len(values), dtype=np.int64) * 1_000_000
    return sc.Block(values, times_ns, range(first, first + len(values)), losses, 1)


def taken(*blocks: sc.Block, info: sc.ChannelInfo | None = None) -> Curves:
    found: list[Curves] = []
    sink = BlockSink("rig/a", found.append)
    for each in blocks:
        sink.take(each, info, 10)
    (curves,) = found
    return curves


def test_a_scalar_channel_has_one_nameless_column() -> None:
    info = sc.ChannelInfo(name="rig/a", unit="V")
    curves = taken(block(np.arange(4.0)), block(np.arange(3.0), first=4), info=info)
    assert (curves.columns, curves.unit) == (("",), "V")
    assert curves.series[0].total == 7
    assert curves.series[0].newest_time_ns == 6_000_000


@pytest.mark.parametrize(
    ("values", "columns"),
    [
        (np.zeros((3, 2), np.int16), ("0", "1")),
        (np.zeros((3, 2, 2), np.float32), ("0", "1", "2", "3")),
        ([1, 2.5, True], ("",)),
        ([(1, 2), (3, 4)], ("0", "1")),
        ([{"x": 1, "label": "a", "y": 2.0}, {"y": 5.0}], ("x", "y")),
        ([np.float32(1), np.float32(2)], ("",)),
    ],
)
def test_rows_of_numbers_become_columns(values: Any, columns: tuple[str, ...]) -> None:
    assert taken(block(values)).columns == columns


def test_columns_have_the_names_of_the_channel() -> None:
    info = sc.ChannelInfo(name="rig/a", columns=("x", "y"))
    curves = taken(block(np.zeros((3, 2))), info=info)
    assert curves.columns == ("x", "y")
    assert curves.series[0].label == "rig/a x"


def test_missing_keys_are_missing_samples() -> None:
    curves = taken(block([{"x": 1.0, "y": 1.0}, {"y": 2.0}]))
    assert curves.series[0].last_value is not None
    assert np.isnan(curves.series[0].last_value)


@pytest.mark.parametrize(
    "values",
    [["text"], [b"bytes"], [None], [object()], [[1, "a"]], [{"a": "b"}], np.zeros((2, 100)), [[]]],
)
def test_what_is_no_number_is_refused_with_its_name(values: Any) -> None:
    with pytest.raises(NotDrawableError, match="rig/a"):
        taken(block(values))


def test_what_is_no_number_among_numbers_keeps_its_place_as_nan() -> None:
    found: list[Curves] = []
    sink = BlockSink("rig/a", found.append)
    sink.take(block([1.0, 2.0]), None)
    sink.take(block([3.0, "overload", None, 4.0], first=2), None)
    assert sink.odd == "rig/a carries str, not numbers"
    series = found[0].series[0]
    assert (series.total, series.not_finite, series.last_value) == (6, (2, 0), 4.0)
    sink.take(block([5.0], first=6), None)
    assert sink.odd == ""
    assert len(found) == 1


def test_a_channel_that_comes_back_with_other_columns_gets_other_series() -> None:
    found: list[Curves] = []
    sink = BlockSink("rig/a", found.append)
    sink.take(block(np.zeros((3, 2))), None)
    sink.take(block(np.zeros((4, 3)), first=3), None)
    assert [curves.columns for curves in found] == [("0", "1"), ("0", "1", "2")]
    assert [curves.series[0].total for curves in found] == [3, 4]


def test_losses_are_counted_and_leave_gaps() -> None:
    sink = BlockSink("a", lambda curves: found.append(curves))
    found: list[Curves] = []
    sink.take(block(np.zeros(3)), None)
    loss = sc.Loss(3, 7, 5, "buffer full")
    assert sink.take(block(np.zeros(2), loss, first=8), None) == 5
    (gap,) = found[0].series[0].gaps()
    assert gap.reason.startswith("buffer full")


def test_an_empty_block_only_tells_of_losses() -> None:
    sink = BlockSink("a", lambda curves: None)
    assert sink.take(block(np.zeros(0), sc.Loss(0, None, 2, "gone")), None) == 2


def test_the_pairs_of_an_envelope_are_two_samples_each() -> None:
    info = sc.ChannelInfo(name="rig/a", dtype="float64", shape=(2,), columns=("x", "y"))
    low, high = [[-1.0, -2.0], [0.0, 0.0]], [[1.0, 2.0], [5.0, 0.5]]
    pairs = np.stack([np.array(low), np.array(high)], axis=1)
    times_ns = np.array([0, 1000], np.int64)
    envelope = sc.Block(pairs, times_ns, range(0, 20, 10), (), 1)
    curves = taken(envelope, info=info)
    assert curves.columns == ("x", "y")
    shown = curves.series[0].envelope(0, 10_000, 1000)
    assert shown.low.tolist() == [-1.0, 1.0, 0.0, 5.0]
    assert shown.times_ns.tolist() == [0, 500, 1000, 1500]


def test_whole_samples_and_envelopes_of_a_channel_are_one_curve() -> None:
    info = sc.ChannelInfo(name="rig/a", dtype="float64")
    pairs = sc.Block(np.array([[7.0, 9.0]]), np.array([10_000_000]), range(10, 11), (), 1)
    curves = taken(block(np.arange(10.0)), pairs, block(np.zeros(1), first=20), info=info)
    (series,) = curves.series
    assert series.total == 13
    assert series.gaps() == ()
    assert series.reduced_between(0, 9_999_999) == 1
    assert series.reduced_between(0, 10_000_000) == 10


def test_values_that_need_more_precision_go_on_in_the_same_series() -> None:
    first = np.array([1.5, 2.5], np.float32)
    curves = taken(block(first), block(np.array([16_777_217.0]), first=2))
    (series,) = curves.series
    assert (series.total, series.precision, series.last_value) == (3, "float64", 16_777_217.0)
    assert series.envelope(0, 10**9, 100).low.tolist() == [1.5, 2.5, 16_777_217.0]


def test_another_unit_is_announced_and_the_samples_go_on() -> None:
    found: list[Curves] = []
    sink = BlockSink("rig/a", found.append)
    sink.take(block(np.zeros(3)), sc.ChannelInfo(name="rig/a", unit="V"))
    sink.take(block(np.zeros(3), first=3), sc.ChannelInfo(name="rig/a", unit="mV"))
    assert [curves.unit for curves in found] == ["V", "mV"]
    assert found[0].series == found[1].series
    assert found[1].series[0].total == 6


def test_what_was_not_read_meanwhile_is_a_gap_but_no_loss() -> None:
    found: list[Curves] = []
    sink = BlockSink("rig/a", found.append)
    sink.interrupt("the link was away")
    for number in range(3):  # one by one: no interval tells that something is missing
        sink.take(block(np.zeros(1), first=number), None)
    sink.interrupt("the link was away")
    sink.take(block(np.zeros(1), first=9000), None)
    (gap,) = found[0].series[0].gaps()
    assert (gap.index, gap.reason, gap.is_loss) == (3, "the link was away", False)
    assert found[0].series[0].envelope(0, 10**10, 100).breaks.tolist() == [True, False, False, True]
