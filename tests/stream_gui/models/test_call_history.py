"""The history of calls."""

from typing import Any

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from stream_gui.models.call_history import CallHistory, CallStatus


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
    assert (record.status, record.result) == (CallStatus.FAILED, "ValueError: no reference")
    assert record.detail == "Traceback …"


def test_streamed_results_are_counted_and_listed(history: CallHistory) -> None:
    number = history.begin("rig.scan()")
    for value in (1, 2, 3):
        history.received(number, value)
    assert row(history)[1] == "3 results, the latest 3"
    history.streamed(number)
    record = history.record(number)
    assert record is not None
    assert record.detail == "1\n2\n3"


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
