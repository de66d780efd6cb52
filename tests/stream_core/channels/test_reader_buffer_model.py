"""Holds `ReaderBuffer` to its model: one reader, and all that can come to it."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from stream_core.channels.history import Gap
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import Folder
from stream_core.wire.header import CodecNumber
from stream_core.wire.items import Layout
from tests.stream_core.channels.reader_rules import ENVELOPE, EVERY, ReaderRules
from tests.stream_core.channels.reader_twin import Twin, bodies

PAST = st.lists(st.tuples(st.sampled_from(["items", "gap"]), st.integers(1, 6)), max_size=4)


class Buffers(ReaderRules):
    """Items of all sizes, for readers that take all or each n-th."""

    choices = EVERY
    item_bytes: int | None = None
    folder: Folder | None = None

    @initialize(data=st.data(), first=st.integers(0, 7), past=PAST)
    def subscribe(self, data: st.DataObject, first: int, past: list[tuple[str, int]]) -> None:
        self.size = self.item_bytes or 3
        parameters = data.draw(self.choices, label="parameters")
        only = Twin(parameters, first, size=lambda number: self.size, folder=self.folder)
        self.only, self.twins = only, [only]
        things: list[Block | Gap] = []
        for kind, count in past:
            block = self.block(first, count, 1)
            things.append(Gap(first, block.last, "paused") if kind == "gap" else block)
            first += count
        only.begin_with(things)

    def block(self, first: int, count: int, stride: int) -> Block:
        body = b"".join(bodies(range(first, first + count * stride, stride), self.only.size))
        return Block(CodecNumber.SAMPLES, 0, 1, count, stride, first, 0, body)

    @rule(
        count=st.integers(1, 14),
        stride=st.sampled_from([1, 1, 1, 2]),
        size=st.integers(1, 12),
        room=st.booleans(),
    )
    def offer(self, count: int, stride: int, size: int, room: bool) -> None:
        self.size, self.only.room = self.item_bytes or size, room
        stride = 1 if self.crowded else stride
        self.only.offer(self.block(self.only.model.next, count, stride))

    @ReaderRules.few_notices
    @rule(
        count=st.integers(1, 8),
        reason=st.sampled_from(["paused", "outbox"]),
        withheld=st.booleans(),
    )
    def gap(self, count: int, reason: str, withheld: bool) -> None:
        first = self.only.model.next
        self.only.gap(first, first + count - 1, reason, withheld=withheld)

    @ReaderRules.few_notices
    @rule(number=st.integers(0, 3))
    def mark(self, number: int) -> None:
        self.only.mark(number)

    @rule(chance=st.integers(0, 9))
    def end(self, chance: int) -> None:
        if chance == 0:
            self.only.end("deleted")


class EnvelopeBuffers(Buffers):
    """Samples, for readers that take envelopes, all or each n-th in turn."""

    choices = st.one_of(ENVELOPE, ENVELOPE, EVERY)

    @initialize(data=st.data(), first=st.integers(0, 7), past=PAST, size=st.integers(1, 6))
    def subscribe(
        self, data: st.DataObject, first: int, past: list[tuple[str, int]], size: int
    ) -> None:
        self.item_bytes = size
        self.folder = Folder(Layout(np.dtype("u1"), (size,)))
        super().subscribe.__wrapped__(self, data, first, past)


SETTINGS = settings(max_examples=200, stateful_step_count=40, deadline=None)
Buffers.TestCase.settings = EnvelopeBuffers.TestCase.settings = SETTINGS
TestBuffers = Buffers.TestCase
TestEnvelopeBuffers = EnvelopeBuffers.TestCase
