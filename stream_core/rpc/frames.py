"""How both halves of a call send: one function that takes the facts of a frame."""

from __future__ import annotations

from typing import Protocol

from stream_core.wire.header import Kind

__all__ = ["NS_PER_S", "SendFrame"]

NS_PER_S = 1_000_000_000


class SendFrame(Protocol):
    """Sends one frame of a call, or drops it if the link is gone; never raises.

    A large body leaves in pieces, and what the call says after it waits behind it.
    """

    def __call__(
        self,
        kind: Kind,
        *,
        address: int,
        sequence: int,
        flags: int = 0,
        count: int = 0,
        time_ns: int = 0,
        body: bytes = b"",
    ) -> bool | None:
        """Send it; whether it has to wait: then `Dispatcher.left` is told when nothing waits."""
