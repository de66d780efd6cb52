"""What the writers and readers of a client ask of its session."""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType
from typing import Any, Protocol

from stream_core.clock import OffsetEstimate
from stream_core.rpc import Call

__all__ = ["StreamHome"]


class StreamHome(Protocol):
    """The client's session, as its streams see it."""

    @property
    def up(self) -> bool:
        """Whether frames can be sent."""
        ...

    @property
    def room(self) -> bool:
        """Whether the outbox takes more data."""
        ...

    @property
    def name(self) -> str:
        """The client's."""
        ...

    @property
    def epoch(self) -> int:
        """The server's."""
        ...

    @property
    def resume_s(self) -> float:
        """How long a channel may stay away after a link broke."""
        ...

    @property
    def frame_bytes(self) -> int:
        """The largest body of a frame that the server accepts."""
        ...

    @property
    def clock(self) -> OffsetEstimate:
        """The server's clock, as far as we know it."""
        ...

    def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame; it is dropped while the link is down."""

    def send_now(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send a frame that nothing follows; else like `send`."""

    def end_turn(self) -> None:
        """Hand over what has been sent in this turn."""

    async def ask(
        self,
        method: str,
        *args: Any,
        on_reply: Callable[[Any], None] | None = None,
        timeout_s: float | EllipsisType | None = ...,
        **kwargs: Any,
    ) -> Any:
        """Call a method of the server; `on_reply` hears the reply before any later frame."""

    def start(self, method: str, *args: Any, **kwargs: Any) -> Call:
        """Send a call of a method of the server; raises `ConnectionLost`."""
        ...

    def tell(self, method: str, *args: Any, **kwargs: Any) -> None:
        """Call a method of the server and wait for nothing."""
