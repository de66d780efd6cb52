"""The call that a method is executing, as the method sees it; it never runs anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar

from stream_core.rpc.methods import Method
from stream_core.rpc.windows import Window
from stream_core.wire import objects

__all__ = ["CurrentCall", "Execution", "current_call", "executing"]

Key = tuple[int, int]


class Execution:
    """One call under way at its target.

    Attributes:
        key: who called, and the call's number there.
        method: what is executed.
        deadline: when it must have ended, in the time of `time.monotonic`; None: whenever.
        cancelled: nobody waits for a result any more; the method should end.
        leaving: its last answer is on its way, in pieces.
        begun: cancelling `task` reaches the method; if not, it is cancelled when it does.
        task: in which it is executed, if it is one.
        window: how far a stream of results may run ahead, if it is one.
    """

    # What all begin with stands here: most calls end before any of it changes.
    cancelled = False
    leaving = False
    begun = True
    task: asyncio.Future[None] | None = None
    window: Window | None = None

    def __init__(
        self,
        key: Key,
        method: Method,
        deadline: float | None,
        caller_name: Callable[[int], str] | None,
        send_progress: Callable[[Execution, bytes], None],
    ) -> None:
        self.key = key
        self.method = method
        self.deadline = deadline
        self._caller_name = caller_name
        self._send_progress = send_progress

    @property
    def caller(self) -> int:
        """The number of who called."""
        return self.key[0]

    @property
    def caller_name(self) -> str:
        """The caller's name, or its number where names are not known."""
        return str(self.caller) if self._caller_name is None else self._caller_name(self.caller)

    def progress(self, value: object) -> None:
        """Send a value to the caller while the method goes on."""
        if not self.cancelled:
            self._send_progress(self, objects.encode(value))


executing: ContextVar[Execution] = ContextVar("executing")


class CurrentCall:
    """What a method may know of the call that it executes; see `current_call`."""

    __slots__ = ("_execution",)

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    @property
    def caller(self) -> str:
        """Name of the client that called."""
        return self._execution.caller_name

    @property
    def caller_number(self) -> int:
        """Its number (`ClientInfo.number`)."""
        return self._execution.caller

    @property
    def method(self) -> str:
        """Path of the method: "calc.add"."""
        return self._execution.method.path

    @property
    def deadline(self) -> float | None:
        """When the result must be there, in the time of `time.monotonic`; None: whenever."""
        return self._execution.deadline

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the deadline, not below 0; None: there is no deadline."""
        deadline = self._execution.deadline
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    @property
    def cancelled(self) -> bool:
        """Whether the method should end: the caller gave up, left, or has its time-out."""
        return self._execution.cancelled

    def progress(self, value: object) -> None:
        """Send a value to the caller while the method goes on; from any thread.

        Raises:
            InvalidValue: the value cannot be sent.
        """
        self._execution.progress(value)


def current_call() -> CurrentCall:
    """The call that is being executed here.

    Raises:
        RuntimeError: nothing is; it is known only inside of a method that was called remotely.
    """
    execution = executing.get(None)
    if execution is None:
        raise RuntimeError("current_call() has a meaning only inside of a method being called")
    return CurrentCall(execution)
