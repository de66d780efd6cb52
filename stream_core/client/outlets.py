"""All writers of a client: their channels made, on every new link again, and their blocks sent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection
from typing import Any

from stream_core.client.chores import Chores
from stream_core.client.end_marks import EndMarks
from stream_core.client.home import StreamHome
from stream_core.client.keys import Keys, Proof, fault
from stream_core.client.lifetimes import Lifetimes
from stream_core.client.outlet import Outlet
from stream_core.client.replies import WriterReply, checked
from stream_core.errors import ChannelClosed, ChannelNotFound, ConnectionLost, StreamError
from stream_core.rpc import Call
from stream_core.security import ChannelKey
from stream_core.wire import messages
from stream_core.wire.framing import Frame

__all__ = ["Outlets"]

logger = logging.getLogger(__name__)
REOPEN_S = 0.1
ASK_AFTER_MARKS = 64
SHORTEST_S = 1e-3  # of a lifetime, if it passes just now: the server tells its end


class Outlets:
    """The writers of a client, by their channels' numbers.

    Args:
        home: the session; chores: where channels are made again; keys: proves them.
    """

    def __init__(self, home: StreamHome, chores: Chores, keys: Keys) -> None:
        self._home = home
        self._chores = chores
        self._keys = keys
        self._lifetimes = Lifetimes(self._end)
        self._loop = asyncio.get_running_loop()
        self._by_number: dict[int, Outlet] = {}
        self._all: set[Outlet] = set()
        self._dirty: list[Outlet] = []
        self._turn: asyncio.Handle | None = None
        self._lone = False  # the last turn brought one item, so the next one need not wait for more
        self._at_once = False  # that was done in this turn
        self._sending_now = False
        self._later: dict[Outlet, asyncio.TimerHandle] = {}
        self._room = True
        self._links = 0  # there were so far
        self._undoing: dict[str, asyncio.Task[None]] = {}

    # Coming

    async def create(
        self, name: str, wishes: dict[str, Any], key: ChannelKey | None = None
    ) -> Outlet:
        """A channel of our own; with a key a private one."""
        if key is not None:
            wishes = wishes | {"verifier": await self._keys.verifier(key)}
        outlet = self._outlet(name, wishes)
        self._lifetimes.begin(outlet, wishes.get("lifetime_s"))
        try:
            await self._make(outlet)
        except BaseException:
            self._lifetimes.forget(outlet)
            raise
        return outlet

    async def open(self, name: str, key: ChannelKey | None = None) -> Outlet:
        """A place on another's channel."""
        outlet = self._outlet(name, None, key)
        await self._make(outlet)
        return outlet

    def _outlet(
        self, name: str, wishes: dict[str, Any] | None, key: ChannelKey | None = None
    ) -> Outlet:
        return Outlet(name, wishes, self._send_data, self._home.clock, self._mark_dirty, key)

    async def _make(self, outlet: Outlet) -> None:
        while (undoing := self._undoing.get(outlet.name)) is not None:
            await asyncio.wait([undoing])
        proof = None if outlet.key is None else await self._keys.prove(outlet.key)
        base = outlet.next
        abandoned = False
        refused: StreamError | None = None

        def attach(reply: Any) -> None:
            nonlocal refused
            made = checked(reply, WriterReply)
            number = made.number
            refused = fault(proof, reply)
            if abandoned or refused is not None or outlet.closed is not None:
                self._home.tell("close_writer", number)
                return
            self._by_number[number] = outlet
            self._all.add(outlet)
            outlet.limit_bytes = self._home.frame_bytes
            outlet.attach(number, made.info, made.demand, told=made.demand_number, base=base)

        method, wishes = self._wishes(outlet, proof)
        try:
            await self._home.ask(
                method,
                outlet.name,
                next_number=base,
                marks=outlet.marks.made,
                on_reply=attach,
                **wishes,
            )
            if refused is not None:
                raise refused
        except (asyncio.CancelledError, TimeoutError):
            abandoned = True
            self._undo(outlet)
            raise

    def _undo(self, outlet: Outlet) -> None:
        """Who asked for it has gone: it is left again, before anybody asks for the same."""
        number = outlet.number
        if number:
            self._end(outlet, "nobody waited for it any more")
            self._home.tell("close_writer", number)
        else:
            task = self._chores.start(self._answered(), f"leave channel '{outlet.name}' again")
            self._undoing[outlet.name] = task
            task.add_done_callback(lambda _: self._undone(outlet.name, task))

    def _undone(self, name: str, task: asyncio.Task[None]) -> None:
        if self._undoing.get(name) is task:
            del self._undoing[name]

    async def _answered(self) -> None:
        """Wait until all that was asked so far has been answered."""
        with contextlib.suppress(StreamError):
            await self._home.ask("echo", None)

    def _wishes(self, outlet: Outlet, proof: Proof | None) -> tuple[str, dict[str, Any]]:
        if outlet.wishes is None:
            return "open_writer", {} if proof is None else {"proof": proof.text}
        wishes = {"origin": outlet.origin, **outlet.wishes}
        left_s = self._lifetimes.left_s(outlet)
        if left_s is not None:
            wishes["left_s"] = max(left_s, SHORTEST_S)
        return "create_channel", wishes

    async def _make_again(self, outlet: Outlet) -> None:
        link, deadline_s = self._links, self._loop.time() + self._home.resume_s
        left_s = self._lifetimes.left_s(outlet)
        if left_s is not None and left_s <= 0:
            self._lifetimes.passed(outlet)
        while outlet.closed is None and link == self._links:
            try:
                await self._make(outlet)
            except ConnectionLost:
                return  # the next link begins again
            except ChannelNotFound as error:
                if self._loop.time() < deadline_s:
                    await asyncio.sleep(REOPEN_S)  # its owner comes back too
                    continue
                self._give_up(outlet, error)
            except StreamError as error:
                self._give_up(outlet, error)
            return

    def _give_up(self, outlet: Outlet, error: StreamError) -> None:
        logger.error("channel '%s' could not be made again: %s", outlet.name, error)
        self._end(outlet, str(error))

    def _end(self, outlet: Outlet, reason: str) -> None:
        outlet.close(reason)
        self._forget(outlet)

    # Going

    async def close(self, outlet: Outlet) -> None:
        """Leave the channel; the owner's handle deletes it, if need be when the link is back."""
        outlet.flush(final=True)
        number = outlet.number
        again = "open it" if outlet.wishes is None else "create it"
        self._end(outlet, f"this writer was closed; {again} again")
        if number:
            try:
                await self._home.ask("close_writer", number)
            except ConnectionLost as error:
                logger.debug("channel '%s': closed with the link: %s", outlet.name, error)

    async def delete(self, name: str) -> None:
        """Delete a channel of this client; its writer gets the end of it before the reply."""
        self.flush(final=True)
        await self._home.ask("delete_channel", name)

    async def settle(self, outlet: Outlet) -> None:
        """Wait until the server has all that was sent."""
        outlet.flush(final=True)
        await self._home.ask("echo", None)

    def mark_end(self, outlet: Outlet) -> None:
        """Mark the end of a transfer; of many that are kept, ask whether the server has them."""
        outlet.mark_end()
        marks, made = outlet.marks, outlet.marks.made
        if made % ASK_AFTER_MARKS == 0 and self._home.up:
            call = self._home.start("echo", None)
            call.add_done_callback(lambda call: self._have_arrived(marks, made, call))

    @staticmethod
    def _have_arrived(marks: EndMarks, made: int, call: Call) -> None:
        with contextlib.suppress(StreamError):  # else they are sent again on the next link
            call.result()
            marks.arrived(made)

    def _forget(self, outlet: Outlet) -> None:
        self._all.discard(outlet)
        self._lifetimes.forget(outlet)
        numbers = [number for number, kept in self._by_number.items() if kept is outlet]
        for number in numbers:
            del self._by_number[number]
        timer = self._later.pop(outlet, None)
        if timer is not None:
            timer.cancel()

    # Blocks

    def _mark_dirty(self, outlet: Outlet) -> None:
        self._dirty.append(outlet)
        if self._turn is None:
            self._turn = self._loop.call_soon(self._end_turn)
            if self._lone:
                self._at_once = self._sending_now = True
                self.flush()
                self._sending_now = False

    def _end_turn(self) -> None:
        self._turn = None
        dirty = self._dirty
        if self._at_once:
            self._at_once, self._lone = False, not dirty
        else:
            self._lone = len(dirty) == 1 and dirty[0].turn_items == 1
        if dirty:
            self.flush()
            self._home.end_turn()

    def flush(self, *, final: bool = False) -> None:
        """Send all open blocks; calls and closes must not overtake them.

        Args:
            final: also what would be sent later, since a newer item might replace it.
        """
        if final:
            for outlet in tuple(self._all):
                outlet.flush(final=True)
        if not self._dirty:
            return
        dirty, self._dirty = self._dirty, []
        for outlet in dirty:
            wait_s = outlet.flush()
            if wait_s is not None and outlet not in self._later:
                self._later[outlet] = self._loop.call_later(wait_s, self._due, outlet)

    def _due(self, outlet: Outlet) -> None:
        self._later.pop(outlet, None)
        self._mark_dirty(outlet)

    def _send_data(self, *parts: bytes | bytearray | memoryview) -> None:
        home = self._home
        if self._sending_now:
            home.send_now(*parts)
        else:
            home.send(*parts)
        if self._room and not home.room:
            self._set_room(False)

    def room_again(self) -> None:
        """The outbox has room again."""
        if not self._room and self._home.room:
            self._set_room(True)

    def _set_room(self, room: bool) -> None:
        self._room = room
        for outlet in tuple(self._all):
            outlet.set_room(room)

    # Frames

    def demanded(self, frame: Frame) -> None:
        """A DEMAND frame."""
        outlet = self._by_number.get(frame.address)
        if outlet is None:
            return
        notice = messages.decode(messages.DemandNotice, frame.body)
        if not outlet.number:
            outlet.set_room(self._room)
            outlet.reattach(frame.count)
        outlet.marks.arrived(frame.count)
        outlet.follow(notice, frame.sequence)

    def ended(self, frame: Frame) -> None:
        """An END frame for a writer."""
        outlet = self._by_number.get(frame.address)
        if outlet is not None:
            self._end(outlet, messages.decode(messages.EndNotice, frame.body).reason)

    # The link

    @property
    def numbers(self) -> Collection[int]:
        """Of the channels that the server should know us to write to; it closes others."""
        return self._by_number.keys()

    @property
    def origins(self) -> list[int]:
        """Of our own channels that we will create again: it is not known whether the server has."""
        unknown = self._all - set(self._by_number.values())
        return [outlet.origin for outlet in unknown if outlet.wishes is not None]

    def link_down(self) -> None:
        """The link broke: nothing can be sent."""
        self._dirty.clear()
        self._lifetimes.link_down(self._all)
        for outlet in tuple(self._all):
            outlet.detach()

    def link_up(self, *, resumed: bool) -> None:
        """There is a link again; the server knows the channels still, or they are made again."""
        self._set_room(True)
        self._links += 1
        self._lifetimes.link_up()
        if not resumed:
            self._by_number.clear()
        known = set(self._by_number.values())
        for outlet in tuple(self._all - known):
            self._chores.start(self._make_again(outlet), f"make channel '{outlet.name}' again")

    def inherited(self, reason: str) -> None:
        """This is a fork: nobody waits here, and no timer runs."""
        for outlet in self._all:
            outlet.inherited(reason)
        self._all.clear()

    def finish(self, error: StreamError) -> None:
        """The link will not come back."""
        outlets, self._all = self._all, set()
        self._by_number.clear()
        self._dirty.clear()
        for timer in (*self._later.values(), self._turn):
            if timer is not None:
                timer.cancel()
        self._later.clear()
        self._lifetimes.link_up()
        self._turn = None
        reason = error.reason if isinstance(error, ChannelClosed) else str(error)
        for outlet in outlets:
            outlet.close(reason)
