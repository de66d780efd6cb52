"""Feedback: where every problem of the window is told; it shows nothing and opens no dialog."""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

__all__ = ["Feedback", "Report", "Severity"]

logger = logging.getLogger(__name__)


class Severity(StrEnum):
    """How much a report matters."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


LOG_LEVELS = {
    Severity.INFORMATION: logging.INFO,
    Severity.WARNING: logging.WARNING,
    Severity.ERROR: logging.ERROR,
}


@dataclass(frozen=True)
class Report:
    """One thing that the operator should know.

    Attributes:
        severity: how much it matters.
        subject: what was being done, or what it is about: "connect to 10.0.0.5:50012".
        text: what happened, in one sentence.
        detail: more of it, such as a traceback.
        time_s: when, as `time.time()`.
    """

    severity: Severity
    subject: str
    text: str
    detail: str
    time_s: float


class Feedback(QObject):
    """Takes reports on the Qt thread and hands them to whoever shows them.

    Signals:
        reported(Report): something was told.
    """

    reported = Signal(object)

    def information(self, subject: str, text: str, detail: str = "") -> None:
        """Tell what went well, or happened by itself."""
        self._report(Severity.INFORMATION, subject, text, detail)

    def warning(self, subject: str, text: str, detail: str = "") -> None:
        """Tell what may need a look."""
        self._report(Severity.WARNING, subject, text, detail)

    def error(self, subject: str, text: str, detail: str = "") -> None:
        """Tell what failed."""
        self._report(Severity.ERROR, subject, text, detail)

    def failure(self, subject: str, error: BaseException) -> None:
        """Tell that `subject` ended with `error`; its traceback becomes the detail."""
        detail = "".join(traceback.format_exception(error))
        self.error(subject, str(error) or type(error).__name__, detail)

    def take(self, severity: Severity, subject: str, text: str, detail: str = "") -> None:
        """Tell what stands in the log already."""
        self.reported.emit(Report(severity, subject, text, detail, time.time()))

    def _report(self, severity: Severity, subject: str, text: str, detail: str) -> None:
        logger.log(LOG_LEVELS[severity], "%s: %s", subject, text)
        self.take(severity, subject, text, detail)
