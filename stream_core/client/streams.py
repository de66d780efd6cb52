"""All writers and readers of one client: made, fed with frames, and made again on a new link."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from types import EllipsisType
from typing import Any, Protocol

import msgspec

from stream_core.channels.parameters import Parameters
from stream_core.client.inbox import Inbox, end_error
from stream_core.client.outlet import Outlet
from stream_core.errors import (
    ChannelClosed,
    ChannelNotFound,
    ConnectionLost,
    InvalidValue,
    ProtocolError,
    StreamError,
)
from stream_core.values import ChannelInfo, Codec, Loss, ReaderStatistics
from stream_core.wire import messages
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind, header

__all__ = ["StreamHome", "Streams"]

logger = logging.getLogger(__name__)
CREDIT_S = 0.01
REOPEN_S = 0.1
WRITER_END = 1  # count of an END that is for a writer


class StreamHome(Protocol):
    """What the streams ask of the client's session."""

    @property
    def room(self) -> bool:
        """Whether the outbox takes more data."""
        ...

    @property
    def name(self) -> str:
        """The client's."""
        ...

    @property
    def epoch(self) -> int:
        """The server's."""
        ...

    @property
    def resume_s(self) -> float:
        """How long a channel may stay away after a link broke."""
        ...

    def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame."""

    def end_turn(self) -> None:
        """Hand over what has been sent in this turn."""

    def now_ns(self) -> int:
        """The server's clock."""
        ...

    async def ask(
        self,
        method: str,
        *args: Any,
        on_reply: Callable[[Any], None] | None = None,
        timeout_s: float | EllipsisType | None = ...,
        **kwargs: Any,
    ) -> Any:
        """Call a method of the server; `on_reply` hears the reply before any later frame."""

    def tell(self, method: str, *args: Any, **kwargs: Any) -> None:
        """Call a method of the server and wait for nothing."""


class Streams:
    """The handles of a client, by number.

    Args:
        home: the session.
        trusted: codecs beyond the safe ones that the user allows.
    """

    def __init__(self, home: StreamHome, trusted: Collection[Codec]) -> None:
        self._home = home
        self._trusted = trusted
        self._loop = asyncio.get_running_loop()
        self._outlets: dict[int, Outlet] = {}
        self._inboxes: dict[int, Inbox] = {}
        self._all_outlets: set[Outlet] = set()
        self._all_inboxes: set[Inbox] = set()
        self._dirty: list[Outlet] = []
        self._turn: asyncio.Handle | None = None
        self._owing: dict[Inbox, None] = {}
        self._credit_timer: asyncio.TimerHandle | None = None
        self._later: dict[Outlet, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = True

    # Writers

    async def create(self, name: str, wishes: dict[str, Any]) -> Outlet:
        """A channel of our own."""
        outlet = self._outlet(name, wishes)
        await self._create(outlet)
        return outlet

    async def open(self, name: str) -> Outlet:
        """A place on another's channel."""
        outlet = self._outlet(name, None)
        await self._create(outlet)
        return outlet

    def _outlet(self, name: str, wishes: dict[str, Any] | None) -> Outlet:
        return Outlet(name, wishes, self._send_data, self._home.now_ns, self._mark_dirty)

    async def _create(self, outlet: Outlet) -> None:
        base = outlet.next
        abandoned = False

        def attach(reply: Any) -> None:
            number = int(reply["number"])
            if abandoned or outlet.closed is not None:
                self._home.tell("close_writer", number)
                return
            self._outlets[number] = outlet
            self._all_outlets.add(outlet)
            info = msgspec.convert(reply["info"], ChannelInfo)
            demand = msgspec.convert(reply["demand"], messages.DemandNotice)
            outlet.attach(number, info, demand, told=int(reply["demand_number"]), base=base)

        try:
            if outlet.wishes is None:
                await self._home.ask("open_writer", outlet.name, next_number=base, on_reply=attach)
            else:
                await self._home.ask(
                    "create_channel",
                    outlet.name,
                    origin=outlet.origin,
                    next_number=base,
                    on_reply=attach,
                    **outlet.wishes,
                )
        except BaseException:
            abandoned = True
            raise

    async def close_writer(self, outlet: Outlet) -> None:
        """Leave the channel; the owner's handle deletes it."""
        number = outlet.number
        outlet.flush()
        outlet.close("this writer was closed")
        self._forget_outlet(outlet)
        if number:
            await self._home.ask("close_writer", number)

    async def flush_writer(self, outlet: Outlet) -> None:
        """Wait until the server has all that was sent."""
        outlet.flush()
        await self._home.ask("echo", None)

    def mark_end(self, outlet: Outlet) -> None:
        """Mark the end of a transfer."""
        outlet.flush()
        self._home.send(header(Kind.MARK, 0, address=outlet.number))

    def _forget_outlet(self, outlet: Outlet) -> None:
        self._all_outlets.discard(outlet)
        for number in [number for number, kept in self._outlets.items() if kept is outlet]:
            del self._outlets[number]
        timer = self._later.pop(outlet, None)
        if timer is not None:
            timer.cancel()

    def _mark_dirty(self, outlet: Outlet) -> None:
        self._dirty.append(outlet)
        if self._turn is None:
            self._turn = self._loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        self._turn = None
        self.flush()
        self._home.end_turn()

    def flush(self) -> None:
        """Send all open blocks; calls and closes must not overtake them."""
        dirty, self._dirty = self._dirty, []
        for outlet in dirty:
            wait_s = outlet.flush()
            if wait_s is not None and outlet not in self._later:
                self._later[outlet] = self._loop.call_later(wait_s, self._due, outlet)

    def _due(self, outlet: Outlet) -> None:
        self._later.pop(outlet, None)
        self._mark_dirty(outlet)

    def _send_data(self, *parts: bytes | bytearray | memoryview) -> None:
        self._home.send(*parts)
        if self._room and not self._home.room:
            self._room = False
            for outlet in self._all_outlets:
                outlet.set_room(False)

    def room_again(self) -> None:
        """The outbox has room again."""
        if not self._room and self._home.room:
            self._room = True
            for outlet in tuple(self._all_outlets):
                outlet.set_room(True)

    # Readers

    async def subscribe(self, name: str, parameters: Parameters) -> Inbox:
        """A reader of a channel; with `wait` of one that may come later."""
        inbox = Inbox(name, parameters, self._trusted, self._consumed)
        try:
            await self._subscribe(inbox, wait=False)
        except ChannelNotFound:
            if not parameters.wait:
                raise
            self._all_inboxes.add(inbox)
            self._spawn(self._await_channel(inbox), f"wait for channel '{name}'")
            await asyncio.sleep(0)  # the waiting call leaves before the next line's
            await self._home.ask("echo", None)
        return inbox

    async def _subscribe(
        self, inbox: Inbox, *, wait: bool, timeout_s: float | EllipsisType | None = ...
    ) -> None:
        abandoned = False

        def attach(reply: Any) -> None:
            number = int(reply["number"])
            info = msgspec.convert(reply["info"], ChannelInfo)
            if abandoned or inbox.ending is not None:
                self._home.tell("unsubscribe", number)
                return
            self._inboxes[number] = inbox
            self._all_inboxes.add(inbox)
            inbox.attach(
                number,
                info,
                origin=int(reply["origin"]),
                first=int(reply["first"]),
                epoch=self._home.epoch,
            )

        wishes = msgspec.to_builtins(inbox.parameters) | {"wait": wait}
        try:
            await self._home.ask(
                "subscribe", inbox.name, on_reply=attach, timeout_s=timeout_s, **wishes
            )
            self._check_codec(inbox)
        except BaseException:
            abandoned = True
            if inbox.number:
                self._drop_reader(inbox)
            raise

    def _check_codec(self, inbox: Inbox) -> None:
        codec = inbox.info.codec if inbox.info else None
        if codec in (Codec.PICKLE, Codec.MARSHAL) and codec not in self._trusted:
            raise InvalidValue(
                f"channel '{inbox.name}' carries '{codec}', which this client does not allow; "
                f"if you trust every writer, use Client(trusted_codecs=('{codec}',))"
            )

    async def _await_channel(self, inbox: Inbox) -> None:
        """Subscribe as soon as the channel is there; give up after `resume_s` without `wait`."""
        timeout_s = None if inbox.parameters.wait else self._home.resume_s
        try:
            await self._subscribe(inbox, wait=True, timeout_s=timeout_s)
        except TimeoutError:
            inbox.finish(
                ChannelClosed(f"the channel did not come back within resume_s={timeout_s}")
            )
        except ConnectionLost:
            logger.debug("channel '%s' is waited for on the next link", inbox.name)
        except StreamError as error:
            inbox.finish(error)

    def _drop_reader(self, inbox: Inbox) -> None:
        number = inbox.number
        self._inboxes.pop(number, None)
        self._all_inboxes.discard(inbox)
        self._owing.pop(inbox, None)
        inbox.detach()
        if number:
            self._home.tell("unsubscribe", number)

    async def close_reader(self, inbox: Inbox) -> None:
        """End the subscription."""
        number = inbox.number
        self._inboxes.pop(number, None)
        self._all_inboxes.discard(inbox)
        self._owing.pop(inbox, None)
        inbox.detach()
        if number:
            await self._home.ask("unsubscribe", number)

    def clear_reader(self, inbox: Inbox) -> None:
        """Discard what waits at the server."""
        if inbox.number:
            self._credit(inbox)
            self._home.tell("clear_reader", inbox.number)

    async def configure_reader_of(self, inbox: Inbox, changes: dict[str, Any]) -> None:
        """Change a reader's parameters at the server."""
        number = self._number(inbox)
        await self._home.ask("configure_reader", self._home.name, number, **changes)

    async def reader_statistics(self, inbox: Inbox) -> ReaderStatistics:
        """Its account at the server, all credits included."""
        number = self._number(inbox)
        self._credit(inbox)
        reply = await self._home.ask("reader_statistics", number)
        return msgspec.convert(reply, ReaderStatistics)

    @staticmethod
    def _number(inbox: Inbox) -> int:
        if not inbox.number:
            raise ConnectionLost(f"the reader of channel '{inbox.name}' has no subscription now")
        return inbox.number

    def _consumed(self, inbox: Inbox, at_once: bool) -> None:
        if inbox.number == 0:
            return
        if at_once:
            self._credit(inbox)
            return
        self._owing[inbox] = None
        if self._credit_timer is None:
            self._credit_timer = self._loop.call_later(CREDIT_S, self._credit_all)

    def _credit_all(self) -> None:
        self._credit_timer = None
        owing, self._owing = self._owing, {}
        for inbox in owing:
            self._credit(inbox)

    def _credit(self, inbox: Inbox) -> None:
        self._owing.pop(inbox, None)
        sequence = inbox.consumed()
        if sequence is not None and inbox.number:
            self._home.send(header(Kind.CREDIT, 0, address=inbox.number, sequence=sequence))

    # Frames

    def data(self, frame: Frame) -> None:
        """A DATA frame; what has no reader any more is dropped."""
        inbox = self._inboxes.get(frame.address)
        if inbox is not None:
            inbox.receive_block(Block.received(frame))

    def control(self, frame: Frame) -> None:
        """A LOST, MARK, END or DEMAND frame."""
        match frame.kind:
            case Kind.DEMAND:
                self._demand(frame)
            case Kind.END if frame.count == WRITER_END:
                self._writer_ended(frame)
            case _:
                inbox = self._inboxes.get(frame.address)
                if inbox is not None:
                    self._for_reader(inbox, frame)

    def _for_reader(self, inbox: Inbox, frame: Frame) -> None:
        match frame.kind:
            case Kind.LOST:
                lost = messages.decode(messages.LostNotice, frame.body)
                inbox.receive_loss(Loss(lost.first, lost.last, lost.count, lost.reason))
            case Kind.MARK:
                inbox.receive_mark(frame.count)
            case Kind.END:
                self._reader_ended(inbox, messages.decode(messages.EndNotice, frame.body))
            case _:
                raise ProtocolError(f"frame kind {frame.kind} is not for a reader")

    def _reader_ended(self, inbox: Inbox, end: messages.EndNotice) -> None:
        if inbox.parameters.wait and end.error is None:
            self._drop_reader(inbox)
            self._all_inboxes.add(inbox)
            self._spawn(self._await_channel(inbox), f"wait for channel '{inbox.name}'")
        else:
            inbox.finish(end_error(end.reason, end.error))

    def _writer_ended(self, frame: Frame) -> None:
        outlet = self._outlets.get(frame.address)
        if outlet is not None:
            reason = messages.decode(messages.EndNotice, frame.body).reason
            outlet.close(reason)
            self._forget_outlet(outlet)

    def _demand(self, frame: Frame) -> None:
        outlet = self._outlets.get(frame.address)
        if outlet is None:
            return
        notice = messages.decode(messages.DemandNotice, frame.body)
        if outlet.number:
            outlet.follow(notice, frame.sequence)
        else:
            outlet.reattach(notice, frame.sequence)

    # The link

    def link_down(self) -> None:
        """The link broke: nothing can be sent, what was received can still be taken."""
        self._dirty.clear()
        for outlet in tuple(self._all_outlets):
            outlet.detach()

    def link_up(self, *, resumed: bool) -> None:
        """There is a link again; the server knows us still, or everything is made again."""
        self._room = True
        for outlet in tuple(self._all_outlets):
            outlet.set_room(True)
        if resumed:
            received = {number: inbox.received_up_to for number, inbox in self._inboxes.items()}
            self._home.tell("resume", received)
            return
        self._outlets.clear()
        self._inboxes.clear()
        for outlet in tuple(self._all_outlets):
            self._spawn(self._recreate(outlet), f"make channel '{outlet.name}' again")
        for inbox in tuple(self._all_inboxes):
            inbox.detach()
            if inbox.ending is None:
                self._spawn(self._await_channel(inbox), f"read channel '{inbox.name}' again")

    async def _recreate(self, outlet: Outlet) -> None:
        deadline_s = self._loop.time() + self._home.resume_s
        while outlet.closed is None:
            try:
                await self._create(outlet)
            except ConnectionLost:
                return
            except ChannelNotFound as error:
                if self._loop.time() < deadline_s:
                    await asyncio.sleep(REOPEN_S)  # its owner comes back too
                    continue
                self._lose_outlet(outlet, error)
            except StreamError as error:
                self._lose_outlet(outlet, error)
            return

    def _lose_outlet(self, outlet: Outlet, error: StreamError) -> None:
        logger.error("channel '%s' could not be made again: %s", outlet.name, error)
        outlet.close(str(error))
        self._forget_outlet(outlet)

    def finish(self, error: StreamError) -> None:
        """The link will not come back."""
        for outlet in tuple(self._all_outlets):
            outlet.close(str(error))
        for inbox in tuple(self._all_inboxes):
            inbox.detach()
            inbox.finish(error)
        self._all_outlets.clear()
        self._all_inboxes.clear()
        self._outlets.clear()
        self._inboxes.clear()
        self._owing.clear()
        self._dirty.clear()
        for timer in (*self._later.values(), self._credit_timer, self._turn):
            if timer is not None:
                timer.cancel()
        self._later.clear()
        self._credit_timer = self._turn = None
        for task in self._tasks:
            task.cancel()

    async def closed(self) -> None:
        """Wait until nothing of the streams runs any more."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("%s failed", task.get_name(), exc_info=task.exception())
