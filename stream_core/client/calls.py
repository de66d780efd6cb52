"""The calls of a client in both directions: those that it makes, and those that it executes.

It knows frames, and leaves what they carry to `rpc`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from stream_core.channels.names import SERVER
from stream_core.client.large_bodies import OWN, LargeBodies
from stream_core.client.link import Link
from stream_core.errors import ConnectionLost, ProtocolError, StreamError
from stream_core.rpc import (
    PIECE_BYTES,
    Call,
    Dispatcher,
    MethodTable,
    PendingCalls,
    encode_call,
)
from stream_core.rpc.call_blocks import FEATURE, CallBlock, block_bytes, bodies_of, is_block
from stream_core.rpc.parcels import Key
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER, Flag, Kind

__all__ = ["Calls"]

MOST_GIVEN_UP = 1024
SMALL_BYTES = 4096  # what is smaller is cheaper to copy than to send in two parts
JOINED_BYTES = 1024  # what is larger has a frame of its own
CALL = int(Kind.CALL)  # plain ints: frames are many
RESULT = int(Kind.RESULT)
PIECE = int(Flag.PIECE)
ARGUMENTS = int(Flag.ARGUMENTS)
JOINED = (Kind.CALL, Kind.RESULT)
QUEUED = frozenset(map(int, (Kind.CALL, Kind.RESULT, Kind.FAILURE, Kind.PROGRESS)))


class FirstSent(Protocol):
    """Sends what was there before a call."""

    def __call__(self) -> None:
        """Send all open blocks."""


class Calls:
    """Makes calls, and executes those that come.

    Args:
        link: of the client.
        flush: sends the data that must not be overtaken.
        table: the methods that the client offers; workers: threads for them.

    Attributes:
        handlers: what is done with a frame of a call, by its kind.
    """

    def __init__(self, link: Link, flush: FirstSent, table: MethodTable, workers: int) -> None:
        self._link = link
        self._flush = flush
        self._table = table
        self._large = LargeBodies(link, self._left)
        self._pending = PendingCalls(self._send, lambda call: self._large.drop((OWN, call)))
        self._replies: dict[int, Callable[[Any], None]] = {}
        self._given_up: deque[int] = deque()
        self._names: dict[int, str] = {OWN: SERVER}
        self._dispatcher = Dispatcher(
            table,
            send=self._send,
            drop=self._large.drop,
            workers=workers,
            caller_name=lambda number: self._names.get(number, f"client {number}"),
        )
        self._whole_bytes = 0  # larger bodies travel in pieces, or not at all
        self._joined_bytes = self._block_bytes = -1  # what may share a frame, and how much of it
        self._block = CallBlock(0, 0, 0, 0, b"")  # the newest, which others may join
        self._block.seal()
        self._answering_block = False
        self.handlers: dict[int, Callable[[Frame], None]] = {
            RESULT: self._answer,
            int(Kind.FAILURE): self._answer,
            int(Kind.PROGRESS): self._answer,
            CALL: self._call,
            int(Kind.CANCEL): self._cancel,
            int(Kind.CREDIT): self._credit,
            int(Kind.NAME): self._name,
        }

    # Made here

    def call(
        self,
        target: int,
        path: str,
        args: list[Any],
        kwargs: dict[str, Any],
        *,
        timeout_s: float | None,
        streams: bool = False,
        target_name: str = "",
        on_reply: Callable[[Any], None] | None = None,
    ) -> Call:
        """Send a call to a target; `on_reply` hears its result before any later frame.

        Raises:
            ConnectionLost: the link is down.
            LimitExceeded: the arguments are too large.
        """
        if not self._link.up:
            self._link.check_up()
        body = self._encoded(path, args, kwargs)
        call = self._pending.start(
            target, path, body, timeout_s=timeout_s, streams=streams, target_name=target_name
        )
        if on_reply is not None:
            self._replies[call.sequence] = on_reply
            call.add_done_callback(self._keep_reply)
        return call

    def _keep_reply(self, call: Call) -> None:
        """A call that was given up may have an answer under way: what it made must be undone."""
        if call.sequence in self._replies:
            self._given_up.append(call.sequence)
            if len(self._given_up) > MOST_GIVEN_UP:
                self._replies.pop(self._given_up.popleft(), None)

    def _encoded(self, path: str, args: list[Any], kwargs: dict[str, Any]) -> bytes:
        body = encode_call(path, args, kwargs)
        if len(body) > self._link.frame_bytes:
            raise self._large.too_large(f"the arguments of {path}()", len(body))
        return body

    def postpone(
        self, target: int, path: str, *, timeout_s: float | None, target_name: str
    ) -> Call:
        """A call that `send_again` will send, or `fail` fail; its time runs already.

        Raises:
            ConnectionLost: the link is down.
        """
        self._link.check_up()
        return self._pending.postpone(target, path, timeout_s=timeout_s, target_name=target_name)

    def send_again(self, call: Call, target: int, args: list[Any], kwargs: dict[str, Any]) -> None:
        """Send a call that was postponed, or refused by another target than it is now.

        Raises:
            InvalidValue: an argument cannot be sent.
            LimitExceeded: the arguments are too large.
        """
        self._pending.send_again(call, target, self._encoded(call.path, args, kwargs))

    def fail(self, call: Call, error: Exception) -> None:
        """Fail a call that was postponed or refused."""
        self._pending.fail(call, error)

    def busy_here(self, target: int) -> bool:
        """Whether that is this client, and its only worker is the thread of the caller."""
        welcome = self._link.welcome
        own = welcome is not None and welcome.number == target
        return own and self._dispatcher.busy_here()

    # What is sent

    def _send(
        self,
        kind: Kind,
        *,
        address: int,
        sequence: int,
        flags: int = 0,
        count: int = 0,
        time_ns: int = 0,
        body: bytes = b"",
    ) -> bool:
        self._flush()
        size_bytes = len(body)
        large = size_bytes > self._whole_bytes
        if large or self._large.keys:
            to_server = kind == CALL and address == 0  # in order with the client's data
            key = (OWN if kind == CALL else address, sequence)
            if kind in QUEUED and not to_server and (large or key in self._large.keys):
                frame = Frame(kind, 0, flags, address, 0, 0, 0, sequence, time_ns, body)
                return self._link.up and self._large.send(key, frame)
        if size_bytes <= self._joined_bytes and not flags and address:
            block = self._block
            if (
                block.next == sequence
                and block.address == address
                and block.kind == kind
                and block.time_ns == time_ns
                and block.size_bytes + size_bytes <= self._block_bytes
            ):
                if block.add(body):
                    self._link.flush()
                return False
        else:
            block = None
        alone = len(self._pending.numbers) + len(self._dispatcher.keys) <= 1
        if block is not None and (self._answering_block or not alone) and kind in JOINED:
            self._block = CallBlock(kind, address, sequence, time_ns, body)
            self._link.send_growing(self._block)
            return False
        # Spelled out: going through keywords would double the cost of a header.
        head = HEADER.pack(size_bytes, kind, 0, flags, address, 0, count, 0, sequence, time_ns)
        send = self._link.send_now if alone else self._link.send
        if size_bytes < SMALL_BYTES:
            send(head + body)
        else:
            send(head, body)
        return False

    def _left(self, key: Key) -> None:
        caller, sequence = key
        if caller != OWN:
            self._dispatcher.left(caller, sequence)

    def data_sent(self, parts: Sequence[bytes | bytearray | memoryview]) -> None:
        """The client has sent a frame of its own data."""
        if self._large.keys and self._large.waiting:
            self._large.data_sent(sum(map(len, parts)))

    # What comes

    def _answer(self, frame: Frame) -> None:
        if frame.count > 1 and is_block(frame):
            self._results(frame)
            return
        body = frame.body
        if frame.flags & PIECE:
            whole = self._pending.whole(frame, self._link.frame_bytes)
            if whole is None:
                return
            body = whole
        if self._replies:
            on_reply = self._replies.pop(frame.sequence, None)
            if on_reply is not None and frame.kind == RESULT:
                self._reply(on_reply, objects.decode(body))
        self._pending.frame(frame.kind, frame.sequence, frame.flags, body)

    @staticmethod
    def _reply(on_reply: Callable[[Any], None], value: Any) -> None:
        try:
            on_reply(value)
        except ValueError as error:  # such as a codec or a type of samples that is none
            raise ProtocolError(f"an answer of the server makes no sense: {error}") from error

    def _call(self, frame: Frame) -> None:
        if frame.flags & PIECE:
            self._dispatcher.piece(frame.source, frame, self._link.frame_bytes)
        elif frame.count > 1:
            self._calls(frame)
        else:
            self._dispatcher.call(frame.source, frame.sequence, frame.time_ns, frame.body)

    def _calls(self, frame: Frame) -> None:
        """Many calls came as one."""
        call, source, time_ns = self._dispatcher.call, frame.source, frame.time_ns
        self._answering_block = True
        try:
            for sequence, body in enumerate(bodies_of(frame), frame.sequence):
                if not self._link.up:  # a method may have ended it
                    return
                call(source, sequence, time_ns, body)
        finally:
            self._answering_block = False

    def _results(self, frame: Frame) -> None:
        """Many results came as one."""
        bodies = bodies_of(frame)
        try:
            values = objects.decode_run(b"".join(bodies), frame.count)
        except ProtocolError:  # one of them is junk
            for sequence, body in enumerate(bodies, frame.sequence):
                self._pending.frame(RESULT, sequence, 0, body)
        else:
            self._pending.results(frame.sequence, values)

    def _cancel(self, frame: Frame) -> None:
        self._dispatcher.cancel(frame.source, frame.sequence)

    def _name(self, frame: Frame) -> None:
        self._names[frame.address] = bytes(frame.body).decode(errors="replace")

    def _credit(self, frame: Frame) -> None:
        if frame.flags & PIECE:
            caller = OWN if frame.flags & ARGUMENTS else frame.source
            self._large.grant((caller, frame.sequence), frame.count)
        else:
            self._dispatcher.credit(frame.source, frame.sequence, frame.count)

    # The link

    def link_up(self, name: str, *, resumed: bool) -> None:
        """There is a link, and the server knows us by that name."""
        self._dispatcher.table = self._table.renamed(name)
        welcome = self._link.welcome
        takes_blocks = welcome is not None and FEATURE in welcome.features
        self._block_bytes = block_bytes(self._link.frame_bytes) if takes_blocks else -1
        self._joined_bytes = min(JOINED_BYTES, self._block_bytes)
        self._whole_bytes = min(PIECE_BYTES, self._link.frame_bytes)
        if not resumed:
            self._names = {OWN: SERVER}

    def link_down(self, error: StreamError) -> None:
        """The link broke: every call fails, in both directions."""
        self._dispatcher.cancel_all()
        self._large.clear()
        self._replies.clear()
        self._given_up.clear()
        self._pending.fail_all(ConnectionLost(str(error)))

    def room_again(self) -> None:
        """The link keeps up again."""
        self._large.serve()

    def fail_pending(self) -> None:
        """The client closes: what it waits for fails."""
        self._replies.clear()
        self._given_up.clear()
        self._pending.close()

    async def close(self) -> None:
        """Wait for the end of what is executed."""
        await self._dispatcher.close()
