"""A task that begins at once, so that a method which does not wait costs no round of the loop.

It knows nothing of calls.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from asyncio import _enter_task, _leave_task, _register_task
from collections.abc import Callable, Coroutine
from contextvars import Context
from types import FrameType
from typing import Any, TextIO, cast

__all__ = ["MethodTask"]

_Hook = Callable[[asyncio.AbstractEventLoop, asyncio.Future[Any]], None]

# What asyncio offers to those who have tasks of their own; it is typed for asyncio's tasks only.
_enter = cast(_Hook, _enter_task)
_leave = cast(_Hook, _leave_task)
_register = cast(Callable[[asyncio.Future[Any]], None], _register_task)


class MethodTask(asyncio.Future[None]):
    """Runs a coroutine as `asyncio.Task` does, but its first step in `run`.

    It is a task in the sense of the chapter "Extending" of asyncio's documentation: what runs in
    it has it as `asyncio.current_task`; cancelling, time-outs and task groups work. Tasks of Python
    3.12 can begin at once by themselves; this one does so before, and the same way in all releases.

    It is made without a look at what it will run, since in Python that would double its cost.
    """

    _coro: Coroutine[Any, Any, None]
    _context: Context
    _fut_waiter: asyncio.Future[Any] | None = None  # by the names that asyncio has for them
    _must_cancel = False
    _message: Any = None
    _requests = 0
    _name = ""

    def __repr__(self) -> str:
        state = "done" if self.done() else "cancelling" if self._requests else "pending"
        return f"<MethodTask {state} name={self._name!r} coro={self._coro!r}>"

    def run(self, coroutine: Coroutine[Any, Any, None], context: Context, name: str) -> None:
        """Take the first step: here and now, or soon where another task is at work.

        Args:
            coroutine: what is run.
            context: in which.
            name: for messages.
        """
        self._coro, self._context, self._name = coroutine, context, name
        loop = self._loop
        try:
            _enter(loop, self)
        except RuntimeError:
            loop.call_soon(self._step, context=context)
            _register(self)
            return
        try:
            awaited = context.run(coroutine.send, None)
        except StopIteration as end:
            if self._must_cancel:
                self._end(end)
            else:
                self.set_result(None)
        except BaseException as end:
            try:
                self._end(end)
            except (KeyboardInterrupt, SystemExit) as error:  # must end the loop, not its caller
                loop.call_soon(_throw, error)
        else:
            self._wait_for(awaited)
            _register(self)
        finally:
            _leave(loop, self)

    # What tasks have

    def cancel(self, msg: Any | None = None) -> bool:
        """Have `CancelledError` raised where the coroutine waits; False if it has ended."""
        if self.done():
            return False
        self._requests += 1
        if self._fut_waiter is not None and self._fut_waiter.cancel(msg=msg):
            return True
        self._must_cancel, self._message = True, msg
        return True

    def cancelling(self) -> int:
        """How often it was cancelled, less how often that was taken back."""
        return self._requests

    def uncancel(self) -> int:
        """Take a request back; how many are left."""
        self._requests = max(0, self._requests - 1)
        if not self._requests:
            self._must_cancel = False
        return self._requests

    def get_coro(self) -> Coroutine[Any, Any, None]:
        """What is run."""
        return self._coro

    def get_context(self) -> Context:
        """In which context."""
        return self._context

    def get_name(self) -> str:
        """The name."""
        return self._name

    def set_name(self, name: object) -> None:
        """Have another name."""
        self._name = str(name)

    def get_stack(self, *, limit: int | None = None) -> list[FrameType]:
        """Where it waits: the outermost frame; none if it has ended."""
        frame = getattr(self._coro, "cr_frame", None)
        return [] if frame is None else [frame]

    def print_stack(self, *, limit: int | None = None, file: TextIO | None = None) -> None:
        """Print where it waits, as `traceback` does."""
        print(f"Stack for {self!r} (most recent call last):", file=file or sys.stderr)
        for frame in self.get_stack():
            traceback.print_stack(frame, limit, file)

    # Its steps

    def _step(self, error: BaseException | None = None) -> None:
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, asyncio.CancelledError):
                error = self._cancellation()
        self._fut_waiter = None
        _enter(self._loop, self)
        try:
            awaited = self._coro.send(None) if error is None else self._coro.throw(error)
        except BaseException as end:
            self._end(end)
        else:
            self._wait_for(awaited)
        finally:
            _leave(self._loop, self)
            error = None  # which knows this frame, if it was raised again

    def _end(self, end: BaseException) -> None:
        if isinstance(end, StopIteration):
            if self._must_cancel:  # cancelled by itself, and then it did not wait any more
                super().cancel(msg=self._message)
            else:
                self.set_result(None)
        elif isinstance(end, asyncio.CancelledError):
            super().cancel()
        else:
            self.set_exception(end)
            if isinstance(end, KeyboardInterrupt | SystemExit):
                raise end

    def _cancellation(self) -> asyncio.CancelledError:
        message = () if self._message is None else (self._message,)
        return asyncio.CancelledError(*message)

    def _wait_for(self, awaited: Any) -> None:
        """Go on when that is done."""
        if awaited is None:  # only the loop should have a turn
            self._loop.call_soon(self._step, context=self._context)
            return
        if getattr(awaited, "_asyncio_future_blocking", None) is not True:
            self._go_wrong(f"{self!r} got a bad yield: {awaited!r}")
        elif awaited.get_loop() is not self._loop:
            self._go_wrong(f"{self!r} awaits {awaited!r}, which belongs to another loop")
        elif awaited is self:
            self._go_wrong(f"{self!r} cannot await itself")
        else:
            awaited._asyncio_future_blocking = False  # noqa: SLF001 - as every task must
            awaited.add_done_callback(self._wake, context=self._context)
            self._fut_waiter = awaited
            if self._must_cancel and awaited.cancel(msg=self._message):
                self._must_cancel = False

    def _go_wrong(self, reason: str) -> None:
        self._loop.call_soon(self._step, RuntimeError(reason), context=self._context)

    def _wake(self, awaited: asyncio.Future[Any]) -> None:
        try:
            awaited.result()
        except BaseException as error:
            self._step(error)
        else:
            self._step()


def _throw(error: BaseException) -> None:
    raise error
