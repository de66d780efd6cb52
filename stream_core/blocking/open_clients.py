"""The blocking clients that are open: they take leave when the program ends without them."""

from __future__ import annotations

import weakref
from typing import Protocol

from stream_core.errors import ChannelClosed, ConnectionLost
from stream_core.transport.process_end import at_process_end, hush

__all__ = ["OpenClient", "open_clients"]


class OpenClient(Protocol):
    """A client that was connected."""

    def close(self) -> None:
        """Send what is pending, leave, and end everything of it."""


open_clients: weakref.WeakSet[OpenClient] = weakref.WeakSet()


@at_process_end
def _close_all() -> None:
    """Take leave of the servers before the threads end."""
    if open_clients:
        hush(ChannelClosed, ConnectionLost)
    for client in tuple(open_clients):
        client.close()
