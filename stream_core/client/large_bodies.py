"""Large bodies of calls on their way from a client, in pieces between its own data.

It decides when a piece may go; what the pieces are, `rpc.Parcels` knows.
"""

from __future__ import annotations

from collections.abc import Callable

from stream_core.client.link import Link
from stream_core.errors import LimitExceeded
from stream_core.rpc import Parcels, encode_failure, refusal
from stream_core.rpc.parcels import Key
from stream_core.wire.framing import Frame
from stream_core.wire.header import Kind

__all__ = ["OWN", "LargeBodies"]

OWN = 0  # in the place of the caller's number: the call is this client's
WAITING_FRAMES = 4  # as much as in so many frames of the largest size may wait for one caller


class LargeBodies:
    """Sends pieces while the link keeps up, and as many bytes of them as of data while it does not.

    Args:
        link: of the client.
        on_left: told of each call of which nothing waits any more.

    Attributes:
        keys: of the calls of which something large is under way.
    """

    def __init__(self, link: Link, on_left: Callable[[Key], None]) -> None:
        self._link = link
        self._parcels = Parcels(on_left)
        self.keys = self._parcels.keys
        self._earned_bytes = 0  # sent of data, since a piece was

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: Key) -> bool:
        return key in self.keys

    @property
    def waiting(self) -> bool:
        """Whether there is a piece that might go."""
        return self._parcels.ready

    def waiting_for_bytes(self, caller: int) -> int:
        """What waits of the answers to one caller."""
        return self._parcels.waiting_for_bytes(caller)

    def send(self, key: Key, frame: Frame) -> bool:
        """Send a frame of a call, or a refusal; whether something of that call has to wait."""
        refused = self._refused(key, len(frame.body))
        if refused is not None:
            self.drop(key)
            frame.kind, frame.flags = Kind.FAILURE, 0
            frame.body = encode_failure(refusal(refused))
        self._parcels.add(key, frame)
        self.serve()
        return self._parcels.waits(key)

    def _refused(self, key: Key, size_bytes: int) -> LimitExceeded | None:
        """Why an answer is not sent."""
        limit_bytes = self._link.frame_bytes
        if size_bytes > limit_bytes:
            return self.too_large("a result", size_bytes)
        waiting = 0 if key[0] == OWN else self.waiting_for_bytes(key[0])
        if waiting + size_bytes <= WAITING_FRAMES * limit_bytes:
            return None
        return LimitExceeded(
            f"a result of {size_bytes} bytes: {waiting} bytes wait for this caller already, and "
            f"no more may than {WAITING_FRAMES} times frame_bytes={limit_bytes}"
        )

    def too_large(self, what: str, size_bytes: int) -> LimitExceeded:
        """Why a body is not sent that is larger than the server takes."""
        limit_bytes = self._link.frame_bytes
        return LimitExceeded(
            f"{what} of {size_bytes} bytes: the server's limit is frame_bytes={limit_bytes}"
        )

    def grant(self, key: Key, pieces: int) -> None:
        """The other end of a call takes so many of its pieces in all.

        Raises:
            ProtocolError: that is further ahead of what was sent than it may be.
        """
        self._parcels.grant(key, pieces)
        self.serve()

    def drop(self, key: Key) -> None:
        """Nothing more is sent of a call."""
        self._parcels.drop(key)

    def clear(self) -> None:
        """The link is down, so all calls are over."""
        self._parcels.clear()

    def data_sent(self, size_bytes: int) -> None:
        """Data was sent while pieces wait."""
        self._earned_bytes += size_bytes
        self.serve()

    def serve(self) -> None:
        """Send as many pieces as may go now."""
        parcels, link = self._parcels, self._link
        while parcels.ready and (link.keeps_up or (self._earned_bytes > 0 and link.room)):
            parts = parcels.take()
            assert parts is not None
            link.send(*parts)
            self._earned_bytes = max(0, self._earned_bytes - len(parts[1]))
        if not parcels.ready:
            self._earned_bytes = 0
