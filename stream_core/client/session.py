"""A client's session with a server: its link, its calls and its streams, brought together."""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections.abc import Callable, Collection
from types import EllipsisType
from typing import Any

from stream_core.channels.names import SERVER
from stream_core.client.greeting import Identity
from stream_core.client.link import Link
from stream_core.client.streams import Streams
from stream_core.errors import ConnectionLost, StreamError, TargetNotFound
from stream_core.rpc import (
    Call,
    Dispatcher,
    MethodDescription,
    MethodTable,
    PendingCalls,
    encode_call,
)
from stream_core.transport import Address
from stream_core.values import Codec, State
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["Session", "Target"]

logger = logging.getLogger(__name__)


class Target:
    """Another client, or the server, as the target of calls (`rpc.Invoker`).

    Attributes:
        name: of the target; number: its number on the wire, None while it is looked for.
    """

    def __init__(self, session: Session, name: str, number: int) -> None:
        self._session = session
        self.name = name
        self.number: int | None = number

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
    ) -> Call:
        """Send a call that is bound and checked.

        Raises:
            ConnectionLost: the link is down.
            TargetNotFound: the target has not been found again after the server restarted.
        """
        if self.number is None:
            raise TargetNotFound(f"client '{self.name}' has not come back to the server yet")
        return self._session.call(
            self.number,
            method.path,
            args,
            kwargs,
            timeout_s=timeout_s,
            streams=method.streams,
            target_name=self.name,
        )


class Session:
    """One connected life of a client.

    Args:
        address, identity, reconnect, connect_timeout_s: see `Link`.
        timeout_s: for what is asked of the server.
        trusted: codecs beyond the safe ones that the user allows.
        table: the methods that the client offers; workers: threads for them.
        on_state: told of the link's state.

    Attributes:
        link, streams, calls: the parts.
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
        self.streams = Streams(self, trusted)
        self.calls = PendingCalls(self._send_call_frame)
        self._timeout_s = timeout_s
        self._table = table
        self._names: dict[int, str] = {0: SERVER}
        self._replies: dict[int, Callable[[Any], None]] = {}
        self._targets: weakref.WeakSet[Target] = weakref.WeakSet()
        self._searches: set[asyncio.Task[None]] = set()
        self._dispatcher = Dispatcher(
            table,
            send=self._send_call_frame,
            workers=workers,
            caller_name=lambda number: self._names.get(number, f"client {number}"),
        )

    # What the streams and the calls send

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

    def now_ns(self) -> int:
        """The server's clock."""
        return time.monotonic_ns() + self.link.clock.offset_ns

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
        """
        if not self.link.up:
            raise ConnectionLost(f"there is no link to {self.link.address} now")
        body = encode_call(path, args, kwargs)
        return self.calls.start(
            target, path, body, timeout_s=timeout_s, streams=streams, target_name=target_name
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

    def tell(self, method: str, *args: Any, **kwargs: Any) -> None:
        """Call a method of the server and wait for nothing."""
        if self.link.up:
            self.call(0, method, list(args), kwargs, timeout_s=self._timeout_s)

    async def find(self, name: str, wait_s: float) -> Target:
        """The client of that name as a target.

        Raises:
            TargetNotFound: it is not there, nor within `wait_s`.
        """
        if name == SERVER:
            return Target(self, name, 0)
        number = await self.ask(
            "find_client", name, wait_s=float(wait_s), timeout_s=self._timeout_s + wait_s
        )
        target = Target(self, name, int(number))
        self._targets.add(target)
        return target

    async def describe(self, target: Target) -> Any:
        """What a target offers, in wire form."""
        assert target.number is not None
        return await self.call(
            target.number, "describe", [], {}, timeout_s=self._timeout_s, target_name=target.name
        )

    # LinkOwner

    def link_up(self, *, resumed: bool) -> None:
        """Welcomed."""
        assert self.link.welcome is not None
        self._dispatcher.table = self._table.renamed(self.link.welcome.name)
        self.streams.link_up(resumed=resumed)
        if not resumed:
            self._names = {0: SERVER}
            for target in tuple(self._targets):
                target.number = None
                self._search(target)

    def _search(self, target: Target) -> None:
        work = self._find_again(target)
        task = asyncio.get_running_loop().create_task(work, name=f"find client '{target.name}'")
        self._searches.add(task)
        task.add_done_callback(self._searches.discard)

    async def _find_again(self, target: Target) -> None:
        try:
            found = await self.find(target.name, self.resume_s)
        except StreamError as error:
            logger.info("client '%s' is not there any more: %s", target.name, error)
        else:
            target.number = found.number

    def link_down(self, error: StreamError, *, final: bool) -> None:
        """The link broke."""
        self._dispatcher.cancel_all()
        self._replies.clear()
        self.calls.fail_all(ConnectionLost(str(error)))
        self.streams.link_down()
        if final:
            self.streams.finish(error)

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
        """Send what is open, say goodbye, and end everything."""
        self.streams.flush()
        self.streams.finish(ConnectionLost("the client was closed"))
        for task in tuple(self._searches):
            task.cancel()
        await self.link.close()
        self.calls.close()
        await self._dispatcher.close()
        await self.streams.closed()
