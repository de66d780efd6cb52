"""Large bodies of calls on their way to one peer: cut into pieces, which take turns.

It never sends and never waits: whoever has a link takes the next frame when there is room.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from stream_core.errors import ProtocolError
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind, header

__all__ = [
    "FIRST_PIECES",
    "PIECE_BYTES",
    "WINDOW_PIECES",
    "Key",
    "Parcels",
    "ends_call",
    "is_whole",
]

PIECE_BYTES = 64 * 1024  # larger bodies travel in pieces of this size
FIRST_PIECES = 4  # of one call may be sent before the receiver has granted any
WINDOW_PIECES = 16  # of one call may be under way, at most

Key = tuple[int, int]
"""A call on one link: the caller's number, or 0 if the call is the client's own, and its number."""

_PIECE = int(Flag.PIECE)
_MORE = int(Flag.MORE)
_PROGRESS = int(Kind.PROGRESS)
_RESULT = int(Kind.RESULT)


def ends_call(kind: int, flags: int) -> bool:
    """Whether nothing follows such a frame, once it is whole: it ends a call, or begins one."""
    return not (kind == _PROGRESS or (kind == _RESULT and flags & _MORE))


def is_whole(frame: Frame) -> bool:
    """Whether it is no piece, or its body's last."""
    return not frame.flags & _PIECE or frame.stride + len(frame.body) >= frame.count


class _Line:
    """What waits of one call, in order."""

    __slots__ = ("frames", "granted", "has_turn", "last", "position", "received", "sent")

    def __init__(self) -> None:
        self.frames: deque[Frame] = deque()
        self.position = 0  # in the body of the first
        self.received = 0  # pieces that came as such
        self.sent = 0
        self.granted = FIRST_PIECES
        self.last = False
        self.has_turn = False

    @property
    def may_go(self) -> bool:
        if not self.frames:
            return False
        first = self.frames[0]
        in_pieces = first.flags & _PIECE or len(first.body) > PIECE_BYTES
        return not in_pieces or self.sent < self.granted

    @property
    def waiting_bytes(self) -> int:
        return sum(len(frame.body) for frame in self.frames) - self.position

    @property
    def largest_bytes(self) -> int:
        return max((len(frame.body) for frame in self.frames), default=0)

    def take(self) -> tuple[bytes, bytes | memoryview]:
        frame = self.frames[0]
        size = len(frame.body)
        if size <= PIECE_BYTES:
            self.frames.popleft()
            self.sent += bool(frame.flags & _PIECE)
            return _head(frame, size, frame.flags, frame.count, frame.stride), frame.body
        start = self.position
        piece = memoryview(frame.body)[start : start + PIECE_BYTES]
        self.sent += 1
        self.position += len(piece)
        if self.position == size:
            self.frames.popleft()
            self.position = 0
        return _head(frame, len(piece), frame.flags | _PIECE, size, start), piece


def _check_piece(number: int, granted: int, frame: Frame) -> None:
    size = len(frame.body)
    if number > granted:
        raise ProtocolError(f"piece {number} of call {frame.sequence}: {granted} were granted")
    if size != PIECE_BYTES and (size > PIECE_BYTES or not is_whole(frame)):
        raise ProtocolError(
            f"piece {number} of call {frame.sequence} has {size} bytes: all but a body's last "
            f"have {PIECE_BYTES}"
        )


def _head(frame: Frame, size: int, flags: int, count: int, stride: int) -> bytes:
    return header(
        frame.kind,
        size,
        codec=frame.codec,
        flags=flags,
        address=frame.address,
        source=frame.source,
        count=count,
        stride=stride,
        sequence=frame.sequence,
        time_ns=frame.time_ns,
    )


class Parcels:
    """Calls, of each of which something large is, or was, under way.

    What a call says after something large waits behind it.

    Args:
        on_left: told of each call of which nothing waits any more.

    Attributes:
        keys: of these calls.
        waiting_bytes: of all bodies, as far as they have not been taken.
    """

    def __init__(self, on_left: Callable[[Key], None]) -> None:
        self._on_left = on_left
        self._lines: dict[Key, _Line] = {}
        self.keys = self._lines.keys()
        self._turns: deque[Key] = deque()
        self.waiting_bytes = 0

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, key: Key) -> bool:
        return key in self._lines

    @property
    def ready(self) -> bool:
        """Whether `take` would give something."""
        return bool(self._turns)

    def waits(self, key: Key) -> bool:
        """Whether something of that call waits."""
        line = self._lines.get(key)
        return line is not None and bool(line.frames)

    def exceeds(self, limit_bytes: int) -> bool:
        """Whether more than that waits, beside the largest of the bodies."""
        if self.waiting_bytes <= limit_bytes:
            return False
        largest = max(line.largest_bytes for line in self._lines.values())
        return self.waiting_bytes - largest > limit_bytes

    def waiting_for_bytes(self, caller: int) -> int:
        """What waits of the calls of one caller."""
        return sum(line.waiting_bytes for key, line in self._lines.items() if key[0] == caller)

    def add(self, key: Key, frame: Frame) -> None:
        """Have a frame sent when it is its turn, in pieces if it is large.

        Args:
            key: the call.
            frame: as it is to be sent; it may be a piece that has come from elsewhere.

        Raises:
            ProtocolError: that piece was not granted, or is larger than a piece may be.
        """
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
        if frame.flags & _PIECE:
            line.received += 1
            _check_piece(line.received, line.granted, frame)
        line.frames.append(frame)
        line.last = ends_call(frame.kind, frame.flags) and is_whole(frame)
        self.waiting_bytes += len(frame.body)
        self._give_turn(key, line)

    def grant(self, key: Key, pieces: int) -> None:
        """The receiver takes so many pieces of a call in all.

        Raises:
            ProtocolError: that is further ahead of what it was sent than it may be.
        """
        line = self._lines.get(key)
        if line is None:
            return  # it has ended meanwhile
        if pieces > line.sent + WINDOW_PIECES:
            raise ProtocolError(
                f"{pieces} pieces of call {key[1]} were granted, {line.sent} have been sent: "
                f"at most {WINDOW_PIECES} may be under way"
            )
        line.granted = max(line.granted, pieces)
        self._give_turn(key, line)

    def _give_turn(self, key: Key, line: _Line) -> None:
        if not line.has_turn and line.may_go:
            line.has_turn = True
            self._turns.append(key)

    def take(self) -> tuple[bytes, bytes | memoryview] | None:
        """The next frame, as its header and body; None: nothing may go now."""
        if not self._turns:
            return None
        key = self._turns.popleft()
        line = self._lines[key]
        line.has_turn = False
        head, body = line.take()
        self.waiting_bytes -= len(body)
        self._give_turn(key, line)
        if not line.frames:
            if line.last:
                del self._lines[key]
            self._on_left(key)
        return head, body

    def drop(self, key: Key) -> None:
        """The call is over: nothing of it is sent any more."""
        line = self._lines.pop(key, None)
        if line is not None:
            self.waiting_bytes -= line.waiting_bytes
            if line.has_turn:
                self._turns.remove(key)

    def clear(self) -> None:
        """The link is gone: so are all calls."""
        self._lines.clear()
        self._turns.clear()
        self.waiting_bytes = 0
