"""A client's session with a server: its link, its calls and its streams, brought together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from types import EllipsisType
from typing import Any

from stream_core.channels.names import SERVER
from stream_core.client.chores import Chores
from stream_core.client.greeting import Identity
from stream_core.client.link import Link
from stream_core.client.streams import Streams
from stream_core.client.targets import Target, Targets
from stream_core.clock import OffsetEstimate
from stream_core.errors import ChannelClosed, ConnectionLost, LimitExceeded, StreamError
from stream_core.rpc import (
    Call,
    Dispatcher,
    MethodTable,
    PendingCalls,
    encode_call,
    encode_failure,
    refusal,
)
from stream_core.transport import Address
from stream_core.values import Codec, State
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["Session"]


class Session:
    """One connected life of a client.

    Args:
        address, identity, reconnect, connect_timeout_s: see `Link`.
        timeout_s: for what is asked of the server.
        trusted: codecs beyond the safe ones that the user allows.
        table: the methods that the client offers; workers: threads for them.
        on_state: told of the link's state.

    Attributes:
        link, streams, targets, calls: the parts.
    """

    def __init__(
        self,
        address: Address,
        identity: Identity,
        *,
        reconnect: bool,
        connect_timeout_s: float,
        timeout_s: float,
        trusted: Collection[Codec],
        table: MethodTable,
        workers: int,
        on_state: Callable[[State], None],
    ) -> None:
        self.link = Link(
            address,
            identity,
            self,
            reconnect=reconnect,
            connect_timeout_s=connect_timeout_s,
            on_state=on_state,
        )
        self._chores = Chores()
        self.streams = Streams(self, self._chores, trusted)
        self.targets = Targets(self, self._chores)
        self.calls = PendingCalls(self._send_call_frame)
        self._timeout_s = timeout_s
        self._table = table
        self._names: dict[int, str] = {0: SERVER}
        self._replies: dict[int, Callable[[Any], None]] = {}
        self._awaiting_link: set[asyncio.Future[None]] = set()
        self._dispatcher = Dispatcher(
            table,
            send=self._send_call_frame,
            workers=workers,
            caller_name=lambda number: self._names.get(number, f"client {number}"),
        )

    # What the streams and the calls send

    @property
    def up(self) -> bool:
        """Whether frames can be sent."""
        return self.link.up

    @property
    def room(self) -> bool:
        """Whether the outbox takes more data."""
        return self.link.room

    @property
    def name(self) -> str:
        """The client's, as the server knows it."""
        return self.link.welcome.name if self.link.welcome else ""

    @property
    def epoch(self) -> int:
        """The server's."""
        return self.link.welcome.epoch if self.link.welcome else 0

    @property
    def resume_s(self) -> float:
        """How long the server keeps a session whose link broke."""
        return self.link.welcome.resume_s if self.link.welcome else 0.0

    @property
    def frame_bytes(self) -> int:
        """The largest body of a frame that the server accepts."""
        return self.link.welcome.frame_bytes if self.link.welcome else 0

    @property
    def clock(self) -> OffsetEstimate:
        """The server's clock, as far as we know it."""
        return self.link.clock

    def now_ns(self) -> int:
        """The server's clock."""
        return self.link.clock.now_ns(time.perf_counter_ns())

    def clock_error_ns(self) -> int:
        """How far `now_ns` may be off."""
        return self.link.clock.error_ns(time.perf_counter_ns())

    def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame; it is dropped while the link is down."""
        self.link.send(*parts)

    def end_turn(self) -> None:
        """Hand over what has been sent in this turn."""
        self.link.flush()

    def _send_call_frame(
        self,
        kind: Kind,
        *,
        address: int,
        sequence: int,
        flags: int = 0,
        count: int = 0,
        time_ns: int = 0,
        body: bytes = b"",
    ) -> None:
        self.streams.flush()
        if len(body) > self.frame_bytes:
            kind, flags = Kind.FAILURE, 0
            body = encode_failure(refusal(self._too_large("a result", len(body))))
        head = header(
            kind,
            len(body),
            flags=flags,
            address=address,
            count=count,
            sequence=sequence,
            time_ns=time_ns,
        )
        if body:
            self.link.send(head, body)
        else:
            self.link.send(head)

    # Calls

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
    ) -> Call:
        """Send a call to a target.

        Raises:
            ConnectionLost: the link is down.
            LimitExceeded: the arguments are too large.
        """
        if not self.link.up:
            state = "no link" if self.link.state is not State.CLOSED else "no link any more"
            raise ConnectionLost(f"there is {state} to {self.link.address}")
        body = encode_call(path, args, kwargs)
        if len(body) > self.frame_bytes:
            raise self._too_large(f"the arguments of {path}()", len(body))
        return self.calls.start(
            target, path, body, timeout_s=timeout_s, streams=streams, target_name=target_name
        )

    def _too_large(self, what: str, size_bytes: int) -> LimitExceeded:
        return LimitExceeded(
            f"{what} of {size_bytes} bytes: the server's limit is frame_bytes={self.frame_bytes}"
        )

    async def ask(
        self,
        method: str,
        *args: Any,
        on_reply: Callable[[Any], None] | None = None,
        timeout_s: float | EllipsisType | None = ...,
        **kwargs: Any,
    ) -> Any:
        """Call a method of the server; `on_reply` hears the reply before any later frame."""
        limit_s = self._timeout_s if isinstance(timeout_s, EllipsisType) else timeout_s
        call = self.call(0, method, list(args), kwargs, timeout_s=limit_s)
        if on_reply is not None:
            self._replies[call.sequence] = on_reply
        return await call

    def start(self, method: str, *args: Any, **kwargs: Any) -> Call:
        """Send a call of a method of the server.

        Raises:
            ConnectionLost: the link is down.
        """
        return self.call(0, method, list(args), kwargs, timeout_s=self._timeout_s)

    def tell(self, method: str, *args: Any, **kwargs: Any) -> None:
        """Call a method of the server and wait for nothing."""
        if self.link.up:
            self.start(method, *args, **kwargs)

    async def find_client(self, name: str, wait_s: float) -> int:
        """The number of the client of that name.

        Raises:
            TargetNotFound: it is not there, nor within `wait_s`.
        """
        limit_s = self._timeout_s + wait_s
        return int(await self.ask("find_client", name, wait_s=float(wait_s), timeout_s=limit_s))

    async def describe(self, target: Target) -> Any:
        """What a target offers, in wire form."""
        return await target.call("describe", [], {}, timeout_s=self._timeout_s)

    async def until_up(self) -> None:
        """Wait for the link.

        Raises:
            ConnectionLost: it will not come back.
        """
        while not self.link.up:
            if self.link.state is State.CLOSED:
                raise ConnectionLost(f"there is no link to {self.link.address} any more")
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaiting_link.add(future)
            try:
                await future
            finally:
                self._awaiting_link.discard(future)

    def _link_settled(self) -> None:
        for future in self._awaiting_link:
            if not future.done():
                future.set_result(None)

    # LinkOwner

    def link_up(self, *, resumed: bool) -> None:
        """Welcomed."""
        self._dispatcher.table = self._table.renamed(self.name)
        self.streams.link_up(resumed=resumed)
        if not resumed:
            self._names = {0: SERVER}
            self.targets.renumbered()
        self._link_settled()

    def link_down(self, error: StreamError, *, final: bool) -> None:
        """The link broke, or a broken one cannot be made again."""
        self._dispatcher.cancel_all()
        self._replies.clear()
        self.calls.fail_all(ConnectionLost(str(error)))
        self.streams.link_down()
        if final:
            self.streams.finish(ConnectionLost(str(error)))
            self._link_settled()

    def room_again(self) -> None:
        """The outbox has room again."""
        self.streams.room_again()

    def frame_received(self, frame: Frame) -> None:
        """A frame from the server."""
        match frame.kind:
            case Kind.DATA:
                self.streams.data(frame)
            case Kind.RESULT | Kind.FAILURE | Kind.PROGRESS:
                self._answer(frame)
            case Kind.CALL:
                self._dispatcher.call(frame.source, frame.sequence, frame.time_ns, frame.body)
            case Kind.CANCEL:
                self._dispatcher.cancel(frame.source, frame.sequence)
            case Kind.CREDIT:
                self._dispatcher.credit(frame.source, frame.sequence, frame.count)
            case Kind.NAME:
                self._names[frame.address] = bytes(frame.body).decode(errors="replace")
            case _:
                self.streams.control(frame)

    def _answer(self, frame: Frame) -> None:
        on_reply = self._replies.pop(frame.sequence, None)
        if on_reply is not None and frame.kind == Kind.RESULT:
            on_reply(objects.decode(frame.body))
        self.calls.frame(frame.kind, frame.sequence, frame.flags, frame.body)

    # The end

    async def close(self) -> None:
        """Send what is open, say goodbye, and end everything; idempotent."""
        self.streams.flush(final=True)
        self.streams.finish(ChannelClosed("the client was closed"))
        self._chores.cancel()
        self._replies.clear()
        self.link.close()
        self.calls.close()
        self._link_settled()
        await self._dispatcher.close()
        await self._chores.ended()
        await self.link.closed()
