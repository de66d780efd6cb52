"""Feedback."""

import logging

import pytest

from stream_gui.feedback import Feedback, Report, Severity


def test_reports_are_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    feedback, told = Feedback(), list[Report]()
    feedback.reported.connect(told.append)
    feedback.warning("link", "it broke", "all of it")
    (report,) = told
    assert (report.severity, report.subject, report.text, report.detail) == (
        Severity.WARNING,
        "link",
        "it broke",
        "all of it",
    )
    assert caplog.record_tuples == [("stream_gui.feedback", logging.WARNING, "link: it broke")]


def test_what_was_logged_already_is_not_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    feedback, told = Feedback(), list[Report]()
    feedback.reported.connect(told.append)
    feedback.take(Severity.ERROR, "server", "full")
    assert len(told) == 1
    assert not caplog.records


def test_a_failure_without_words_is_named() -> None:
    feedback, told = Feedback(), list[Report]()
    feedback.reported.connect(told.append)
    feedback.failure("wait", TimeoutError())
    assert told[0].text == "TimeoutError"
