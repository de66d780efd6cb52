"""All readers of one client: subscribed, fed, credited, and subscribed again on a new link."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Collection
from types import EllipsisType
from typing import Any

import msgspec

from stream_core.channels.parameters import Parameters
from stream_core.client.chores import Chores
from stream_core.client.credits import Credits
from stream_core.client.home import StreamHome
from stream_core.client.inbox import Inbox
from stream_core.client.keys import Keys, Proof, fault
from stream_core.client.replies import ReaderReply, checked
from stream_core.errors import (
    BufferOverflow,
    ChannelClosed,
    ChannelNotFound,
    ConnectionLost,
    InvalidValue,
    ProtocolError,
    StreamError,
)
from stream_core.rpc import Call
from stream_core.security import ChannelKey
from stream_core.values import Codec, Loss, ReaderStatistics
from stream_core.wire import messages
from stream_core.wire.blocks import Block
from stream_core.wire.compression import check_available
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind

__all__ = ["Inboxes"]

logger = logging.getLogger(__name__)


class Inboxes:
    """The readers of a client, by number.

    Args:
        home: the session; chores: where what must be waited for runs; keys: proves them.
        trusted: codecs beyond the safe ones that the user allows.
    """

    def __init__(
        self, home: StreamHome, chores: Chores, keys: Keys, trusted: Collection[Codec]
    ) -> None:
        self._home = home
        self._chores = chores
        self._keys = keys
        self._trusted = trusted
        self._loop = asyncio.get_running_loop()
        self._by_number: dict[int, Inbox] = {}
        self._all: set[Inbox] = set()
        self._waits: dict[Inbox, asyncio.Task[Any]] = {}
        self._accounts: weakref.WeakKeyDictionary[Inbox, asyncio.Task[ReaderStatistics | None]]
        self._accounts = weakref.WeakKeyDictionary()
        self._waited_for = 0  # channels so far
        self._credits = Credits(home)
        self.consumed = self._credits.consumed

    # Coming

    async def subscribe(
        self, name: str, parameters: Parameters, key: ChannelKey | None = None
    ) -> Inbox:
        """A reader of a channel; with `wait` of one that may come later."""
        inbox = Inbox(name, parameters, self._trusted, self, key)
        proof = await self._prove(inbox)
        try:
            await self._subscribe(inbox, proof, wait=False)
        except ChannelNotFound:
            if not parameters.wait:
                raise
            await self._wait(inbox, proof)
        return inbox

    async def _prove(
        self, inbox: Inbox, timeout_s: float | EllipsisType | None = ...
    ) -> Proof | None:
        return None if inbox.key is None else await self._keys.prove(inbox.key, timeout_s)

    async def _wait(self, inbox: Inbox, proof: Proof | None) -> None:
        """Have the server wait for the channel; it does when this returns."""
        self._all.add(inbox)
        self._await_channel(inbox, proof)
        try:
            await asyncio.sleep(0)  # the waiting call leaves before the next line's
            await self._home.ask("echo", None)
        except BaseException:
            self.drop(inbox)
            raise

    async def _subscribe(
        self,
        inbox: Inbox,
        proof: Proof | None,
        *,
        wait: bool,
        timeout_s: float | EllipsisType | None = ...,
    ) -> None:
        abandoned = False
        refused: StreamError | None = None
        task = asyncio.current_task()

        def superseded() -> bool:
            return wait and self._waits.get(inbox, task) is not task

        def attach(reply: Any) -> None:
            nonlocal refused
            made = checked(reply, ReaderReply)
            number = made.number
            refused = fault(proof, reply)
            if superseded() and inbox.parameters.wait and refused is None:
                return  # the other one will be answered by the same reader
            if abandoned or superseded() or refused is not None or inbox.ending is not None:
                self._home.tell("unsubscribe", number)
                if superseded() and refused is None and not inbox.number:
                    self._attach(inbox, made)  # what is missed until the other one is a loss
                    inbox.detach()
                return
            self._attach(inbox, made)
            self._by_number[number] = inbox
            self._all.add(inbox)

        wishes = msgspec.to_builtins(inbox.parameters) | {"wait": wait, "former": inbox.former}
        if inbox.parameters.wait:
            wishes["after"] = self._after(inbox, wait)
        if proof is not None:
            wishes["proof"] = proof.text
        try:
            await self._home.ask(
                "subscribe", inbox.name, on_reply=attach, timeout_s=timeout_s, **wishes
            )
            if refused is not None:
                raise refused
            self._check_readable(inbox)
        except BaseException:
            abandoned = True
            if inbox.number and not superseded():
                self.drop(inbox)
            raise

    def _after(self, inbox: Inbox, wait: bool) -> int:
        """What the server knows a reader by that waits for a channel."""
        if wait and not inbox.after:
            self._waited_for += 1
            inbox.after = -self._waited_for
        return inbox.after

    def _attach(self, inbox: Inbox, made: ReaderReply) -> None:
        inbox.after = 0
        epoch = self._home.epoch
        inbox.attach(
            made.number,
            made.info,
            origin=made.origin,
            first=made.first,
            epoch=epoch,
            transfers=made.transfers,
        )

    def _check_readable(self, inbox: Inbox) -> None:
        info = inbox.info
        if info is not None and info.compression is not None:
            check_available(info.compression)
        codec = info.codec if info else None
        if codec in (Codec.PICKLE, Codec.MARSHAL) and codec not in self._trusted:
            raise InvalidValue(
                f"channel '{inbox.name}' carries '{codec}', which this client does not allow; "
                f"if you trust every writer, use Client(trusted_codecs=('{codec}',))"
            )

    def _await_channel(self, inbox: Inbox, proof: Proof | None = None) -> None:
        work = self._subscribe_later(inbox, proof)
        task = self._chores.start(work, f"wait for channel '{inbox.name}'")
        self._waits[inbox] = task
        task.add_done_callback(lambda _: self._waited(inbox, task))

    def _waited(self, inbox: Inbox, task: asyncio.Task[Any]) -> None:
        if self._waits.get(inbox) is task:
            del self._waits[inbox]

    async def _subscribe_later(self, inbox: Inbox, proof: Proof | None) -> None:
        """Subscribe as soon as the channel is there; give up after `resume_s` without `wait`."""
        timeout_s = None if inbox.parameters.wait else self._home.resume_s
        try:
            proof = proof or await self._prove(inbox, timeout_s)
            await self._subscribe(inbox, proof, wait=True, timeout_s=timeout_s)
        except TimeoutError:
            reason = f"the channel did not come back within resume_s={timeout_s:g}"
            self._end(inbox, ChannelClosed(reason))
        except ConnectionLost:
            logger.debug("channel '%s' is waited for on the next link", inbox.name)
        except StreamError as error:
            self._end(inbox, error)

    def _end(self, inbox: Inbox, error: StreamError) -> None:
        self._all.discard(inbox)
        inbox.finish(error)

    # Going

    def drop(self, inbox: Inbox) -> int:
        """Have no subscription any more; returns the number that it had."""
        number, inbox.after = inbox.number or inbox.after, 0
        self._by_number.pop(inbox.number, None)
        self._all.discard(inbox)
        self._credits.forget(inbox)
        waiting = self._waits.pop(inbox, None)
        if waiting is not None:
            waiting.cancel()
        inbox.detach()
        if number:
            self._home.tell("unsubscribe", number)
        return number

    def leave(self, inbox: Inbox) -> bool:
        """End the subscription; where the link is down, the server ends it when it is back."""
        inbox.finish(ChannelClosed("this reader was closed; subscribe again"))
        inbox.clear()
        self._accounts.pop(inbox, None)
        waiting = inbox in self._waits
        return (self.drop(inbox) != 0 or waiting) and self._home.up

    async def left(self, inbox: Inbox) -> None:
        """Wait until the server has ended what was left."""
        await asyncio.sleep(0)  # a call that waits is given up before the next line's
        try:
            await self._home.ask("echo", None)
        except ConnectionLost as error:
            logger.debug("channel '%s': closed with the link: %s", inbox.name, error)

    def exhausted(self, inbox: Inbox) -> None:
        """All was taken after the end: the server may forget the reader, once it has counted."""
        number = inbox.number
        if not number or self._by_number.pop(number, None) is None:
            return
        self._credits.tell(inbox)
        self._all.discard(inbox)
        inbox.detach()
        work = self._settle(number)
        self._accounts[inbox] = self._chores.start(work, f"leave channel '{inbox.name}'")

    async def _settle(self, number: int) -> ReaderStatistics | None:
        try:
            account = await self._home.ask("reader_statistics", number)
            await self._home.ask("unsubscribe", number)
        except StreamError as error:
            logger.debug("reader %d was left with its link: %s", number, error)
            return None
        return checked(account, ReaderStatistics)

    # Changes and facts

    def clear(self, inbox: Inbox) -> None:
        """Discard what is here, on its way, and at the server."""
        inbox.clear()
        self._clear_at_server(inbox)

    def _clear_at_server(self, inbox: Inbox) -> None:
        if not inbox.number:
            return
        inbox.clearing += 1  # until the server answers, what comes was sent before
        if self._home.up:
            self._credits.tell(inbox)
            call = self._home.start("clear_reader", inbox.number)
            call.add_done_callback(lambda call: self._cleared(inbox, call))

    @staticmethod
    def _cleared(inbox: Inbox, call: Call) -> None:
        try:
            call.result()
        except ConnectionLost:
            return  # it is cleared on the next link
        except StreamError as error:
            logger.debug("channel '%s': nothing to clear: %s", inbox.name, error)
        inbox.clearing = max(0, inbox.clearing - 1)

    async def configure(self, inbox: Inbox, wanted: Parameters, names: Collection[str]) -> None:
        """Change a reader's parameters at the server."""
        proof = await self._prove(inbox) if inbox in self._waits else None
        waiting = self._waits.get(inbox)
        if waiting is not None and not inbox.number:
            inbox.parameters = wanted
            self._await_channel(inbox, proof)
            waiting.cancel()  # after the other one has left: one of them waits at any time
            await asyncio.sleep(0)
            await self._home.ask("echo", None)  # the server knows
            return
        number = self._number(inbox)
        plain = msgspec.to_builtins(wanted)
        changes = {name: plain[name] for name in names}
        await self._home.ask("configure_reader", self._home.name, number, **changes)
        inbox.parameters = wanted

    async def statistics(self, inbox: Inbox) -> ReaderStatistics:
        """Its account at the server, all credits included."""
        account = self._accounts.get(inbox)
        if account is not None:
            final = await asyncio.shield(account)
            if final is None:
                raise ConnectionLost(f"the account of '{inbox.name}' went with the link")
            return final
        number = self._number(inbox)
        self._credits.tell(inbox)
        reply = await self._home.ask("reader_statistics", number)
        return checked(reply, ReaderStatistics)

    @staticmethod
    def _number(inbox: Inbox) -> int:
        if inbox.number:
            return inbox.number
        if inbox.ending is not None:
            raise ChannelClosed(f"the reader of channel '{inbox.name}' has ended: {inbox.ending}")
        raise ConnectionLost(f"the reader of channel '{inbox.name}' has no subscription now")

    # Frames

    def data(self, frame: Frame) -> None:
        """A DATA frame; what has no reader any more is dropped."""
        inbox = self._by_number.get(frame.address)
        if inbox is not None:
            inbox.receive_block(Block.received(frame))

    def control(self, frame: Frame) -> None:
        """A LOST, MARK or END frame."""
        inbox = self._by_number.get(frame.address)
        if inbox is None:
            return
        match frame.kind:
            case Kind.LOST:
                lost = messages.decode(messages.LostNotice, frame.body)
                inbox.receive_loss(Loss(lost.first, lost.last, lost.count, lost.reason))
            case Kind.MARK:
                inbox.receive_mark(frame.stride)
            case Kind.END:
                self._ended(inbox, messages.decode(messages.EndNotice, frame.body))
            case _:
                raise ProtocolError(f"frame kind {frame.kind} is not for a reader")

    def _ended(self, inbox: Inbox, end: messages.EndNotice) -> None:
        if inbox.parameters.wait and end.error is None:
            inbox.after = inbox.number
            del self._by_number[inbox.number]
            self._credits.forget(inbox)
            inbox.detach()
            self._await_channel(inbox)
        else:
            inbox.finish(_end_error(end.reason, end.error))

    # The link

    def received(self) -> dict[int, tuple[int, int]]:
        """Of each reader the highest number received, and how many end marks."""
        return {number: inbox.resume() for number, inbox in self._by_number.items()}

    @property
    def awaited(self) -> list[int]:
        """What the server knows those by that wait for a channel."""
        return [inbox.after for inbox in self._all if inbox.after]

    def link_up(self, *, resumed: bool) -> None:
        """There is a link again; the server knows the readers still, or has to be told."""
        if not resumed:
            self._by_number.clear()
            for inbox in self._all:
                inbox.detach()
                inbox.after = 0
        for inbox in self._by_number.values():
            self._credits.tell(inbox)
            if inbox.clearing:
                inbox.clearing = 0
                self._clear_at_server(inbox)
        for inbox in tuple(self._all):
            if not inbox.number:
                self._resubscribe(inbox)

    def _resubscribe(self, inbox: Inbox) -> None:
        if inbox.ending is None:
            self._await_channel(inbox)
        else:
            self._all.discard(inbox)

    def inherited(self, error: StreamError) -> None:
        """This is a fork: nobody waits here, and no task runs."""
        for inbox in self._all:
            inbox.inherited(error)
        self._all.clear()
        self._waits.clear()

    def finish(self, error: StreamError) -> None:
        """The link will not come back."""
        readers, self._all = self._all, set()
        self._by_number.clear()
        self._credits.close()
        self._waits.clear()
        for inbox in readers:
            inbox.detach()
            inbox.finish(error)


def _end_error(reason: str, error: str | None) -> StreamError:
    """What an END means to who takes from a reader."""
    if error == "BufferOverflow":
        return BufferOverflow(reason)
    if error == "ConnectionLost":
        return ConnectionLost(reason)
    return ChannelClosed(reason)
