"""A channel that the server itself writes; it knows nothing of what is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stream_core.channels.spec import ChannelSpec
from stream_core.server.services import Services
from stream_core.wire.batches import ObjectBatch
from stream_core.wire.blocks import Block

__all__ = ["OwnChannel"]


class OwnChannel:
    """Publishes objects without a link.

    Args:
        services: of the server.
        spec: of the channel.

    Attributes:
        channel: it.
    """

    def __init__(self, services: Services, spec: ChannelSpec) -> None:
        self.channel = services.streams.create_own(spec)

    @property
    def active(self) -> bool:
        """Whether somebody reads, and nobody is full who must not lose anything."""
        return self.channel.demand().state == "active"

    def publish(self, items: Iterable[tuple[Any, int]]) -> None:
        """Hand values, each with its time, to the readers."""
        batch = ObjectBatch()
        for value, time_ns in items:
            if batch.add(value, time_ns):
                self._deliver(batch)
        if batch.count:
            self._deliver(batch)

    def _deliver(self, batch: ObjectBatch) -> None:
        count, first = batch.count, self.channel.next_sequence
        packed = batch.pack()
        body = b"".join(packed.parts)
        self.channel.deliver(
            Block(packed.codec, packed.flags, 0, count, 1, first, packed.time_ns, body)
        )
