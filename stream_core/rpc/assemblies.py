"""Large bodies of calls put together from their pieces, as far ahead as the receiver grants.

It never sends: grants go to the function that it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from stream_core.errors import ProtocolError
from stream_core.rpc.parcels import FIRST_PIECES, PIECE_BYTES, WINDOW_PIECES, ends_call
from stream_core.wire.framing import Frame

__all__ = ["Assemblies"]

ALL_PIECES = 64  # under way to one receiver, if not less than one a call

Call = TypeVar("Call", bound=Hashable)


class _Body:
    """The body under way, and the account of its call's pieces."""

    __slots__ = ("enough", "filled", "granted", "kind", "received", "view", "wanted")

    def __init__(self) -> None:
        self.kind = 0
        self.view = memoryview(b"")
        self.filled = 0
        self.received = 0
        self.granted = FIRST_PIECES
        self.enough: int | None = None  # pieces in all, once that is known
        self.wanted = True

    def begin(self, frame: Frame, limit_bytes: int) -> None:
        size = frame.count
        if not PIECE_BYTES < size <= limit_bytes:
            raise ProtocolError(
                f"a body in pieces has {size} bytes: more than {PIECE_BYTES} and up to "
                f"frame_bytes={limit_bytes} are allowed"
            )
        from stream_core.wire.memory import uninitialised  # numpy is loaded when first needed

        try:
            self.view = uninitialised(size)
        except MemoryError:
            raise ProtocolError(f"there is no memory for a body of {size} bytes") from None
        self.kind = frame.kind
        self.filled = 0
        if ends_call(frame.kind, frame.flags):
            self.enough = self.received + -(-size // PIECE_BYTES)

    def fill(self, frame: Frame) -> bool:
        """Take a piece; whether the body is whole now."""
        if self.received >= self.granted:
            raise ProtocolError(f"piece {self.received + 1} came, {self.granted} were granted")
        end = self.filled + len(frame.body)
        facts = (frame.kind, frame.count, frame.stride)
        follows = facts == (self.kind, len(self.view), self.filled)
        step = min(PIECE_BYTES, len(self.view) - self.filled)
        if not follows or len(frame.body) != step:
            raise ProtocolError(
                f"a piece of {len(frame.body)} bytes at {frame.stride} of {frame.count} does not "
                f"follow {self.filled} bytes of {len(self.view)}"
            )
        self.view[self.filled : end] = frame.body
        self.filled = end
        self.received += 1
        return end == frame.count


class Assemblies(Generic[Call]):
    """The calls of which pieces have come.

    Args:
        grant: called with a call and how many of its pieces may be sent in all.
    """

    def __init__(self, grant: Callable[[Call, int], None]) -> None:
        self._grant = grant
        self._bodies: dict[Call, _Body] = {}

    def __len__(self) -> int:
        return len(self._bodies)

    def add(
        self, call: Call, frame: Frame, *, limit_bytes: int, wanted: bool = True
    ) -> memoryview | None:
        """Take a piece; the whole body with its last one, else None.

        Args:
            call: whose.
            frame: the piece.
            limit_bytes: of one body.
            wanted: whether more pieces may come; if not, `want` will say so.

        Raises:
            ProtocolError: it is too large, or does not follow what came before.
        """
        body = self._bodies.get(call)
        if body is None:
            body = self._bodies[call] = _Body()
        if not len(body.view):
            body.begin(frame, limit_bytes)
        whole = None
        if body.fill(frame):
            whole, body.view = body.view, memoryview(b"")
        body.wanted = wanted
        self._let_come(call, body)
        return whole.toreadonly() if whole is not None else None

    def want(self, call: Call) -> None:
        """Let more pieces of a call come."""
        body = self._bodies.get(call)
        if body is not None and not body.wanted:
            body.wanted = True
            self._let_come(call, body)

    def _let_come(self, call: Call, body: _Body) -> None:
        if not body.wanted:
            return
        window = max(1, min(WINDOW_PIECES, ALL_PIECES // len(self._bodies)))
        pieces = body.received + window
        if body.enough is not None:
            pieces = min(pieces, body.enough)
        if pieces > body.granted and body.granted - body.received <= window // 2:
            body.granted = pieces
            self._grant(call, pieces)

    def drop(self, call: Call) -> None:
        """The call is over."""
        self._bodies.pop(call, None)

    def clear(self) -> None:
        """All calls are over."""
        self._bodies.clear()
