"""What every peer offers: a broker, and the four parts that speak through it.

A peer is a module with these functions. Everything is a context: entered when the part is
connected, left when the harness says so. The loops over items stand in the peers themselves, since
a call more an item would measure the harness.
"""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Protocol

from benchmarks.work import Kind, Payload, Work

__all__ = ["Addresses", "Caller", "Peer", "Publisher", "Subscriber"]

Addresses = tuple[str, ...]
"""Where the broker listens, in the peer's own words."""


class Publisher(Protocol):
    """The sending part."""

    async def send(self, payload: Payload, count: int) -> None:
        """Send the item `count` times, one by one, waiting as long as the readers need."""

    async def flush(self) -> None:
        """Let everything leave this process that waits for company."""


class Subscriber(Protocol):
    """A receiving part."""

    async def receive(self, count: int) -> Payload:
        """Take `count` items, one by one, and return the last."""


class Caller(Protocol):
    """The calling part."""

    async def add(self, a: float, b: float) -> float:
        """Let the other client add them."""

    async def add_many(self, a: float, b: float, count: int, in_flight: int) -> float:
        """Let it add them `count` times, `in_flight` at once; return the sum of the results."""


class Peer(Protocol):
    """One way from process to process."""

    KINDS: tuple[Kind, ...]
    """The kinds of work that it takes part in."""

    def run(self, main: Coroutine[Any, Any, None], /) -> None:
        """Run a part in the loop that this peer recommends."""

    def broker(self, work: Work, /) -> AbstractContextManager[Addresses]:
        """Start the broker in this process, or in a child of it."""

    def publisher(
        self, work: Work, addresses: Addresses, /
    ) -> AbstractAsyncContextManager[Publisher]:
        """Connect the sending part."""

    def subscriber(
        self, work: Work, addresses: Addresses, /
    ) -> AbstractAsyncContextManager[Subscriber]:
        """Connect a receiving part; from here on the broker knows of it."""

    def callee(self, work: Work, addresses: Addresses, /) -> AbstractAsyncContextManager[None]:
        """Connect a client that offers to add two floats, and serve until the end."""

    def caller(self, work: Work, addresses: Addresses, /) -> AbstractAsyncContextManager[Caller]:
        """Connect a client that can call the other."""
