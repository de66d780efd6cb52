"""Faults that nobody caught, and warnings of the library: told in the feedback, in no pop-up."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from stream_gui.feedback import Feedback, Severity
from stream_gui.session.bridge import Bridge

__all__ = ["Faults", "log_qt_messages"]

logger = logging.getLogger(__name__)

OWN = "stream_gui.feedback"
HARMLESS = "This plugin does not support"
"""How the off-screen platform begins what it says of every window."""

QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class _ToFeedback(logging.Handler):
    """Hands warnings and errors of any logger on, but those that the feedback itself wrote."""

    def __init__(self, bridge: Bridge, feedback: Feedback) -> None:
        super().__init__(logging.WARNING)
        self._bridge = bridge
        self._feedback = feedback

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == OWN:
            return
        severity = Severity.ERROR if record.levelno >= logging.ERROR else Severity.WARNING
        detail = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self._bridge.post(self._feedback.take, severity, record.name, record.getMessage(), detail)


class Faults:
    """Catches what would end in the terminal only.

    Args:
        bridge: the way to the Qt thread; faults come from any.
        feedback: takes them.
    """

    def __init__(self, bridge: Bridge, feedback: Feedback) -> None:
        self._bridge = bridge
        self._feedback = feedback
        self._handler = _ToFeedback(bridge, feedback)
        self._before = sys.excepthook, threading.excepthook

    def catch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin."""
        logging.getLogger().addHandler(self._handler)
        sys.excepthook = self._exception
        threading.excepthook = self._thread_exception
        loop.set_exception_handler(self._loop_exception)

    def release(self, loop: asyncio.AbstractEventLoop) -> None:
        """Leave everything as it was."""
        logging.getLogger().removeHandler(self._handler)
        sys.excepthook, threading.excepthook = self._before
        loop.set_exception_handler(None)

    def _exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            self._tell("the monitor", error)
        else:
            self._before[0](kind, error, trace)

    def _thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if isinstance(arguments.exc_value, Exception):
            name = arguments.thread.name if arguments.thread is not None else "a thread"
            self._tell(name, arguments.exc_value)

    def _loop_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            self._tell(context.get("message", "the event loop"), error)
        elif error is None:
            logger.error("%s", context.get("message"))

    def _tell(self, subject: str, error: Exception) -> None:
        self._bridge.post(self._feedback.failure, subject, error)


def log_qt_messages() -> None:
    """Have what Qt says go to the log "qt", and so to the feedback; before the application."""
    qInstallMessageHandler(_qt_message)


def _qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    if text.startswith(HARMLESS):
        return
    logging.getLogger("qt").log(QT_LEVELS.get(kind, logging.WARNING), "%s", text)
