"""The best event loop that this computer has; it never installs a policy for the whole process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any, TypeVar

__all__ = ["new_loop", "run"]

T = TypeVar("T")


def new_loop() -> asyncio.AbstractEventLoop:
    """A new event loop: uvloop's, on Windows winloop's, asyncio's own where neither is there."""
    return _loop_factory()()


def run(main: Coroutine[Any, Any, T], *, debug: bool | None = None) -> T:
    """Run `main` to its end as `asyncio.run` does, on the best event loop.

    Raises:
        RuntimeError: called from a running event loop.
    """
    if _in_a_loop():
        main.close()
        raise RuntimeError("run() was called from a running event loop: await the coroutine there")
    with asyncio.Runner(loop_factory=new_loop, debug=debug) as runner:
        return runner.run(main)


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@cache
def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        if sys.platform == "win32":
            from winloop import new_event_loop
        else:
            from uvloop import new_event_loop
    except ImportError:  # PyPy, for one, has neither
        return asyncio.new_event_loop
    factory: Callable[[], asyncio.AbstractEventLoop] = new_event_loop
    return factory
