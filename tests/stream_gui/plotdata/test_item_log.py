"""A log keeps the newest rows, within its bounds, and says what it could not keep."""

from typing import Any

import numpy as np
import pytest

from stream_gui.plotdata.item_log import ItemLog, size_of


def log_of(count: int, **bounds: Any) -> ItemLog:
    log = ItemLog("rig/events", **bounds)
    log.append([f"event {n}" for n in range(count)], [n * 10 for n in range(count)], range(count))
    return log


def test_items_come_back_with_their_times_and_numbers() -> None:
    (row,) = log_of(3).since(2).rows
    assert (row.channel, row.value, row.time_ns, row.sequence) == ("rig/events", "event 2", 20, 2)
    assert not row.is_loss


def test_a_reader_asks_for_what_has_come_since() -> None:
    log = log_of(3)
    first = log.since(0)
    log.append(["more"], [99], range(3, 4))
    then = log.since(first.end)
    assert [row.value for row in then.rows] == ["more"]
    assert (first.missed, then.missed, then.end) == (0, 0, 4)
    assert log.since(then.end).rows == []


@pytest.mark.parametrize("count", [5, 12, 40])
def test_the_oldest_rows_go_and_are_counted(count: int) -> None:
    log = log_of(2, limit=10)
    log.append(list(range(count)), [100] * count, range(2, 2 + count))
    rows = log.since(0)
    kept = min(10, 2 + count)
    assert (len(log), len(rows.rows), rows.missed) == (kept, kept, 2 + count - kept)
    assert rows.rows[-1].value == count - 1
    assert log.end == 2 + count


def test_large_items_leave_room_for_few() -> None:
    log = ItemLog("a", limit_bytes=10_000)
    for number in range(20):
        log.append([np.zeros(500)], [number], range(number, number + 1))
    assert (len(log), log.end) == (2, 20)
    assert log.nbytes <= 10_000


def test_the_newest_row_stays_however_large_it_is() -> None:
    log = ItemLog("a", limit_bytes=10)
    log.append(["x" * 100], [1], range(1))
    assert len(log) == 1


def test_losses_are_rows_of_their_own_in_their_place() -> None:
    log = log_of(1)
    log.mark_loss(1, 3, "buffer full")
    log.append(["after"], [50], range(4, 5))
    rows = log.since(0).rows
    assert [row.is_loss for row in rows] == [False, True, False]
    assert (rows[1].lost, rows[1].reason, rows[1].sequence) == (3, "buffer full", 1)
    assert log.newest_time_ns == 50


def test_rows_of_an_array_keep_no_more_memory_than_the_log() -> None:
    log = ItemLog("a", limit=2)
    block = np.arange(10.0)
    log.append(block, list(range(10)), range(10))
    block[:] = -1
    assert [row.value for row in log.since(0).rows] == [8.0, 9.0]


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("x" * 1000, 1000, 1200),
        ({"a": "x" * 1000}, 1000, 1600),
        ([["x" * 100] * 1000] * 2, 100_000, 400_000),
        (np.zeros(1000), 8000, 8200),
        (None, 1, 100),
    ],
)
def test_sizes_are_about_right(value: object, least: int, most: int) -> None:
    assert least <= size_of(value) <= most


def test_a_value_that_contains_itself_has_a_size() -> None:
    value: list[Any] = []
    value.append(value)
    assert size_of(value) > 0
