from __future__ import annotations

from stream_core.client.attachment import WINDOW_BYTES, Attachment
from stream_core.values import ChannelInfo


def test_credit_is_owed_at_half_a_window_and_given_once() -> None:
    attachment = Attachment(ChannelInfo(name="x"), 10)
    assert attachment.credit(-1) is None
    attachment.pass_by(14, 5, 100)
    assert attachment.owes(10)
    assert not attachment.owes(11)
    assert attachment.credit(-1) == 14
    assert attachment.credit(14) is None
    assert not attachment.owes(10)
    attachment.pass_by(15, 1, WINDOW_BYTES // 2)
    assert attachment.owes(None)
    assert attachment.credit(17) == 17  # part of an open block


def test_layout_is_that_of_its_channel() -> None:
    layout = Attachment(ChannelInfo(name="x", dtype="float32", shape=(2,)), 0).layout
    assert layout is not None
    assert (str(layout.dtype), layout.shape) == ("float32", (2,))
