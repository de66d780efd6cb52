"""The send loop towards one client: goes round its readers, and what is large of its calls.

By bytes, as fast as the link takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from stream_core.channels.reader_buffer import Ended, Mark
from stream_core.channels.schedule import QUANTUM_BYTES, Schedule
from stream_core.errors import ProtocolError
from stream_core.rpc import Parcels
from stream_core.rpc.parcels import Key
from stream_core.server.pacing import Pacing
from stream_core.server.subscription import End, Subscription
from stream_core.transport import Connection
from stream_core.values import Loss
from stream_core.wire import messages
from stream_core.wire.blocks import Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import HEADER_BYTES, Kind, header

__all__ = ["Delivery"]

TRANSFERS = 2**32  # have numbers; then they begin again
PART = 8  # of the window a block may have where others wait: what the link carries in a millisecond


class Delivery:
    """Sends what the readers of one client are owed, and what is large of its calls.

    Args:
        on_left: told of each call of which nothing large waits any more.

    Attributes:
        calls: those of which something large is under way, so that what follows waits behind it.
        items_out: sent so far.
    """

    def __init__(self, on_left: Callable[[Key], None]) -> None:
        self._connection: Connection | None = None
        self._pacing = Pacing()
        self._parcels = Parcels(on_left)
        self.calls = self._parcels.keys
        self._schedule: Schedule[Subscription | Parcels] = Schedule()
        self.items_out = 0

    @property
    def room(self) -> bool:
        """Whether a block may go straight out, with nobody waiting before it."""
        return not self._schedule.turns and self._open

    @property
    def whole_bytes(self) -> int:
        """How large a block may be, so that others do not wait for it too long; else it is cut."""
        window_bytes = self._pacing.window_bytes
        if len(self._schedule) > 1:
            return max(window_bytes // PART, QUANTUM_BYTES)
        return window_bytes

    @property
    def _open(self) -> bool:
        connection, pacing = self._connection, self._pacing
        return (
            connection is not None
            and connection.room
            and connection.bytes_out - pacing.acknowledged_bytes < pacing.window_bytes
        )

    def attach(self, connection: Connection | None) -> None:
        """Send on that connection from now on; None: the link is down, and all calls are over."""
        if connection is None:
            self._parcels.clear()
            self._schedule.rest(self._parcels)
        self._connection = connection
        self._pacing = Pacing()
        self.serve()

    def acknowledged(self, total_bytes: int) -> None:
        """The client has received so much on this connection.

        Raises:
            ProtocolError: so much was never sent.
        """
        connection = self._connection
        if connection is not None and total_bytes > connection.bytes_out:
            raise ProtocolError(
                f"{total_bytes} bytes were acknowledged, {connection.bytes_out} have been sent"
            )
        self._pacing.acknowledge(total_bytes, time.monotonic())
        if self._schedule:
            self.serve()

    def round_trip(self, seconds: float) -> None:
        """A ping on this connection took so long."""
        self._pacing.round_trip(seconds)

    def wake(self, subscription: Subscription) -> None:
        """That reader has something to send."""
        self._schedule.wake(subscription, subscription.parameters.weight)
        self.serve()

    def remove(self, subscription: Subscription) -> None:
        """That reader is gone."""
        self._schedule.remove(subscription)

    # What is large of calls

    @property
    def calls_bytes(self) -> int:
        """What waits of calls."""
        return self._parcels.waiting_bytes

    def exceeds(self, limit_bytes: int) -> bool:
        """Whether more than that waits of calls, beside the largest body."""
        return self._parcels.exceeds(limit_bytes)

    def send_of_call(self, key: Key, frame: Frame) -> bool:
        """Send a frame of a call in its turn; whether something of that call has to wait.

        Raises:
            ProtocolError: it is a piece that was not granted.
        """
        self._parcels.add(key, frame)
        self._wake_parcels()
        return self._parcels.waits(key)

    def grant(self, key: Key, pieces: int) -> None:
        """The client takes so many pieces of a call in all.

        Raises:
            ProtocolError: that is further ahead of what it was sent than it may be.
        """
        self._parcels.grant(key, pieces)
        self._wake_parcels()

    def drop(self, key: Key) -> None:
        """The call is over."""
        self._parcels.drop(key)

    def _wake_parcels(self) -> None:
        if self._parcels.ready:
            self._schedule.wake(self._parcels)
            self.serve()

    # The loop

    def serve(self) -> None:
        """Send as much as the link takes now."""
        while self._open:
            turn = self._schedule.next()
            if turn is None:
                return
            if isinstance(turn, Parcels):
                sent = self._send_piece()
            else:
                sent = self._send_next(turn)
            if sent:
                self._schedule.spent(turn, sent)
            else:
                self._schedule.rest(turn)

    def send_block(self, subscription: Subscription, block: Block) -> None:
        """Send a block that went straight through its reader's buffer."""
        assert self._connection is not None
        self.items_out += block.count
        self._connection.send(block.head(subscription.number), block.body)

    def _send_piece(self) -> int:
        parts = self._parcels.take()
        if parts is None:
            return 0
        assert self._connection is not None
        self._connection.send(*parts)
        return HEADER_BYTES + len(parts[1])

    def _send_next(self, subscription: Subscription) -> int:
        """Send the next thing that a reader is owed; how many bytes it was, 0: it is owed none."""
        thing = subscription.take(self.whole_bytes)
        if thing is None:
            return 0
        if isinstance(thing, Block):
            self.send_block(subscription, thing)
            return HEADER_BYTES + thing.size_bytes
        assert self._connection is not None
        frame = _control_frame(subscription.number, thing)
        self._connection.send(frame)
        return len(frame)


def _control_frame(number: int, thing: Loss | Mark | Ended) -> bytes:
    if isinstance(thing, Mark):
        end = thing.payload
        assert isinstance(end, End)
        return header(
            Kind.MARK,
            0,
            address=number,
            count=end.remaining,
            stride=end.transfers % TRANSFERS,
            sequence=thing.sequence,
        )
    if isinstance(thing, Loss):
        notice = messages.LostNotice(thing.first, thing.last, thing.count, thing.reason)
        body = messages.encode(notice)
        last = thing.first if thing.last is None else thing.last
        return header(Kind.LOST, len(body), address=number, sequence=last) + body
    body = messages.encode(messages.EndNotice(thing.reason, thing.error))
    return header(Kind.END, len(body), address=number) + body
