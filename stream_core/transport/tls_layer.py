"""TLS between a connection and its socket; it never knows what is sent, nor holds much of it.

It is the protocol of the socket's transport, and to the connection it is the transport. So a
connection is the same with TLS and without, on every loop: it ends sending and reads on, is cut
off, has its window and its rests. The loops' own TLS ends both directions at once, which loses the
last words of a side whose peer still sends; it tells nobody of a connection that ends while it
shakes hands; and it encrypts a body whole, however slowly it is taken.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, cast

from stream_core.errors import ConnectionFailed, StreamError
from stream_core.transport.connection import BURST_BYTES, Buffer, Connection

__all__ = ["TlsLayer"]

FIRST_RECEIVED_BYTES = 4 * 1024  # thousands of peers may be silent
RECEIVED_BYTES = 128 * 1024
SMALL_BYTES = 16 * 1024  # a record of TLS; smaller parts are joined
CHUNK_BYTES = 128 * 1024  # encrypted at once
TURN_BYTES = 1024 * 1024  # encrypted in one turn of the loop: then other connections have theirs
HANDSHAKE, ALERT, MAJOR_VERSION = 0x16, 0x15, 3  # how records begin


class TlsLayer(asyncio.BufferedProtocol):
    """One side of TLS.

    Args:
        connection: whose bytes are sent and received.
        context: certificates, and what is asked of the peer's.
        host: the name that a server is to prove; None: this is the server's side.
        fault: makes the error that is told of what OpenSSL has found.
        no_tls: the error where the peer does not speak TLS at all.
        plain_answer: what such a peer is told, in the clear.

    Attributes:
        shaken: done when both sides are sure of each other, or the socket is gone; the result is
            then why.
    """

    def __init__(
        self,
        connection: Connection,
        context: ssl.SSLContext,
        *,
        host: str | None,
        fault: Callable[[ssl.SSLError], StreamError],
        no_tls: Callable[[], StreamError],
        plain_answer: bytes = b"",
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.connection = connection
        self.shaken: asyncio.Future[StreamError | None] = self._loop.create_future()
        self._serves = host is None
        self._fault = fault
        self._no_tls = no_tls
        self._plain_answer = plain_answer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=self._serves, server_hostname=host
        )
        self._socket: asyncio.Transport | None = None
        self._reads_on = False  # the loop goes on reading while something comes
        self._received = memoryview(bytearray(FIRST_RECEIVED_BYTES))
        self._burst_bytes = 0
        self._first_bytes = b""
        self._established = False
        self._over = False  # nothing more goes through
        self._failure: StreamError | None = None
        self._waiting: deque[Buffer] = deque()  # in the clear
        self._waiting_bytes = 0
        self._paused = False  # by the socket
        self._told_to_pause = False
        self._scheduled = False
        self._ends = False  # sending, when nothing waits any more

    # The protocol of the socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected, and the handshake begins."""
        # uvloop's transports are no subclass of asyncio.Transport
        self._socket = cast(asyncio.Transport, transport)
        self._reads_on = not isinstance(transport, asyncio.Transport)
        self.connection.connection_made(cast(asyncio.Transport, self))
        if not self._serves and not self._over:
            self._shake_hands()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return self._received

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        if self._over:
            return
        received = self._received[:nbytes]
        if not self._established and not self._speaks_tls(received):
            return
        self._incoming.write(received)
        if not self._established:
            self._shake_hands()
        if self._established:
            self._hand_up()
        self._see_burst(nbytes)

    def eof_received(self) -> bool:
        """The peer sends no more, so the connection ends."""
        return self.connection.eof_received()

    def pause_writing(self) -> None:
        """The socket's window is full."""
        self._paused = True
        self._have_paused()

    def resume_writing(self) -> None:
        """The socket's window is open."""
        self._paused = False
        self._send_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._over = True
        self._forget()
        self.connection.connection_lost(self._failure or exc)
        if not self.shaken.done():
            self.shaken.set_result(self._failure or ConnectionFailed(_hung_up(exc)))

    # The transport of the connection

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of the socket."""
        return self._tls if name == "ssl_object" else self._of_socket.get_extra_info(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the window of the socket."""
        self._of_socket.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """What is not with the kernel yet."""
        return self._waiting_bytes + self._of_socket.get_write_buffer_size()

    def is_closing(self) -> bool:
        """Whether it is being closed."""
        return self._of_socket.is_closing()

    def pause_reading(self) -> None:
        """Receive nothing for now."""
        self._of_socket.pause_reading()

    def resume_reading(self) -> None:
        """Receive again."""
        self._of_socket.resume_reading()

    def writelines(self, parts: Iterable[Buffer]) -> None:
        """Send these parts, neighbours, which are not changed any more."""
        if self._over:
            return
        waiting, before = self._waiting, len(self._waiting)
        waiting.extend(part for part in parts if len(part))
        self._waiting_bytes += sum(len(waiting[index]) for index in range(before, len(waiting)))
        if self._established and not self._paused and not self._scheduled:
            self._send_on()

    def can_write_eof(self) -> bool:
        """Whether it can end sending and receive on; TLS 1.3 can, and what comes is read over."""
        return self._of_socket.can_write_eof()

    def write_eof(self) -> None:
        """Send nothing more than what waits; what comes from now on is read over."""
        if not self._ends:
            self._ends = True
            if not self._established or self._over or not self._waiting:
                self._end_sending()

    def close(self) -> None:
        """End when the socket has what it was given."""
        self._over = True
        self._of_socket.close()

    def abort(self) -> None:
        """End at once."""
        self._over = True
        self._forget()
        self._of_socket.abort()

    # Shaking hands

    @property
    def _of_socket(self) -> asyncio.Transport:
        assert self._socket is not None
        return self._socket

    def _speaks_tls(self, received: memoryview) -> bool:
        """Whether the first bytes are a record of TLS, as far as they have come."""
        if len(self._first_bytes) >= 2:
            return True
        first = self._first_bytes = self._first_bytes + bytes(received[:2])
        records = (HANDSHAKE,) if self._serves else (HANDSHAKE, ALERT)
        if first[0] in records and (len(first) < 2 or first[1] == MAJOR_VERSION):
            return True
        if self._plain_answer:
            self._of_socket.write(self._plain_answer)
        self._give_up(self._no_tls())
        return False

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._give_up(self._fault(error))
        else:
            self._established = True
            self._flush()
            self._send_on()
            if not self.shaken.done():
                self.shaken.set_result(None)

    def _give_up(self, error: StreamError) -> None:
        """End because of an error; the peer is told as far as TLS has words for it."""
        self._failure = error
        self._over = True
        self._flush()
        self._forget()
        if self._serves:
            self.connection.close()  # reads over what still comes, so that our last words arrive
        else:
            self._of_socket.close()

    # Receiving

    def _hand_up(self) -> None:
        """Give the connection what has come."""
        connection = self.connection
        while not self._over:
            view = connection.get_buffer(-1)
            filled = self._decrypt(view)
            if filled:
                connection.buffer_updated(filled)
            if filled < len(view):
                break

    def _decrypt(self, view: memoryview) -> int:
        """Fill the view as far as something has come."""
        tls, incoming, size, filled = self._tls, self._incoming, len(view), 0
        try:
            while filled < size and (incoming.pending or tls.pending()):
                count = tls.read(size - filled, view[filled:])
                if not count:  # the peer sends no more
                    self._loop.call_soon(self._close_unless_over)
                    break
                filled += cast(int, count)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self._give_up(self._fault(error))
        return filled

    def _close_unless_over(self) -> None:
        if not self._over:
            self.close()

    def _see_burst(self, nbytes: int) -> None:
        """Grow with what comes at once, and rest where the loop does not by itself."""
        size = len(self._received)
        if nbytes < size:
            self._burst_bytes = 0
            return
        if size < RECEIVED_BYTES:
            self._received = memoryview(bytearray(RECEIVED_BYTES))
        self._burst_bytes += nbytes
        if self._burst_bytes >= BURST_BYTES:
            self._burst_bytes = 0
            if self._reads_on:
                self.connection.rest()

    # Sending

    def _send_on(self) -> None:
        """Encrypt what waits, as much as the socket takes and one turn of the loop allows."""
        self._scheduled = False
        left_bytes = TURN_BYTES
        while self._waiting and not self._paused and not self._over:
            if left_bytes <= 0:
                self._scheduled = True
                self._loop.call_soon(self._send_on)
                break
            chunk = self._next_chunk()
            left_bytes -= len(chunk)
            self._waiting_bytes -= len(chunk)
            self._encrypt(chunk)
        if self._waiting:
            self._have_paused()
        elif self._ends and not self._over:
            self._end_sending()
        elif self._told_to_pause and not self._paused:
            self._told_to_pause = False
            self.connection.resume_writing()

    def _have_paused(self) -> None:
        if not self._told_to_pause:
            self._told_to_pause = True
            self.connection.pause_writing()

    def _next_chunk(self) -> Buffer:
        waiting = self._waiting
        first = waiting.popleft()
        size = len(first)
        if size > CHUNK_BYTES:
            view = memoryview(first)
            waiting.appendleft(view[CHUNK_BYTES:])
            return view[:CHUNK_BYTES]
        if size >= SMALL_BYTES or not waiting or len(waiting[0]) >= SMALL_BYTES:
            return first
        small = [first]
        while waiting and len(waiting[0]) < SMALL_BYTES and size < CHUNK_BYTES:
            small.append(waiting.popleft())
            size += len(small[-1])
        return b"".join(small)

    def _encrypt(self, chunk: Buffer) -> None:
        write = self._tls.write
        try:
            done = write(chunk)
            if done < len(chunk):
                view = memoryview(chunk)
                while done < len(view):
                    done += write(view[done:])
        except ssl.SSLError as error:
            self._give_up(self._fault(error))
        else:
            self._flush()

    def _flush(self) -> None:
        """Hand what is encrypted to the socket."""
        if self._outgoing.pending and not self._of_socket.is_closing():
            self._of_socket.write(self._outgoing.read())

    def _forget(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    def _end_sending(self) -> None:
        if self._established and not self._over:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass  # it would wait for the peer's end; our own is written
            self._flush()
        self._over = True
        self._forget()
        if self._of_socket.is_closing():
            return
        try:
            self._of_socket.write_eof()
        except OSError:  # the peer has gone already
            self._of_socket.abort()


def _hung_up(exc: Exception | None) -> str:
    return "the connection ended during the TLS handshake" + (f": {exc}" if exc else "")
