"""A relay that makes a bad network of a good one, by a seed; of the bytes it changes none.

Always it delays, stalls, and cuts the stream anywhere, down to single bytes for a while. Only when
told to it also breaks connections, by a reset or by closing one direction.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from typing import Any

from tests.end_to_end.proxy import Half, Proxy

__all__ = ["ChaosLink"]

PASS, CHOP, SPLIT, DELAY, STALL = range(5)
WEIGHTS = (50, 20, 20, 8, 2)
LONGEST_STRETCH = {PASS: 65536, CHOP: 2048, SPLIT: 256, DELAY: 1024, STALL: 1024}  # bytes
LONGEST_PIECE = {CHOP: 60, SPLIT: 1}
LONGEST_REST_S = {DELAY: 0.005, STALL: 0.05}
WINDOW_BYTES = 65536  # what a network holds; beyond that its sender waits
RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)


class ChaosHalf(Half):
    """One direction of a pair: passes on what comes, in its own moods."""

    def __init__(self, link: ChaosLink, *, of_client: bool) -> None:
        super().__init__(link, of_client=of_client)
        self._link = link
        self._chance = random.Random(link.chance.getrandbits(32))
        self._mood = PASS
        self._left = 0  # bytes until another mood
        self._rest: asyncio.Handle | None = None
        self._deafened = False
        self._ended = False
        self._full = False

    def connection_made(self, transport: Any) -> None:
        connected = transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
        super().connection_made(transport)

    def forward(self) -> None:
        if self._deafened:
            self.waiting.clear()
        while self.waiting and self._rest is None and (way := self.way) is not None:
            if self._left == 0:
                self._change_mood()
            else:
                self._pass_on(way)
        self._hold_back(len(self.waiting) > WINDOW_BYTES)
        if self._ended and not self.waiting:
            super().close_other()

    def _hold_back(self, full: bool) -> None:
        """Read no more while too much waits."""
        if self.transport is None or self.transport.is_closing():
            return
        if full and not self._full:
            self.transport.pause_reading()
        elif self._full and not full:
            self.transport.resume_reading()
        self._full = full

    def _change_mood(self) -> None:
        [self._mood] = self._chance.choices(range(5), WEIGHTS)
        self._left = int(LONGEST_STRETCH[self._mood] ** self._chance.random())
        longest_s = LONGEST_REST_S.get(self._mood)
        if longest_s is not None:
            self._rest_for(longest_s * self._chance.random())

    def _pass_on(self, way: asyncio.Transport) -> None:
        size = min(len(self.waiting), self._left)
        if self._mood in LONGEST_PIECE:
            size = min(size, self._chance.randint(1, LONGEST_PIECE[self._mood]))
            self._rest_a_while()
        size, breaks = self._link.fate(size)
        way.write(bytes(self.waiting[:size]))
        del self.waiting[:size]
        self._left -= size
        if breaks:
            self._break()

    def _rest_for(self, seconds: float) -> None:
        self._rest = asyncio.get_running_loop().call_later(seconds, self._go_on)

    def _rest_a_while(self) -> None:
        """Until what was written has been read, if that is in this loop: pieces stay apart."""
        loop = asyncio.get_running_loop()
        self._rest = loop.call_soon(loop.call_soon, self._go_on)

    def _go_on(self) -> None:
        self._rest = None
        self.forward()

    # Ends

    def close_other(self) -> None:
        """What had come goes on its way before the end is told."""
        self._ended = True
        if self.way is None:
            super().close_other()
        else:
            self.forward()

    def _break(self) -> None:
        if self._chance.random() < 0.5:
            self._half_close()
        else:
            self._reset()

    def _half_close(self) -> None:
        """The other side hears nothing more, but may still be heard."""
        self._deafened = True
        self.waiting.clear()
        if self.way is not None and not self.way.is_closing():
            self.way.write_eof()

    def _reset(self) -> None:
        self.waiting.clear()
        for half in (self, self.other):
            if half is not None and half.transport is not None:
                _reset(half.transport)


class ChaosLink(Proxy):
    """Stands between clients and a server, as a network that nobody would want.

    Args:
        target: the server's address.
        seed: of all that happens; how the system cuts and times the bytes, it does not rule.
        mean_bytes: from one break to the next, while `breaking`.

    Attributes:
        breaking: whether connections break; breaks: how many have.
    """

    def __init__(self, target: str, seed: int, *, mean_bytes: int = 10_000) -> None:
        super().__init__(target)
        self.seed = seed
        self.chance = random.Random(seed)
        self.breaking = False
        self.breaks = 0
        self._mean_bytes = mean_bytes
        self._until_break = self._next_break()

    def half(self, *, of_client: bool) -> Half:
        return ChaosHalf(self, of_client=of_client)

    def fate(self, size: int) -> tuple[int, bool]:
        """How many of the next bytes pass, and whether their connection breaks then."""
        if not self.breaking:
            return size, False
        size = min(size, self._until_break)
        self._until_break -= size
        if self._until_break:
            return size, False
        self._until_break = self._next_break()
        self.breaks += 1
        return size, True

    def _next_break(self) -> int:
        return 1 + int(self.chance.expovariate(1 / self._mean_bytes))


def _reset(transport: Any) -> None:
    """End a connection so that its peer sees a reset."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, RESET_WHEN_CLOSED
    )
    transport.abort()
