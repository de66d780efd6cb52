"""The list of reports."""

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from stream_gui.feedback import Feedback
from stream_gui.models.feedback_list import FeedbackList


@pytest.fixture
def feedback() -> Feedback:
    return Feedback()


@pytest.fixture
def reports(feedback: Feedback) -> FeedbackList:
    model = FeedbackList(feedback, limit=3)
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    return model


def texts(reports: FeedbackList) -> list[str]:
    return [reports.index(row, 2).data() for row in range(reports.rowCount())]


def test_the_latest_comes_first_and_the_oldest_goes(
    feedback: Feedback, reports: FeedbackList
) -> None:
    for number in range(5):
        feedback.error("x", str(number))
    assert texts(reports) == ["4", "3", "2"]


def test_repeated_reports_are_counted(feedback: Feedback, reports: FeedbackList) -> None:
    for _ in range(3):
        feedback.warning("link", "broken")
    assert texts(reports) == ["broken  (3 times)"]


def test_only_problems_are_unread(feedback: Feedback, reports: FeedbackList) -> None:
    told: list[int] = []
    reports.unread_changed.connect(told.append)
    feedback.information("x", "fine")
    feedback.error("x", "not fine")
    reports.mark_read()
    assert told == [1, 0]


def test_a_failure_keeps_its_traceback(feedback: Feedback, reports: FeedbackList) -> None:
    try:
        raise ValueError("no such thing")
    except ValueError as error:
        feedback.failure("open the thing", error)
    index = reports.index(0, 1)
    assert index.data() == "open the thing"
    assert "Traceback" in index.data(FeedbackList.DetailRole)
