"""The thread of one blocking client; it refuses the waits that could never end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stream_core.loop_thread import LoopThread
from stream_core.server.server import is_served_by
from stream_core.transport import Address

__all__ = ["ClientThread"]

T = TypeVar("T")


class ClientThread(LoopThread):
    """A `LoopThread` for the client of one server.

    Args:
        name: of the thread.
        address: of the server.
    """

    def __init__(self, name: str, address: Address) -> None:
        super().__init__(name)
        self._address = address

    def run(
        self, coroutine: Coroutine[Any, Any, T], *, undo: Callable[[T], object] | None = None
    ) -> T:
        """Run the coroutine there and wait for its result here; see `LoopThread.run`.

        Raises:
            RuntimeError: nobody could go on, since the caller is the client's own thread or the
                loop in which its server runs.
        """
        try:
            self.check_caller()
        except RuntimeError:
            coroutine.close()
            raise
        return super().run(coroutine, undo=undo)

    def check_caller(self) -> None:
        """Refuse to be waited for here, if that could never end.

        Raises:
            RuntimeError: it could not, or this is a fork.
        """
        self.check_process()
        if self.is_current():
            raise RuntimeError(
                f"thread {self.name!r} cannot wait for itself: callbacks and `async def` methods "
                "run there; use a `def` method, another thread, or stream_core.Client"
            )
        loop = _loop_of_caller()
        if loop is not None and is_served_by(self._address, loop):
            raise RuntimeError(
                f"the server at {self._address} runs in the event loop of this thread, which would "
                "stand still while a blocking client waits for it: await stream_core.Client here, "
                "or use the blocking one by asyncio.to_thread"
            )


def _loop_of_caller() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
