"""Faults that nobody caught reach the feedback."""

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from stream_gui.feedback import Severity
from stream_gui.session.faults import Faults
from stream_gui.session.monitor_session import MonitorSession


@pytest.fixture
async def told(session: MonitorSession) -> AsyncIterator[list[Any]]:
    faults, reports = Faults(session.bridge, session.feedback), list[Any]()
    session.feedback.reported.connect(reports.append)
    faults.catch(asyncio.get_running_loop())
    yield reports
    faults.release(asyncio.get_running_loop())


async def test_a_warning_of_the_library_is_told_once(
    told: list[Any], session: MonitorSession
) -> None:
    logging.getLogger("stream_core.client.link").warning("the clock is %s", "odd")
    logging.getLogger("stream_core.client.link").info("not worth telling")
    session.bridge.drain()
    assert [(each.subject, each.text) for each in told] == [
        ("stream_core.client.link", "the clock is odd")
    ]


async def test_what_the_feedback_says_does_not_come_back(
    told: list[Any], session: MonitorSession
) -> None:
    session.feedback.error("x", "y")
    session.bridge.drain()
    assert len(told) == 1


async def test_an_error_in_a_slot_a_thread_or_a_callback_is_told(
    told: list[Any], session: MonitorSession
) -> None:
    error = ValueError("broken")
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))
    asyncio.get_running_loop().call_exception_handler({"message": "m", "exception": error})
    session.bridge.drain()
    assert [(each.severity, each.text) for each in told] == [(Severity.ERROR, "broken")] * 3


async def test_everything_is_as_before_afterwards(session: MonitorSession) -> None:
    before = sys.excepthook, threading.excepthook, list(logging.getLogger().handlers)
    faults = Faults(session.bridge, session.feedback)
    faults.catch(asyncio.get_running_loop())
    assert sys.excepthook is not before[0]
    faults.release(asyncio.get_running_loop())
    assert (sys.excepthook, threading.excepthook, logging.getLogger().handlers) == before
