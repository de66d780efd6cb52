"""The send loop towards one client: goes round its readers by bytes, as fast as the link takes."""

from __future__ import annotations

import time

from stream_core.channels.reader_buffer import Ended, Mark
from stream_core.channels.schedule import Schedule
from stream_core.errors import ProtocolError
from stream_core.server.pacing import Pacing
from stream_core.server.subscription import Subscription
from stream_core.transport import Connection
from stream_core.values import Loss
from stream_core.wire import messages
from stream_core.wire.blocks import Block
from stream_core.wire.header import HEADER_BYTES, Kind, header

__all__ = ["Delivery"]


class Delivery:
    """Sends what the readers of one client are owed.

    Attributes:
        items_out: sent so far.
    """

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._pacing = Pacing()
        self._schedule: Schedule[Subscription] = Schedule()
        self.items_out = 0

    @property
    def room(self) -> bool:
        """Whether a block may go straight out, with nobody waiting before it."""
        return not self._schedule and self._open

    @property
    def _open(self) -> bool:
        connection = self._connection
        return (
            connection is not None and connection.room and self._pacing.room(connection.bytes_out)
        )

    def attach(self, connection: Connection | None) -> None:
        """Send on that connection from now on; None: the link is down."""
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

    def serve(self) -> None:
        """Send as much as the link takes now."""
        while self._open:
            subscription = self._schedule.next()
            if subscription is None:
                return
            thing = subscription.take()
            if thing is None:
                self._schedule.rest(subscription)
            else:
                self._schedule.spent(subscription, self._send(subscription, thing))

    def send_block(self, subscription: Subscription, block: Block) -> None:
        """Send a block that went straight through its reader's buffer."""
        assert self._connection is not None
        self.items_out += block.count
        self._connection.send(block.head(subscription.number), block.body)

    def _send(self, subscription: Subscription, thing: Block | Loss | Mark | Ended) -> int:
        if isinstance(thing, Block):
            self.send_block(subscription, thing)
            return HEADER_BYTES + thing.size_bytes
        assert self._connection is not None
        frame = _control_frame(subscription.number, thing)
        self._connection.send(frame)
        return len(frame)


def _control_frame(number: int, thing: Loss | Mark | Ended) -> bytes:
    if isinstance(thing, Mark):
        assert isinstance(thing.payload, int)
        return header(Kind.MARK, 0, address=number, count=thing.payload, sequence=thing.sequence)
    if isinstance(thing, Loss):
        notice = messages.LostNotice(thing.first, thing.last, thing.count, thing.reason)
        body = messages.encode(notice)
        last = thing.first if thing.last is None else thing.last
        return header(Kind.LOST, len(body), address=number, sequence=last) + body
    body = messages.encode(messages.EndNotice(thing.reason, thing.error))
    return header(Kind.END, len(body), address=number) + body
