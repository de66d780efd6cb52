from __future__ import annotations

import pytest

from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import ProtocolError
from stream_core.wire.messages import DemandNotice

ACTIVE, PAUSED = DemandNotice("active"), DemandNotice("paused")


def test_what_a_writer_knows_is_not_told_again() -> None:
    slot = WriterSlot(1, 0)
    assert not slot.tell(DemandNotice("idle"))
    assert slot.tell(ACTIVE)
    assert not slot.tell(DemandNotice("active"))
    assert (slot.told, slot.told_number) == (ACTIVE, 1)


def test_a_writer_has_settled_when_it_has_acknowledged_the_newest() -> None:
    slot = WriterSlot(1, 0)
    assert slot.settled
    slot.tell(ACTIVE)
    slot.tell(PAUSED)
    slot.acknowledge(1)
    assert not slot.settled
    assert not slot.pause_acknowledged
    slot.acknowledge(2)
    assert slot.settled
    assert slot.pause_acknowledged
    slot.acknowledge(1)
    assert slot.settled
    slot.tell(ACTIVE)
    assert not slot.pause_acknowledged


def test_only_what_was_told_can_be_acknowledged() -> None:
    slot = WriterSlot(1, 0)
    with pytest.raises(ProtocolError):
        slot.acknowledge(1)


def test_after_a_broken_link_it_must_be_told_again() -> None:
    slot = WriterSlot(1, 0)
    slot.tell(PAUSED)
    slot.acknowledge(1)
    slot.tell_again()
    assert not slot.settled
    assert not slot.pause_acknowledged
    slot.acknowledge(2)
    assert slot.pause_acknowledged
