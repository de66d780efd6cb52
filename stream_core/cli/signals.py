"""Waiting for the end that a user or an operating system asks for; ends nothing itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["end_of_input", "ending_signal"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ending_signal() -> Iterator[asyncio.Event]:
    """Give an event that an interrupt or a request to terminate sets, instead of raising.

    Works in the main thread of the process, on every system.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    try:
        for number in SIGNALS:
            loop.add_signal_handler(number, ended.set)
    except NotImplementedError:  # a loop of Windows
        with _plain_handlers(lambda: loop.call_soon_threadsafe(ended.set)):
            yield ended
        return
    try:
        yield ended
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


@contextmanager
def _plain_handlers(callback: Callable[[], object]) -> Iterator[None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        callback()

    earlier = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def end_of_input(ended: asyncio.Event) -> None:
    """Let `ended` be set when standard input reaches its end: whoever held it has gone."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            return  # the loop has ended before the input did

    threading.Thread(target=wait, name="end of input", daemon=True).start()
