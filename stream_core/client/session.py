"""A client's session with a server: its link, its calls and its streams, brought together."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Collection
from types import EllipsisType
from typing import Any

from stream_core.client.calls import Calls
from stream_core.client.chores import Chores
from stream_core.client.greeting import Identity
from stream_core.client.link import CLIENT_CLOSED, Link
from stream_core.client.replies import checked
from stream_core.client.streams import Streams
from stream_core.client.targets import Targets
from stream_core.clock import OffsetEstimate
from stream_core.errors import ChannelClosed, ConnectionLost, StreamError
from stream_core.rpc import Call, MethodTable
from stream_core.transport import Address
from stream_core.transport.forks import inherited_reason, keep_from_forks
from stream_core.values import Codec, State
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind

__all__ = ["Session"]


class Session:
    """One connected life of a client.

    Args:
        address, identity, tls, reconnect, connect_timeout_s: see `Link`.
        timeout_s: for what is asked of the server.
        trusted: codecs beyond the safe ones that the user allows.
        table: the methods that the client offers; workers: threads for them.
        on_state: told of the link's state.

    Attributes:
        link, streams, targets: the parts.
        call: sends a call to a target.
        handlers: what is done with a frame from the server, by its kind.
    """

    def __init__(
        self,
        address: Address,
        identity: Identity,
        *,
        tls: ssl.SSLContext | None,
        reconnect: bool,
        connect_timeout_s: float | None,
        timeout_s: float | None,
        trusted: Collection[Codec],
        table: MethodTable,
        workers: int,
        on_state: Callable[[State], None],
    ) -> None:
        self.link = Link(
            address,
            identity,
            self,
            tls=tls,
            reconnect=reconnect,
            connect_timeout_s=connect_timeout_s,
            on_state=on_state,
        )
        self._chores = Chores()
        self.streams = Streams(self, self._chores, trusted)
        self._calls = Calls(self.link, self.streams.flush, table, workers)
        self.targets = Targets(self, self._calls, self._chores, timeout_s)
        self.handlers = {
            int(Kind.GONE): self._gone,
            **self.streams.handlers,
            **self._calls.handlers,
        }
        self.call = self._calls.call
        self._timeout_s = timeout_s
        self._awaiting_link: set[asyncio.Future[None]] = set()
        keep_from_forks(self, Session._inherited)

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
        return self.link.frame_bytes

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
        """Send a frame of a stream; it is dropped while the link is down."""
        self.link.send(*parts)
        self._calls.data_sent(parts)

    def send_now(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame of a stream that nothing follows; else like `send`."""
        self.link.send_now(*parts)
        self._calls.data_sent(parts)

    def end_turn(self) -> None:
        """Hand over what has been sent in this turn."""
        self.link.flush()

    # Calls

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
        call = self.call(0, method, list(args), kwargs, timeout_s=limit_s, on_reply=on_reply)
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
        limit_s = None if self._timeout_s is None else self._timeout_s + wait_s
        found = await self.ask("find_client", name, wait_s=float(wait_s), timeout_s=limit_s)
        return checked(found, int)

    async def until_up(self) -> None:
        """Wait for the link.

        Raises:
            ConnectionLost: it will not come back.
        """
        while not self.link.up:
            if self.link.state is State.CLOSED:
                self.link.check_up()
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
        self._calls.link_up(self.name, resumed=resumed)
        self.streams.link_up(resumed=resumed)
        self.targets.link_up(resumed=resumed)
        self._link_settled()

    def link_down(self, error: StreamError, *, final: bool) -> None:
        """The link broke, or a broken one cannot be made again."""
        if final:
            error = ConnectionLost(self.link.end_reason)
        self._calls.link_down(error)
        self.streams.link_down()
        if final:
            self.streams.finish(error)
            self._link_settled()

    def room_again(self) -> None:
        """The outbox has room again."""
        self._calls.room_again()
        self.streams.room_again()

    def _gone(self, frame: Frame) -> None:
        self.targets.gone(frame.address)

    # The end

    def _inherited(self) -> None:
        """This is a fork of the client's process: all of it is of no use here."""
        reason = inherited_reason()
        self.link.inherited(reason)
        self.streams.inherited(ConnectionLost(f"this client {reason}"))

    async def close(self) -> None:
        """Send what is open, say goodbye, and end everything; idempotent."""
        if self.link.not_ours:
            return
        self.streams.flush(final=True)
        self.streams.finish(ChannelClosed(f"{CLIENT_CLOSED}, and create or subscribe anew"))
        self._chores.cancel()
        self.link.close()
        self._calls.fail_pending()
        self._link_settled()
        await self._calls.close()
        await self._chores.ended()
        await self.link.closed()
