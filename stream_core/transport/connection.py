"""One TCP connection as a stream of frames in both directions; it never knows what they mean."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol, cast

from stream_core.errors import ProtocolError
from stream_core.transport.address import Address
from stream_core.transport.forks import keep_from_forks, let_go
from stream_core.transport.turn import Turn
from stream_core.transport.waking import Waking
from stream_core.wire.framing import Frame, FrameReader

__all__ = ["Connection", "Growing", "Receiver"]

WINDOW_BYTES = 256 * 1024  # handed over and not yet taken by the kernel
BURST_BYTES = 1024 * 1024  # received at once: then other connections have their turn
MANY_PARTS = 32  # of frames: the peer may begin with them while more are made
CLOSE_TIMEOUT_S = 2.0
PROGRESS_BYTES = 256 * 1024  # who takes as much of our last words in that time is given more of it

Buffer = bytes | bytearray | memoryview


class Receiver(Protocol):
    """Who is told what happens on a connection."""

    def frames_received(self, connection: Connection, frames: list[Frame]) -> None:
        """Whole frames have come, in order; a `ProtocolError` it raises is told to `broken`."""

    def broken(self, connection: Connection, error: ProtocolError) -> None:
        """The peer broke the protocol; nothing more is received."""

    def writable(self, connection: Connection) -> None:
        """There is room again."""

    def lost(self, connection: Connection, error: Exception | None) -> None:
        """The connection is gone."""


class Growing(Protocol):
    """A frame that may become longer until something else is sent, or the turn ends."""

    def seal(self) -> Buffer:
        """The frame; it is not changed any more."""
        ...


class Connection(asyncio.BufferedProtocol):
    """Sends and receives frames.

    What is sent in one turn of the loop leaves as one vector, or as few. Nothing is refused where
    there is no room, so control frames may always be sent.

    Attributes:
        room: whether the transport keeps up, so that the sender should go on.
        bytes_in, bytes_out: received, and sent or about to be.
        last_in_s: when the last byte came, by the monotonic clock.
    """

    def __init__(self, receiver: Receiver, *, frame_bytes: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._turn = Turn.of(self._loop)
        self._receiver = receiver
        self._reader = FrameReader(frame_bytes)
        self._transport: asyncio.Transport | None = None
        self._waking: Waking | None = None
        self._pending: list[Buffer] = []
        self._pending_bytes = 0
        self._growing: Growing | None = None
        self._paused = False
        self._offered_bytes = 0
        self._burst_bytes = 0  # received while there was more
        self._scheduled = False
        self._closing = False
        self.room = True
        self._abort_timer: asyncio.TimerHandle | None = None
        self.lost = self._loop.create_future()
        self.bytes_in = 0
        self.bytes_out = 0
        self.last_in_s = time.monotonic()
        self.peer = Address("unknown", 0)
        self._counts_lines = True
        keep_from_forks(self, Connection._inherited)

    @property
    def closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self._closing

    @property
    def waiting_bytes(self) -> int:
        """What is not with the kernel yet."""
        transport = self._transport
        return self._pending_bytes + (transport.get_write_buffer_size() if transport else 0)

    @property
    def held_bytes(self) -> int:
        """What is kept of what was received and of what is to be sent."""
        return self.waiting_bytes + self._reader.held_bytes

    def hand_over(self, receiver: Receiver) -> None:
        """Tell somebody else from now on."""
        self._receiver = receiver

    def limit(self, frame_bytes: int) -> None:
        """Accept bodies up to that size from now on."""
        self._reader.limit_bytes = frame_bytes

    def send(self, *parts: Buffer) -> None:
        """Send a frame, given as neighbouring parts that are not changed any more."""
        if self._closing:
            return
        if self._growing is not None:
            self._seal()
        pending = self._pending
        pending.extend(parts)
        size = len(parts[0]) if len(parts) == 1 else sum(map(len, parts))
        self._pending_bytes = waiting_bytes = self._pending_bytes + size
        self.bytes_out += size
        if waiting_bytes >= WINDOW_BYTES or len(pending) >= MANY_PARTS:
            self._write()
            self._see_room()
        elif not self._scheduled:
            self._scheduled = True
            self._turn.send_later(self)

    def send_now(self, *parts: Buffer) -> None:
        """Send a frame that is waited for, and that nothing follows, before the turn ends."""
        if self._pending or self._growing or self._closing or self._turn.receiving:
            self.send(*parts)
            return
        self._pending.extend(parts)
        self._pending_bytes = size = sum(map(len, parts))
        self.bytes_out += size
        self._write()

    def send_growing(self, frame: Growing) -> None:
        """Send a frame that is sealed when something else is sent, or the turn ends."""
        if self._growing is not None:
            self._seal()
        if self._closing:
            frame.seal()
            return
        self._growing = frame
        if not self._scheduled:
            self._scheduled = True
            self._turn.send_later(self)

    def _seal(self) -> None:
        growing, self._growing = self._growing, None
        if growing is not None:
            sealed = growing.seal()
            self._pending.append(sealed)
            self._pending_bytes += len(sealed)
            self.bytes_out += len(sealed)

    def flush(self) -> None:
        """Hand over now what has been sent in this turn."""
        self._scheduled = False
        self._write()

    def close(self) -> None:
        """Send what is pending, then end; a peer that does not take it is cut off.

        What the peer still sends is read over until it has closed too: the system would answer
        unread bytes by a reset, which can overtake our last words.
        """
        if self._closing:
            return
        self._write(last=True)
        self._closing = True
        self.room = False
        self._see_every_piece()
        if self._transport is not None:
            self._give_time(self.waiting_bytes)
            self._end_sending(self._transport)

    def _give_time(self, waiting_bytes: int) -> None:
        self._abort_timer = self._loop.call_later(
            CLOSE_TIMEOUT_S, self._cut_off_unless_taken, waiting_bytes
        )

    def _cut_off_unless_taken(self, waiting_bytes: int) -> None:
        left_bytes = self.waiting_bytes
        taken = left_bytes == 0 or waiting_bytes - left_bytes >= PROGRESS_BYTES
        if waiting_bytes and taken:
            self._give_time(left_bytes)
        else:
            self.abort()

    def abort(self) -> None:
        """End at once."""
        self._closing = True
        self.room = False
        self._forget()
        self._see_every_piece()
        if self._transport is not None:
            self._transport.abort()

    def _see_every_piece(self) -> None:
        """Sleep through nothing from now on."""
        waking, self._waking = self._waking, None
        if waking is not None:
            waking.end()

    def _forget(self) -> None:
        """Nothing of what is pending is sent."""
        self._seal()
        self._pending.clear()
        self._pending_bytes = 0

    @staticmethod
    def _end_sending(transport: asyncio.Transport) -> None:
        if transport.is_closing() or not transport.can_write_eof():
            transport.close()
            return
        try:
            transport.write_eof()
        except OSError:  # the peer has gone already
            transport.abort()

    def _inherited(self) -> None:
        """This is a fork: the connection is the other process's alone."""
        self._closing = True
        self.room = False
        self._forget()
        transport, self._transport = self._transport, None
        if transport is not None:
            let_go(transport.get_extra_info("socket"))

    def _see_room(self) -> None:
        full = self._paused or self._pending_bytes >= WINDOW_BYTES
        self.room = not (full or self._closing)

    def _write(self, *, last: bool = False) -> None:
        if self._growing is not None:
            self._seal()
        if not self._pending or self._transport is None or (self._paused and not last):
            return
        pending, self._pending = self._pending, []
        self._pending_bytes = 0
        self.room = not (self._paused or self._closing)  # `pause_writing` may end it meanwhile
        if self._counts_lines:
            self._transport.writelines(pending)
            return
        # asyncio's own writelines forgets to pause in some releases of Python 3.12 and 3.13, and to
        # look whether the socket has failed already: it would wait for room on a number that is
        # another connection's next. Its write does neither.
        if self._transport.is_closing():
            return
        if len(pending) > 1:
            self._transport.writelines(pending[:-1])
        self._transport.write(pending[-1])

    # asyncio.BufferedProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        # uvloop's transports are no subclass of asyncio.Transport
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=WINDOW_BYTES)
        self._counts_lines = not isinstance(transport, asyncio.Transport)
        self._waking = Waking(transport)
        self.peer = Address.of(transport.get_extra_info("peername"))
        if self._closing and not self._pending:
            self._transport.abort()
        elif self._closing:  # it was closed with last words
            self._write(last=True)
            self._give_time(self.waiting_bytes)
            self._end_sending(self._transport)
        else:
            self._write()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        view = self._reader.buffer()
        self._offered_bytes = len(view)
        return view

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        self.bytes_in += nbytes
        self.last_in_s = time.monotonic()
        if self._closing:
            return
        self._turn.receiving = True  # until it ends
        try:
            frames = self._reader.received(nbytes)
            if frames:
                self._receiver.frames_received(self, frames)
            if self._reader.error is not None:
                raise self._reader.error
        except ProtocolError as error:
            self._receiver.broken(self, error)
        finally:
            self._turn.end()
        more = nbytes == self._offered_bytes
        self._burst_bytes = self._burst_bytes + nbytes if more else 0
        if self._burst_bytes >= BURST_BYTES:
            self.rest()
            more = False
        if self._waking is not None:  # not closed meanwhile
            self._waking.received(self._reader.missing_bytes, more=more)

    def rest(self) -> None:
        """Receive nothing more in this turn of the loop: libuv reads as long as something comes."""
        self._burst_bytes = 0
        if self._counts_lines and self._transport is not None and not self._closing:
            self._transport.pause_reading()
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def eof_received(self) -> bool:
        """The peer sends no more, so the connection ends."""
        return False

    def pause_writing(self) -> None:
        """The transport's window is full."""
        self._paused = True
        self.room = False

    def resume_writing(self) -> None:
        """The transport's window is open."""
        self._paused = False
        self._see_room()
        self._write()
        if self.room:
            self._receiver.writable(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._closing = True
        self.room = False
        self._transport = None
        self._forget()
        if self._waking is not None:
            self._waking.lost()
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        if not self.lost.done():
            self.lost.set_result(None)
        self._receiver.lost(self, exc)
