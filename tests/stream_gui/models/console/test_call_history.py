"""The history of calls."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QAbstractItemModelTester

from stream_gui.models.console.call_history import CallHistory
from stream_gui.models.console.call_record import (
    NOTHING,
    CallRecord,
    CallStatus,
    StoredCall,
    size_bytes,
)


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(clock: Clock) -> CallHistory:
    model = CallHistory(limit=3, now_s=clock, tick_s=clock)
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def row(history: CallHistory, place: int = 0) -> list[str]:
    return [history.index(place, column).data() for column in range(1, 4)]


def test_a_call_is_followed_from_start_to_result(history: CallHistory, clock: Clock) -> None:
    number = history.begin("rig.run()")
    clock.now_s += 2
    assert row(history) == ["rig.run()", "running …", "2.00 s"]
    history.progressed(number, 0.5)
    assert row(history)[1] == "50%"
    history.done(number, {"gain": 1.0})
    clock.now_s += 5
    assert row(history) == ["rig.run()", "{'gain': 1.0}", "2.00 s"]
    assert history.running == []


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (0.25, 0.25),
        ((1, 4), 0.25),
        ({"step": 3, "of": 4, "error": 0.1}, 0.75),
        ("warming up", 0.0),
        (7, 0.0),
        ((5, 0), 0.0),
    ],
)
def test_progress_is_a_share_where_it_can_be_told(
    history: CallHistory, value: Any, fraction: float
) -> None:
    number = history.begin("x")
    history.progressed(number, value)
    record = history.record(number)
    assert record is not None
    assert record.fraction == fraction
    assert record.progress


def test_a_failure_keeps_its_remote_traceback(history: CallHistory) -> None:
    number = history.begin("rig.fail()")
    history.failed(number, "ValueError: no\nreference", "Traceback …")
    record = history.record(number)
    assert record is not None
    assert (record.status, record.full_text) == (CallStatus.FAILED, "ValueError: no reference")
    assert record.traceback == "Traceback …"


def test_streamed_results_are_counted_and_listed(history: CallHistory) -> None:
    number = history.begin("rig.scan()")
    for value in (1, 2, 3):
        history.received(number, value)
    assert row(history)[1] == "3 results, the latest 3"
    history.streamed(number)
    record = history.record(number)
    assert record is not None
    assert record.full_text == "1\n2\n3"


def test_what_ended_stays_ended(history: CallHistory) -> None:
    number = history.begin("x")
    history.cancelled(number)
    history.done(number, 1)
    history.progressed(number, 0.5)
    assert row(history)[1] == "cancelled"


def test_the_oldest_ended_call_is_forgotten(history: CallHistory) -> None:
    numbers = [history.begin(str(place)) for place in range(3)]
    for number in numbers:
        history.done(number, None)
    history.begin("new")
    assert [row(history, place)[0] for place in range(history.rowCount())] == ["new", "2", "1"]


def test_clear_keeps_what_runs(history: CallHistory) -> None:
    history.done(history.begin("old"), None)
    running = history.begin("running")
    history.clear()
    assert history.rowCount() == 1
    assert history.running == [running]


def test_calls_of_earlier_starts_stand_behind_those_of_this_one(history: CallHistory) -> None:
    history.begin("now")
    calls = [StoredCall(str(number), CallStatus.FAILED, "no", "trace", 5.0) for number in range(4)]
    history.restore(calls)
    assert [row(history, place)[0] for place in range(history.rowCount())] == ["now", "3", "2"]
    record = history.index(1, 0).data(CallHistory.RecordRole)
    assert (record.earlier, record.traceback, record.full_text) == (True, "trace", "no")


def test_an_ended_call_is_told_and_can_be_kept(history: CallHistory, clock: Clock) -> None:
    ended: list[CallRecord] = []
    history.ended.connect(ended.append)
    number = history.begin("rig.gains()")
    clock.now_s += 1
    history.done(number, {"gain": 1.0})
    assert [record.stored for record in ended] == [
        StoredCall("rig.gains()", CallStatus.DONE, "{'gain': 1.0}", "{'gain': 1.0}", 100.0, 1.0)
    ]


def test_a_repeated_call_collects_results_and_counts_failures(
    history: CallHistory, clock: Clock
) -> None:
    number = history.begin("rig.read()", every_s=2.0)
    history.received(number, 20.5)
    clock.now_s += 2
    history.missed(number, "ValueError: no\nreference")
    clock.now_s += 2
    history.received(number, 20.7)
    assert row(history)[0] == "rig.read()   every 2.00 s"
    assert row(history)[1] == "2 results, 1 failed, the latest 20.7"
    record = history.record(number)
    assert record is not None
    assert (record.value, record.times_s) == ([20.5, 20.7], [0.0, 4.0])
    history.cancelled(number)
    assert row(history)[1].startswith("cancelled after 2 results")


def test_of_very_many_results_the_latest_are_kept(
    history: CallHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_gui.models.console.call_history.KEPT_RESULTS", 20)
    number = history.begin("rig.stream()")
    for value in range(50):
        history.received(number, value)
    record = history.record(number)
    assert record is not None
    assert (record.received, len(record.times_s)) == (50, len(record.value))
    assert 18 <= len(record.value) <= 20
    assert record.value[-1] == 49


def test_values_of_old_calls_are_given_up_before_they_fill_the_memory(clock: Clock) -> None:
    history = CallHistory(value_bytes=20_000, now_s=clock, tick_s=clock)
    numbers = [history.begin(str(place)) for place in range(3)]
    for number in numbers:
        history.done(number, np.zeros(1000))
    records = [history.record(number) for number in numbers]
    kept = [record.value is not NOTHING for record in records if record]
    assert kept == [False, True, True]
    assert records[0] is not None
    assert "0." in records[0].full_text


@pytest.mark.parametrize(
    ("value", "at_least", "at_most"),
    [
        (np.zeros(1000), 8000, 9000),
        ([0.0] * 10_000, 100_000, 500_000),
        ({"a": "x" * 1000}, 1000, 2000),
        ([np.zeros(1000)] * 10_000, 80_000_000, 90_000_000),
        ([], 1, 100),
        (None, 1, 100),
    ],
)
def test_the_memory_of_a_value_is_estimated(value: Any, at_least: int, at_most: int) -> None:
    assert at_least <= size_bytes(value) <= at_most


def test_a_call_of_another_day_says_the_day(history: CallHistory) -> None:
    history.restore([StoredCall("x", CallStatus.DONE, started_s=100.0 - 3 * 86_400)])
    assert history.index(0, 0).data().startswith("29 Dec")
