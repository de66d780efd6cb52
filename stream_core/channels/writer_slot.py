"""A writing client's place on a channel: its numbers, and what it was told; pure."""

from __future__ import annotations

from stream_core.errors import ProtocolError
from stream_core.wire.messages import DemandNotice

__all__ = ["WriterSlot"]


class WriterSlot:
    """What a channel knows of one of its writers.

    Attributes:
        client: number of the writing client.
        next_number: the number that its next item should have.
        marked: whether its transfer has ended; marks: the number of its newest end mark.
        told: the newest notice of demand; told_number: its number, counting from 1.
        acknowledged: the number of the newest notice that it has acknowledged.
    """

    def __init__(self, client: int, next_number: int, marks: int = 0) -> None:
        self.client = client
        self.next_number = next_number
        self.marked = False
        self.marks = marks
        self.told = DemandNotice("idle")
        self.told_number = 0
        self.acknowledged = 0

    @property
    def settled(self) -> bool:
        """Whether all that it was told is acknowledged."""
        return self.acknowledged == self.told_number

    @property
    def pause_acknowledged(self) -> bool:
        """Whether it knows that it may not send now."""
        return self.told.state == "paused" and self.settled

    def tell(self, demand: DemandNotice) -> bool:
        """Note the demand; True if the writer does not know it and must be sent `told`."""
        if demand == self.told:
            return False
        self.told = demand
        self.told_number += 1
        return True

    def tell_again(self) -> None:
        """Forget what was said on a link that broke: the notice must be sent again."""
        self.told_number += 1

    def acknowledge(self, number: int) -> None:
        """The writer follows the notice of that number from here on.

        Raises:
            ProtocolError: no such notice was sent.
        """
        if number > self.told_number:
            raise ProtocolError(f"demand {number} was acknowledged but never sent")
        self.acknowledged = max(self.acknowledged, number)
