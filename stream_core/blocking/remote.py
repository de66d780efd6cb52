"""Calls that wait: the invoker behind a blocking client's proxies; it never checks arguments."""

from __future__ import annotations

import contextlib
from typing import Any

from stream_core.blocking.iteration import Iteration
from stream_core.client.link import CLIENT_CLOSED
from stream_core.client.target import Target
from stream_core.errors import ConnectionLost, StreamError
from stream_core.loop_thread import LoopThread, NotRunningError
from stream_core.rpc import Call, Given, InvokeLate, MethodDescription

__all__ = ["WaitingInvoker"]


class WaitingInvoker:
    """Sends a call and waits for its result; of a generator method it gives an iterator.

    Args:
        thread: the client's.
        target: of the asyncio client.
    """

    def __init__(self, thread: LoopThread, target: Target) -> None:
        self._thread = thread
        self._target = target

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
        given: Given,
    ) -> Any:
        """Call the method, which is bound and checked already.

        Raises:
            RuntimeError: it would have to run in the thread that waits for it here.
        """
        if self._target.waits_for(method):
            raise RuntimeError(
                f"{method.path}() of '{self._target.name}' would have to run in this thread, the "
                "client's only worker, which would wait for it: call the method of the object, "
                "write it as `async def`, or give the client rpc_workers=2"
            )
        try:
            if not method.streams:
                return self._thread.run(self._call(method, args, kwargs, timeout_s, given))
            results = self._thread.run(self._stream(method, args, kwargs, timeout_s, given))
        except NotRunningError:
            raise ConnectionLost(CLIENT_CLOSED) from None
        return Iteration(self._thread, results)

    async def _call(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
        given: Given,
    ) -> Any:
        return await self._target.invoke(method, args, kwargs, timeout_s, given)

    async def _stream(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
        given: Given,
    ) -> _Results:
        return _Results(self._target.invoke(method, args, kwargs, timeout_s, given))

    def seek(self, path: str) -> InvokeLate | None:
        """A name is asked for that the target did not have: look once whether it has it now."""
        with contextlib.suppress(StreamError, RuntimeError):  # it is not there, nor are we
            self._thread.run(self._target.renewed())
        return None


class _Results:
    """The results of a streaming call; closing them cancels it."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._results = aiter(call)

    def __aiter__(self) -> _Results:
        return self

    async def __anext__(self) -> Any:
        return await anext(self._results)

    async def aclose(self) -> None:
        self._call.cancel()
