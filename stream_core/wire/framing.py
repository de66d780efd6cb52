"""Bytes in, whole frames out: the receiving half of the wire, for any split of the bytes.

It never reads a socket and never looks into a body.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stream_core.errors import ProtocolError
from stream_core.wire.header import FIRST_OPTIONAL_KIND, HEADER, HEADER_BYTES, Kind

__all__ = ["Frame", "FrameReader"]

BUFFER_BYTES = 256 * 1024
FIRST_BUFFER_BYTES = 4 * 1024  # thousands of peers may be silent
GROWTH = 8
MEDIUM_BYTES = 32 * 1024  # from here on bodies lie in memory that is used again
LARGE_BYTES = 64 * 1024  # an incomplete body of this size gets a buffer of its own
KNOWN_KINDS = frozenset(int(kind) for kind in Kind)


def _buffer(size_bytes: int) -> memoryview:
    from stream_core.wire.memory import uninitialised  # numpy is loaded when first needed

    return uninitialised(size_bytes)


def _copy(body: memoryview) -> memoryview:
    target = _buffer(len(body))
    target[:] = body
    return target.toreadonly()


class Frame(msgspec.Struct, gc=False):
    """One received frame; the body belongs to it alone and is never written again."""

    kind: int
    codec: int
    flags: int
    address: int
    source: int
    count: int
    stride: int
    sequence: int
    time_ns: int
    body: bytes | memoryview


class FrameReader:
    """Cuts a byte stream into frames.

    The caller asks for `buffer()`, fills it from the socket and says how much by `received(n)`.
    Small bodies are copied out of one reused buffer, which grows with what comes at once; a large
    body that has not arrived whole is received straight into a buffer of its own, together with the
    header behind it: where large frames follow each other nothing is copied, and each may come in
    one piece. Frames of an unknown optional kind are skipped.

    Args:
        limit_bytes: a larger body is a `ProtocolError`; may be changed at any time.

    Attributes:
        error: how the peer broke the protocol, or None.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.error: ProtocolError | None = None
        self._buffer = bytearray(FIRST_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._size = FIRST_BUFFER_BYTES
        self._start = 0
        self._end = 0
        self._large: Frame | None = None
        self._large_view = memoryview(b"")  # of its body and the header behind that
        self._large_filled = 0
        self._after_large = False  # nothing has come since, so the next one may be large, too

    @property
    def held_bytes(self) -> int:
        """What it keeps of a frame that is not whole yet, and to receive the next ones."""
        return self._size + (self._large_filled if self._large is not None else 0)

    @property
    def missing_bytes(self) -> int:
        """What is still to come of a large body that has begun; 0: there is none."""
        large = self._large
        return 0 if large is None else len(large.body) - self._large_filled

    def buffer(self) -> memoryview:
        """Where the next bytes belong; never empty."""
        if self._large is not None:
            return self._large_view[self._large_filled :]
        if self._end == self._size and self._size < self._most_bytes():
            self._grow()
        elif self._start == self._end:
            self._start = self._end = 0
        elif self._end > self._size // 2:
            self._compact()
        if self._after_large:  # little of its body shall lie here
            return self._view[self._end : self._end + FIRST_BUFFER_BYTES]
        return self._view[self._end :]

    def received(self, size: int) -> list[Frame]:
        """The frames that are complete now that `size` bytes are in the buffer.

        After a breach of the protocol `error` is set, and nothing more comes out.
        """
        if self.error is not None:
            return []
        frames: list[Frame] = []
        large = self._large
        if large is not None:
            self._large_filled += size
            if self._large_filled < len(large.body):
                return frames
            if large.kind in KNOWN_KINDS:
                frames.append(large)
            self._end_large(len(large.body))
        else:
            self._end += size
            self._after_large = False
        self._cut(frames)
        return frames

    def _most_bytes(self) -> int:
        """How far the buffer may grow: no frame needs more, as long as small ones are allowed."""
        return min(BUFFER_BYTES, max(FIRST_BUFFER_BYTES, HEADER_BYTES + self.limit_bytes))

    def _grow(self) -> None:
        """The peer sends more at once than there is room for."""
        rest = self._view[self._start : self._end]
        self._size = min(self._size * GROWTH, self._most_bytes())
        self._buffer = bytearray(self._size)
        self._buffer[: len(rest)] = rest
        self._view = memoryview(self._buffer)
        self._start, self._end = 0, len(rest)

    def _compact(self) -> None:
        rest = self._end - self._start
        self._buffer[:rest] = self._buffer[self._start : self._end]
        self._start, self._end = 0, rest

    def _cut(self, frames: list[Frame]) -> None:
        start, end, view, unpack = self._start, self._end, self._view, HEADER.unpack_from
        while end - start >= HEADER_BYTES:
            # Spelled out: going through a tuple of the facts would double the cost of a frame.
            length, kind, codec, flags, address, source, count, stride, sequence, time_ns = unpack(
                view, start
            )
            known = kind in KNOWN_KINDS
            if length > self.limit_bytes or not (known or kind >= FIRST_OPTIONAL_KIND):
                self._refuse(length, kind)
                return
            body_start = start + HEADER_BYTES
            stop = body_start + length
            if stop > end:
                if length >= LARGE_BYTES:
                    self._begin_large(unpack(view, start), view[body_start:end])
                    start = end
                break
            start = stop
            if known:
                here = view[body_start:stop]
                body = bytes(here) if length < MEDIUM_BYTES else _copy(here)
                frames.append(
                    Frame(
                        kind, codec, flags, address, source, count, stride, sequence, time_ns, body
                    )
                )
        self._start = start

    def _begin_large(self, facts: Any, present: memoryview) -> None:
        length = facts[0]
        target = _buffer(length + HEADER_BYTES)
        target[: len(present)] = present
        self._large = Frame(*(*facts[1:], target[:length].toreadonly()))
        self._large_view = target
        self._large_filled = len(present)

    def _end_large(self, length: int) -> None:
        """Go on with what has come of the header behind it."""
        beyond = self._large_filled - length
        self._buffer[:beyond] = self._large_view[length : self._large_filled]
        self._start, self._end = 0, beyond
        self._large = None
        self._large_view = memoryview(b"")
        self._after_large = True

    def _refuse(self, length: int, kind: int) -> None:
        """The stream ends here; what follows is read over."""
        self._start = self._end = 0
        if length > self.limit_bytes:
            reason = f"a frame body of {length} bytes exceeds frame_bytes={self.limit_bytes}"
        else:
            reason = f"frame kind {kind} is unknown"
        self.error = ProtocolError(reason)
