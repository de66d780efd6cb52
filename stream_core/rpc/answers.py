"""What a target says to its callers: results, failures and progress, from the loop or a thread.

Nothing is said of a call that was cancelled, and nothing after a call's end.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from stream_core.errors import InvalidValue
from stream_core.rpc.current_call import Execution, Key
from stream_core.rpc.failures import Failure, encode_failure, raised
from stream_core.rpc.frames import SendFrame
from stream_core.rpc.parcels import PIECE_BYTES
from stream_core.wire import objects
from stream_core.wire.header import Flag, Kind

__all__ = ["Answers", "UnsendableError", "encoded", "failure_of"]

logger = logging.getLogger(__name__)


RESULT = Kind.RESULT  # once: the members of an enum are slow to reach
OUTBOX_ENTRIES = 1024
LONGEST_WAIT_S = 1.0  # should the loop have been closed


class Answers:
    """The way back to the callers.

    Args:
        send: sends a frame; called in the loop only.

    Attributes:
        live: the calls of which the last answer has not left yet.
    """

    def __init__(self, send: SendFrame) -> None:
        self.live: dict[Key, Execution] = {}
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._outbox: deque[Callable[[], object]] = deque()
        self._waking = False
        self._room = threading.Event()

    # In the loop

    def refuse(self, key: Key, failure: Failure) -> None:
        """Answer a call that is not, or no longer, under way."""
        caller, sequence = key
        self._send(Kind.FAILURE, address=caller, sequence=sequence, body=encode_failure(failure))

    def result(self, execution: Execution, value: Any) -> None:
        """The call's one result."""
        try:
            body = encoded(execution, value)
        except UnsendableError as error:
            self.failure(execution, failure_of(error, 0))
        else:
            self.finish(execution, RESULT, body)

    def failure(self, execution: Execution, failure: Failure) -> None:
        """The call's end without a result; of a cancelled call only the log hears."""
        if execution.cancelled and failure.type_name != asyncio.CancelledError.__name__:
            told = failure.traceback or failure.message
            logger.warning("%s() failed after it was cancelled:\n%s", execution.method.path, told)
        self.finish(execution, Kind.FAILURE, encode_failure(failure))

    def end(self, execution: Execution) -> None:
        """The end of a stream of results."""
        self.finish(execution, Kind.RESULT, b"", Flag.END)

    def finish(self, execution: Execution, kind: Kind, body: bytes, flags: int = 0) -> None:
        """Send a call's last frame."""
        if execution.cancelled:
            return
        execution.cancelled = True  # no progress after the end
        caller, sequence = execution.key
        execution.leaving = bool(
            self._send(kind, address=caller, sequence=sequence, flags=flags, body=body)
        )
        if not execution.leaving:
            del self.live[execution.key]

    def left(self, key: Key) -> None:
        """All that waited of a call has left."""
        execution = self.live.get(key)
        if execution is None:
            return
        if execution.leaving:
            del self.live[key]
        elif execution.window is not None:
            execution.window.release()

    def more(self, execution: Execution, body: bytes) -> None:
        """One of several results."""
        waits = self._during(execution, Kind.RESULT, body, Flag.MORE)
        if not waits and execution.window is not None and len(body) > PIECE_BYTES:
            execution.window.release()

    def _during(self, execution: Execution, kind: Kind, body: bytes, flags: int = 0) -> bool:
        """Send a frame that is not the last; whether it waits for its turn."""
        if execution.cancelled:
            return False
        caller, sequence = execution.key
        sent = self._send(kind, address=caller, sequence=sequence, flags=flags, body=body)
        return bool(sent)

    # From any thread

    def progress(self, execution: Execution, body: bytes) -> None:
        """A value on the way; in order with the results of the same thread."""
        if threading.get_ident() == self._thread:
            self._during(execution, Kind.PROGRESS, body)
        else:
            self._wait_for_room()
            self.post(partial(self._during, execution, Kind.PROGRESS, body))

    def _wait_for_room(self) -> None:
        """Hold up a thread that has more to say than the loop can send."""
        if len(self._outbox) < OUTBOX_ENTRIES:
            return
        self._room.clear()
        if len(self._outbox) >= OUTBOX_ENTRIES:  # else the loop was faster
            self._room.wait(LONGEST_WAIT_S)

    def post(self, say: Callable[[], object]) -> None:
        """Have something said in the loop, in order, with one wake for many."""
        self._outbox.append(say)
        if self._waking:
            return
        self._waking = True
        try:
            self._loop.call_soon_threadsafe(self._drain)
        except RuntimeError:
            logger.debug("an answer came after its loop was closed")

    def _drain(self) -> None:
        self._waking = False  # before the first look: what is posted from here on wakes again
        outbox = self._outbox
        while outbox:
            outbox.popleft()()
        self._room.set()


class UnsendableError(Exception):
    """A method's result cannot travel; the message names the method."""


def encoded(execution: Execution, value: Any) -> bytes:
    """A result in the form in which it travels.

    Raises:
        UnsendableError: it cannot.
    """
    form = execution.method.result_form
    try:
        return objects.encode(value if form is None else form(value))
    except (InvalidValue, RecursionError) as error:
        path = execution.method.path
        raise UnsendableError(f"the result of {path}() cannot be sent: {error}") from None


def failure_of(error: BaseException, own_frames: int) -> Failure:
    """The failure for what a method raised, or for what it gave that cannot be sent.

    Args:
        error: it.
        own_frames: how many of the outermost frames are the library's.
    """
    if isinstance(error, UnsendableError):
        return Failure("raised", InvalidValue.__name__, str(error))
    return raised(error, own_frames)
