"""The caller's half of calls: numbers them, matches answers to them, and keeps their deadlines.

It never knows what carries the frames; it is told when a link or a target is gone.
"""

from __future__ import annotations

import asyncio
import copy
import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

from stream_core.errors import CallTimeout, ConnectionLost, ProtocolError
from stream_core.rpc.assemblies import Assemblies
from stream_core.rpc.call import Call, LateCall, StreamCall
from stream_core.rpc.deadlines import Deadlines
from stream_core.rpc.failures import decode_failure, failure_to_error
from stream_core.rpc.frames import NS_PER_S, SendFrame
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

__all__ = ["PendingCalls"]

AnyCall = TypeVar("AnyCall", bound=Call)
SERVER = 0
CALL = Kind.CALL  # once: the members of an enum are slow to reach
RESULT = int(Kind.RESULT)
END = int(Flag.END)
PIECE = int(Flag.PIECE)
STREAMED = int(Flag.MORE | Flag.END)


class PendingCalls:
    """The calls of one client that have no answer yet.

    Args:
        send: sends a frame, or drops it where the link is gone.
        drop: forgets what waits to be sent of the call of that number.

    Attributes:
        numbers: of these calls.
    """

    def __init__(self, send: SendFrame, drop: Callable[[int], None] = lambda _call: None) -> None:
        self._send = send
        self._drop = drop
        self._assemblies = Assemblies[int](self._grant)
        self._leaving: set[int] = set()
        self._create_future = asyncio.get_running_loop().create_future
        self._calls: dict[int, Call] = {}
        self.numbers = self._calls.keys()
        self._deadlines = Deadlines[int](self._calls, self._expire)
        self._newest = 0

    def __len__(self) -> int:
        return len(self._calls)

    def start(
        self,
        target: int,
        path: str,
        body: bytes,
        *,
        timeout_s: float | None = None,
        streams: bool = False,
        target_name: str = "",
    ) -> Call:
        """Send a call.

        Args:
            target: number of the target; 0 is the server.
            path: the method's, for messages.
            body: made by `encode_call`.
            timeout_s: how long to wait for the answer; None: without end.
            streams: whether results arrive one by one.
            target_name: for messages.
        """
        # Spelled out what `_begin` and `_send_call` do: they would be a tenth of what a call costs.
        self._newest = sequence = self._newest + 1
        name = target_name or ("server" if target == SERVER else str(target))
        kind = StreamCall if streams else Call
        call = kind(self, self._create_future(), sequence, target, name, path)
        self._calls[sequence] = call
        remaining_ns = 0
        if timeout_s is not None and timeout_s != math.inf:
            call.deadline = deadline = time.monotonic() + timeout_s
            self._deadlines.add(deadline, sequence)
            remaining_ns = int(timeout_s * NS_PER_S) or 1
        if self._send(CALL, address=target, sequence=sequence, time_ns=remaining_ns, body=body):
            self._leaving.add(sequence)
        return call

    def _begin(
        self, kind: type[AnyCall], target: int, name: str, path: str, timeout_s: float | None
    ) -> AnyCall:
        self._newest = sequence = self._newest + 1
        call = kind(self, self._create_future(), sequence, target, name, path)
        self._calls[sequence] = call
        if timeout_s is not None and timeout_s != math.inf:
            call.deadline = time.monotonic() + timeout_s
            self._deadlines.add(call.deadline, sequence)
        return call

    def _send_call(self, call: Call, remaining_s: float | None, body: bytes) -> None:
        remaining_ns = 0
        if remaining_s is not None and remaining_s != math.inf:
            remaining_ns = max(1, int(remaining_s * NS_PER_S))
        sequence = call.sequence
        if self._send(
            CALL, address=call.target, sequence=sequence, time_ns=remaining_ns, body=body
        ):
            self._leaving.add(sequence)

    # What cannot be sent yet, or has to be sent again

    def postpone(
        self, target: int, path: str, *, timeout_s: float | None, target_name: str
    ) -> LateCall:
        """A call that `send_again` will send, or `fail` fail; its time runs already."""
        return self._begin(LateCall, target, target_name, path, timeout_s)

    def send_again(self, call: Call, target: int, body: bytes) -> None:
        """Send a call that was postponed or refused; nothing happens if it has ended."""
        if call.sequence not in self._calls:
            return
        self._end(call)
        self._newest = call.sequence = self._newest + 1
        self._calls[call.sequence] = call
        call.target = target
        remaining_s = None
        if call.deadline is not None:
            remaining_s = call.deadline - time.monotonic()
            self._deadlines.add(call.deadline, call.sequence)
        self._send_call(call, remaining_s, body)

    def fail(self, call: Call, error: Exception) -> None:
        """Fail a call that was postponed or refused; nothing happens if it has ended."""
        if call.sequence in self._calls:
            self._end(call)
            call.fail(error)

    def whole(self, frame: Frame, limit_bytes: int) -> memoryview | None:
        """A piece of a large answer arrived.

        Args:
            frame: the piece.
            limit_bytes: of a whole body.

        Returns:
            with the last piece the whole body, to be given to `frame`.
        """
        call = self._calls.get(frame.sequence)
        if call is None:
            return None
        try:
            return self._assemblies.add(
                call.sequence, frame, limit_bytes=limit_bytes, wanted=call.wanting
            )
        except ProtocolError as error:
            self._abandon(call, error)
            return None

    def _grant(self, sequence: int, pieces: int) -> None:
        target = self._calls[sequence].target
        self._send(Kind.CREDIT, address=target, sequence=sequence, flags=PIECE, count=pieces)

    def want(self, call: Call) -> None:
        """The caller takes more large results of a streaming call."""
        self._assemblies.want(call.sequence)

    def results(self, first: int, values: list[Any]) -> None:
        """The one result each of calls whose numbers follow each other; see `frame`.

        Args:
            first: number of the first call.
            values: the results.
        """
        calls = self._calls
        for sequence, value in enumerate(values, first):
            call = calls.get(sequence)
            if call is not None:
                self._end(call)
                call.succeed(value)

    def frame(
        self, kind: int, sequence: int, flags: int, body: bytes | bytearray | memoryview
    ) -> None:
        """An answer arrived; one to a call that has ended is ignored.

        Args:
            kind: RESULT, FAILURE or PROGRESS.
            sequence: the call's number.
            flags: of the frame.
            body: of the frame.
        """
        call = self._calls.get(sequence)
        if call is None:
            return
        try:
            if kind == RESULT and not flags & STREAMED:
                value = objects.decode(body)
                self._end(call)
                call.succeed(value)
            else:
                self._other_frame(call, kind, flags, body)
        except ProtocolError as error:  # the target's fault: the link to the server is sound
            self._abandon(call, error)

    def _other_frame(
        self, call: Call, kind: int, flags: int, body: bytes | bytearray | memoryview
    ) -> None:
        if kind == Kind.PROGRESS:
            call.progress(objects.decode(body))
        elif kind == Kind.FAILURE:
            failure = decode_failure(body)
            from_server = call.target == SERVER
            error = failure_to_error(failure, from_server=from_server, target_name=call.target_name)
            again, call.second_chance = call.second_chance, None
            if again is None or failure.kind != "refused" or not again(call, error):
                self._end(call)
                call.fail(error)
        elif not isinstance(call, StreamCall):
            raise ProtocolError(f"{call!r} got one of several results, but gives one")
        elif flags & END:
            self._end(call)
            call.exhaust()
        else:
            call.arrived(objects.decode(body))

    def _end(self, call: Call) -> None:
        sequence = call.sequence
        del self._calls[sequence]
        if self._assemblies:
            self._assemblies.drop(sequence)
        if self._leaving and sequence in self._leaving:
            self._leaving.discard(sequence)
            self._drop(sequence)

    def _abandon(self, call: Call, error: Exception) -> None:
        """Fail a call whose target goes on with it."""
        self._end(call)
        self._send(Kind.CANCEL, address=call.target, sequence=call.sequence)
        call.fail(error)

    def _expire(self, sequence: int) -> None:
        call = self._calls[sequence]
        self._abandon(
            call,
            CallTimeout(f"{call.path}() of {call.target_name!r} did not answer in time"),
        )

    def give_up(self, call: Call) -> bool:
        """The caller waits no more for the call; False: it had ended."""
        if call.sequence not in self._calls:
            return False
        self._end(call)
        self._send(Kind.CANCEL, address=call.target, sequence=call.sequence)
        return True

    def credit(self, call: Call, consumed: int) -> None:
        """Tell the target of a streaming call how many results were consumed in all."""
        self._send(Kind.CREDIT, address=call.target, sequence=call.sequence, count=consumed)

    def fail_all(self, error: Exception) -> None:
        """The link is gone: every call fails, each with its own copy of the error."""
        for call in tuple(self._calls.values()):
            if call.sequence in self._calls:  # a callback may have ended it meanwhile
                self._end(call)
                call.fail(copy.copy(error))

    def close(self) -> None:
        """Fail what is left; no timer stays behind."""
        self.fail_all(ConnectionLost("the client was closed; connect it again"))
        self._deadlines.close()
