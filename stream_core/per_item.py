"""What is done for each single item: base classes of what sends, gathers and gives them.

Where there is a C compiler when the package is installed, `per_item.c` is built, and found by this
name in this file's place: it does the same in a third of the time. This file says what that is, and
does it where there is none. Only the way that nearly every item takes is here; all else is left to
methods of the classes that are derived.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter_ns
from typing import Any, Self

__all__ = ["COMPILED", "Box", "BoxSender", "ItemIterator", "Lane", "LaneHolder", "LaneSender"]

COMPILED = False
"""Whether this is the compiled one."""


class Lane:
    """The short way into a batch: values that need no look are appended as they are.

    Bytes of a length below `short`, those up to `longest` that have been counted by `fits`, and
    values of one of `kinds` may be put at the end of `values` while there are less than `most`,
    each with its time at the end of `times`. `values` refuses what is too large for it by an
    OverflowError. Everything else is for the batch's `add`. There is room for `room` bytes, of
    which each item counts for `least` at least.

    What is not the batch's is kept there by who opens the lane: `offset_ns` is added to the clock,
    and from `late_ns` on, by the clock, the loop should have had a turn.
    """

    __slots__ = (
        "kinds",
        "late_ns",
        "least",
        "longest",
        "most",
        "offset_ns",
        "room",
        "short",
        "times",
        "values",
    )

    kinds: frozenset[type]
    late_ns: int
    least: int
    longest: int
    most: int
    offset_ns: int
    room: int
    short: int
    times: list[int]
    values: Any

    def fits(self, size_bytes: int) -> bool:
        """Whether bytes of that length, which are not short, may go this way; they count then."""
        if size_bytes > self.longest:
            return False
        self.room -= size_bytes - (self.short - 1)
        self.most = self.room // self.least
        return True


class LaneHolder:
    """What has a lane now and then; its `filled` is told when that has as many items as it may.

    Attributes:
        lane: the short way into the open block, for values that need no look; None: there is none.
        overdue: a block has left or a millisecond has passed: the loop should have a turn.
    """

    __slots__ = ("lane", "overdue")

    lane: Lane | None
    overdue: bool

    def filled(self) -> None:
        """The lane is full."""
        raise NotImplementedError


class LaneSender:
    """Sends items one by one: by the lane of `_outlet` where there is one, else `_send_nowait`."""

    # `ready` is asked for before each item: a slot costs a tenth of a property.
    __slots__ = {
        "_outlet": None,
        "ready": "Whether `send_nowait` would take an item, and the loop has had its turns.",
    }
    ready: bool
    _outlet: LaneHolder

    def _send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        """Send what needs more than a lane."""
        raise NotImplementedError

    def send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        """Send an item, if that is possible at once.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.

        Returns:
            False if nobody reads, or if the item was given up because the channel is paused, the
            link is down or the outbox is full; its readers hear of that.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        lane = self._outlet.lane
        if (
            lane is not None
            and time_ns is None
            and (
                (len(value) < lane.short or lane.fits(len(value)))
                if type(value) is bytes
                else type(value) in lane.kinds
            )
        ):
            values = lane.values
            try:
                values.append(value)
            except OverflowError:
                return self._send_nowait(value)  # which says what is wrong
            now_ns = perf_counter_ns()
            lane.times.append(now_ns + lane.offset_ns)
            if now_ns > lane.late_ns:
                self._outlet.overdue = True
            if len(values) >= lane.most:
                self._outlet.filled()
            return True
        return self._send_nowait(value, time_ns=time_ns)


class Box:
    """Items that any thread puts, on their way to a loop: a value and its time, and so on.

    Values of one of `_plain_kinds`, and bytes of a length below `_plain_short`, may be put at the
    end of `_items` while nobody need be told, which is while `_attentive` is False, and until the
    clock says `_holds_until_ns`. `_offset_ns` is what is added to the clock for their times.
    """

    __slots__ = (
        "_attentive",
        "_holds_until_ns",
        "_items",
        "_offset_ns",
        "_plain_kinds",
        "_plain_short",
    )

    _attentive: bool
    _holds_until_ns: int
    _items: list[Any]
    _offset_ns: int
    _plain_kinds: frozenset[type]
    _plain_short: int


class BoxSender:
    """Sends items one by one from any thread: into `_outbox` where it may, else by `_send`.

    In Python it never may: between the look at the box and the item another thread could come.
    """

    __slots__ = ("_outbox",)

    _outbox: Box

    def _send(self, value: Any, *, time_ns: int | None = None, wait_active: bool = False) -> bool:
        """Send what needs more than the box."""
        raise NotImplementedError

    def _send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        """Send what needs more than the box, if that is possible at once."""
        raise NotImplementedError

    def send(self, value: Any, *, time_ns: int | None = None, wait_active: bool = False) -> bool:
        """Send an item; waits while the channel is paused or the outbox is full.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.
            wait_active: wait for a reader, if there is none, and for the link, if that is down.

        Returns:
            False if nobody reads, or the link is down.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        return self._send(value, time_ns=time_ns, wait_active=wait_active)

    def send_nowait(self, value: Any, *, time_ns: int | None = None) -> bool:
        """Send an item, if that is possible at once.

        Args:
            value: any object, array or sample; taken as it is now.
            time_ns: its time in the server's clock; None: now.

        Returns:
            False if nobody reads, or if the item was given up because the channel is paused, the
            link is down or the outbox is full; its readers hear of that.

        Raises:
            InvalidValue: it cannot be encoded.
            ChannelClosed: the channel has ended.
        """
        return self._send_nowait(value, time_ns=time_ns)


class ItemIterator:
    """Gives items one by one: those of `_values`, and where there are none what `_next` gives.

    Nothing is taken before what `anext` gives is awaited.
    """

    __slots__ = ("_values",)

    _values: deque[Any]

    async def _next(self) -> Any:
        """The next item, which may have to be waited for."""
        raise NotImplementedError

    def _exhausted(self) -> None:
        """The last of `_values` was taken."""
        raise NotImplementedError

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        values = self._values
        if not values:
            return await self._next()
        value = values.popleft()
        if not values:
            self._exhausted()
        return value
