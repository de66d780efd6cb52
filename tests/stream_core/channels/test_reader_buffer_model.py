"""Holds `ReaderBuffer` to a model that handles one item at a time and knows no block."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stream_core.channels.history import Gap
from stream_core.channels.notices import Ended, Mark
from stream_core.channels.parameters import Parameters, checked_parameters
from stream_core.channels.reader_buffer import EARLIER_DEMAND, ReaderBuffer
from stream_core.errors import ProtocolError
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import Folder
from stream_core.wire.header import CodecNumber
from stream_core.wire.items import Layout

READER_BYTES = 40
WINDOW_BYTES = 30
LONG_LINE = 10**9


class Model:
    """Lines of single items and notices; an entry is [kind, number, size or reason, *members]."""

    def __init__(self, parameters: Parameters, first: int) -> None:
        self.parameters, self.next, self.until = parameters, first, first
        self.past, self.line, self.sent, self.bin, self.fate = [], [], [], [], {}
        self.full = self.ended = self.straight = False

    @property
    def limits(self) -> tuple[int, int]:
        size = self.parameters.buffer_size
        return (LONG_LINE, LONG_LINE) if size is None else (size, READER_BYTES)

    def items(self) -> list[list]:
        return [entry for entry in self.line if entry[0] == "item"]

    def used(self) -> int:
        return sum(entry[2] for entry in self.items())

    def item(self, number: int, size: int) -> None:
        width, self.next = self.parameters.envelope, number + 1
        if number % self.parameters.every:
            self.fate[number] = "not_selected"
        elif width is None:
            self.store(["item", number, size, number])
        else:
            if self.bin and self.bin[0] // width < number // width:
                self.close()
            self.fate[number], self.bin_size = "reduced", 2 * size
            self.bin.append(number)
            if self.next % width == 0:
                self.close()

    def close(self, *, owed: bool = False) -> None:
        members, self.bin = self.bin, []
        if members and not self.ended:
            self.store(["item", members[0], self.bin_size, *members], owed=owed)

    def store(self, entry: list, *, owed: bool = False) -> None:
        overflow = self.parameters.overflow
        if overflow != "wait" and not owed and not self.straight and self.is_full(entry[2]):
            if overflow in ("skip", "raise"):
                self.ended = overflow == "raise"
                return self.lose(entry[1], "overflow")
            self.make_room(entry[2], everything=overflow == "clear")
        self.fate[entry[1]] = "in_flight" if self.straight else "buffered"
        (self.sent if self.straight else self.line).append(entry)

    def is_full(self, size: int) -> bool:
        count, (most, most_bytes) = len(self.items()), self.limits
        return count > 0 and (self.full or count >= most or self.used() + size > most_bytes)

    def make_room(self, size: int, *, everything: bool) -> None:
        most, most_bytes = self.limits
        if self.full:
            most, most_bytes = min(most, len(self.items())), min(most_bytes, self.used())
        while (old := self.items()) and (
            everything or len(old) >= most or self.used() + size > most_bytes
        ):
            self.drop(old[0])

    def drop(self, entry: list) -> None:
        newest_only = self.parameters.newest_only
        self.fate[entry[1]] = "not_selected" if newest_only else "dropped"
        entry[0], entry[2] = ("gone", None) if newest_only else ("lost", "overflow")
        self.line = [kept for kept in self.line if kept[0] != "gone"]

    def lose(self, number: int, reason: str) -> None:
        self.fate[number] = "dropped"
        self.line.append(["lost", number, reason])


def begin(entry: list) -> int:
    return entry[1] - 1 if entry[0] == "mark" else entry[1]


def value(number: int) -> int:
    return number * 7 % 256


def samples(first: int, count: int, stride: int, size: int) -> Block:
    numbers = range(first, first + count * stride, stride)
    body = b"".join(bytes([value(number)] * size) for number in numbers)
    return Block(CodecNumber.SAMPLES, 0, 1, count, stride, first, 0, body)


def content(entry: list, *, enveloped: bool) -> bytes:
    """What an item's bytes must be."""
    _, _, size, *members = entry
    if not enveloped:
        return bytes([value(members[0])] * size)
    values = [value(number) for number in members]
    return bytes([min(values)] * (size // 2) + [max(values)] * (size // 2))


def parameters(**more: st.SearchStrategy) -> st.SearchStrategy[Parameters]:
    return st.builds(
        checked_parameters,
        buffer_size=st.sampled_from([None, 1, 2, 3, 5, 10]),
        overflow=st.sampled_from(["ring", "clear", "skip", "wait", "raise"]),
        min_interval_s=st.sampled_from([0, 0, 1e-8]),
        **more,
    )


EVERY = parameters(every=st.sampled_from([1, 1, 2, 3]))
ENVELOPE = parameters(envelope=st.sampled_from([1, 2, 3, 5, 8]))
PAST = st.lists(st.tuples(st.sampled_from(["items", "gap"]), st.integers(1, 6)), max_size=4)


class Buffers(RuleBasedStateMachine):
    """Items of all sizes, for readers that take all or each n-th."""

    choices = EVERY
    item_bytes: int | None = None
    folder: Folder | None = None

    @initialize(data=st.data(), first=st.integers(0, 7), past=PAST)
    def subscribe(self, data: st.DataObject, first: int, past: list[tuple[str, int]]) -> None:
        parameters = data.draw(self.choices, label="parameters")
        self.buffer = ReaderBuffer(
            parameters,
            first,
            reader_bytes=READER_BYTES,
            window_bytes=WINDOW_BYTES,
            folder=self.folder,
        )
        self.model = Model(parameters, first)
        self.sent, self.consumed, self.now, self.told_end = first - 1, first - 1, 0, False
        self.served: int | None = None
        self.flight: list[list] = []  # [kind, entries] as they were sent
        self.marks = self.changes = 0
        self.begin_with(past)

    def begin_with(self, past: list[tuple[str, int]]) -> None:
        model, things = self.model, []
        unbounded = msgspec.structs.replace(model.parameters, buffer_size=None)
        chosen, model.parameters = model.parameters, unbounded
        for kind, count in past:
            first = model.next
            if kind == "gap":
                things.append(Gap(first, first + count - 1, "paused"))
                self.model_gap(count, "paused")
            else:
                things.append(samples(first, count, 1, self.item_bytes or 3))
                for number in range(first, first + count):
                    model.item(number, self.item_bytes or 3)
        model.parameters, model.past, model.line = chosen, model.line, []
        self.buffer.begin_with(things, self.now)

    # The way in

    @rule(
        count=st.integers(1, 14),
        stride=st.sampled_from([1, 1, 1, 2]),
        size=st.integers(1, 12),
        room=st.booleans(),
    )
    def offer(self, count: int, stride: int, size: int, room: bool) -> None:
        model, size = self.model, self.item_bytes or size
        block = samples(model.next, count, stride, size)
        if self.lacks(block) and not self.changes:
            return self.miss(block, room)
        may_pass = room and not self.front and self.is_open() and not self.interval_ns
        out = self.buffer.offer(block, room=room, now_ns=self.now)
        model.straight, model.sent = out is not None, []
        assert may_pass or not model.straight
        folds, over = model.parameters.envelope is not None, model.ended
        for number in range(block.first, block.last + 1):
            if over or (model.ended and not folds):
                break
            if number in block.sequences:
                model.item(number, size)
            else:
                self.unselected(number)
        if out is not None:
            self.check_sent(out, model.sent)
        assert not may_pass or model.straight or folds or not model.items()
        model.straight = False
        model.bin = [] if model.ended else model.bin

    def lacks(self, block: Block) -> bool:
        """Whether numbers that the reader wants were left out between those of a block."""
        wanted = range(block.first, block.last + 1)
        every = self.model.parameters.every
        return any(n % every == 0 and n not in block.sequences for n in wanted)

    def miss(self, block: Block, room: bool) -> None:
        """It was made on the demand of others: all of it that this reader wants is lost."""
        assert self.buffer.offer(block, room=room, now_ns=self.now) is None
        if not self.model.ended:
            self.model_gap(block.last - block.first + 1, EARLIER_DEMAND)

    def unselected(self, number: int) -> None:
        self.model.next, self.model.fate[number] = number + 1, "not_selected"

    @rule(count=st.integers(1, 8), reason=st.sampled_from(["paused", "outbox"]))
    def gap(self, count: int, reason: str) -> None:
        first = self.model.next
        self.buffer.gap(first, first + count - 1, reason)
        if not self.model.ended:
            self.model_gap(count, reason)

    def model_gap(self, count: int, reason: str) -> None:
        model = self.model
        model.close(owed=True)
        for number in range(model.next, model.next + count):
            self.unselected(number)
            if number % model.parameters.every == 0:
                model.lose(number, reason)

    @rule(count=st.integers(1, 8))
    def withhold(self, count: int) -> None:
        first = self.model.next
        self.buffer.gap(first, first + count - 1, "withheld", withheld=True)
        parameters, numbers = self.model.parameters, range(first, first + count)
        newest_only = parameters.newest_only and parameters.envelope is None
        wanted = (
            not newest_only
            and not self.changes
            and any(number % parameters.every == 0 for number in numbers)
        )
        if wanted and not self.model.ended:
            return self.model_gap(count, EARLIER_DEMAND)
        for number in numbers if not self.model.ended else ():
            self.unselected(number)

    @precondition(lambda self: sum(entry[0] == "mark" for entry in self.model.line) < 4)
    @rule()
    def mark(self) -> None:
        self.model.close(owed=True)
        self.buffer.mark("payload")
        if not self.model.ended:
            self.model.line.append(["mark", self.model.next, None])

    @rule(chance=st.integers(0, 9))
    def end(self, chance: int) -> None:
        if chance == 0:
            self.buffer.end("deleted")
            self.model.close(owed=True)
            self.model.ended = True

    # The way out

    @property
    def front(self) -> list[list]:
        return self.model.past or self.model.line

    @property
    def interval_ns(self) -> int:
        return self.model.parameters.min_interval_ns

    def blocks(self) -> list[list]:
        return [entries for kind, entries in self.flight if kind == "block"]

    def is_open(self) -> bool:
        blocks = self.blocks()
        unconsumed = sum(number > self.consumed for block in blocks for _, number, *_ in block)
        size_bytes = sum(size for block in blocks for _, _, size, *_ in block)
        return len(blocks) < 2 or (unconsumed < self.model.limits[0] and size_bytes < WINDOW_BYTES)

    def may_take(self) -> bool:
        line = self.front
        if not line:
            return self.model.ended and not self.told_end
        if any(entry[0] == "item" for entry in line) and not self.is_open():
            return False
        return not self.interval_ns or begin(line[0]) < self.model.until or self.is_due()

    def is_due(self) -> bool:
        return self.served is None or self.now >= self.served + self.interval_ns

    @rule()
    def take(self) -> None:
        self.take_one()

    def take_one(self) -> bool:
        expected = self.may_take()
        due_ns = self.buffer.due_ns
        assert due_ns is None or self.interval_ns
        assert self.buffer.has_more(self.now) == expected
        thing = self.buffer.take(self.now)
        assert (thing is not None) == expected
        line = self.front
        if expected and line and self.interval_ns and self.is_due():
            self.served, self.model.until = self.now, (self.model.bin or [self.model.next])[0]
        match thing:
            case None:
                items = any(entry[0] == "item" for entry in line)
                if line and self.interval_ns and (not items or self.is_open()):
                    assert due_ns == self.served + self.interval_ns
            case Ended():
                assert not line
                self.told_end = True
            case Mark(sequence=sequence):
                assert line[0][:2] == ["mark", sequence + 1]
                self.marks += 1
                self.flight.append(["mark", [line.pop(0)]])
            case Loss():
                self.check_loss(thing)
            case Block():
                self.check_window(thing)
                self.check_sent(thing, line[: thing.count])
                del line[: thing.count]
        return expected

    @rule()
    def drain(self) -> None:
        while self.take_one():
            pass

    def check_loss(self, loss: Loss) -> None:
        line, run = self.front, []
        while line and line[0][0] == "lost" and line[0][2] == loss.reason:
            run.append(line.pop(0))
        assert (loss.first, loss.last, loss.count) == (run[0][1], run[-1][1], len(run))
        self.flight.append(["lost", run])
        self.sent = run[-1][1]

    def check_window(self, block: Block) -> None:
        unconsumed = sum(
            number > self.consumed for entries in self.blocks() for _, number, *_ in entries
        )
        if len(self.blocks()) >= 2:
            assert unconsumed + block.count <= self.model.limits[0]

    def check_sent(self, block: Block, entries: list[list]) -> None:
        numbers = [number for _, number, *_ in entries]
        assert all(kind == "item" for kind, *_ in entries)
        assert numbers == list(block.sequences)
        assert block.size_bytes == sum(size for _, _, size, *_ in entries)
        expected = [content(entry, enveloped=block.enveloped) for entry in entries]
        assert bytes(block.data) == b"".join(expected)
        self.model.fate.update(dict.fromkeys(numbers, "in_flight"))
        self.flight.append(["block", entries])
        self.sent = numbers[-1]

    # The reader

    def receivable(self) -> list[int]:
        """The numbers that it can have come to; a loss arrives as a whole."""
        numbers = [number for entries in self.blocks() for _, number, *_ in entries]
        numbers += [entries[-1][1] for kind, entries in self.flight if kind == "lost"]
        return [self.consumed, *(n for n in sorted(numbers) if self.consumed < n <= self.sent)]

    @rule(data=st.data())
    def credit(self, data: st.DataObject) -> None:
        sequence = data.draw(st.sampled_from(self.receivable()), label="sequence")
        self.buffer.credit(sequence, self.now)
        self.consumed = sequence
        for number, fate in self.model.fate.items():
            if fate == "in_flight" and number <= sequence:
                self.model.fate[number] = "delivered"
        self.flight = [unit for unit in self.flight if unit[1][-1][1] > sequence]

    @rule(by=st.sampled_from([-2, -1, 1, 2]))
    def credit_wrongly(self, by: int) -> None:
        sequence = self.sent + by if by > 0 else self.consumed + by
        with pytest.raises(ProtocolError):
            self.buffer.credit(sequence, self.now)
        with pytest.raises(ProtocolError):
            self.buffer.resume(sequence)

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        received = data.draw(st.sampled_from(self.receivable()), label="received")
        self.buffer.resume(received)
        self.put_back(received)

    def put_back(self, received: int) -> None:
        kept, back = [], []
        for kind, entries in self.flight:
            unseen = [entry for entry in entries if entry[1] > received]
            back += unseen
            seen = entries[: len(entries) - len(unseen)]
            if any(entry[1] > self.consumed for entry in seen):
                kept.append([kind, seen])
        for kind, number, *_ in back:
            if kind == "item":
                self.model.fate[number] = "buffered"
        self.flight, self.sent, self.told_end = kept, received, False
        self.front[:0] = back

    @rule()
    def clear(self) -> None:
        self.buffer.clear()
        self.model.close(owed=True)
        for entry in self.model.past + self.model.line:
            if entry[0] == "item":
                entry[0], entry[2] = "lost", "cleared"
                self.model.fate[entry[1]] = "dropped"

    # The rest of the world

    @precondition(lambda self: self.changes)
    @rule()
    def settle_change(self) -> None:
        self.buffer.settle_change()
        self.changes -= 1

    @rule(data=st.data())
    def configure(self, data: st.DataObject) -> None:
        parameters = data.draw(self.choices, label="parameters")
        self.buffer.configure(parameters, self.now)
        self.changes += 1
        if parameters.envelope != self.model.parameters.envelope:
            self.model.close(owed=True)
        self.model.parameters = parameters
        while parameters.overflow in ("ring", "clear") and (
            len(self.model.items()) > self.model.limits[0]
        ):
            self.model.drop(self.model.items()[0])

    @rule(full=st.booleans())
    def all_buffers_full(self, full: bool) -> None:
        self.buffer.full_override = self.model.full = full

    @rule(ns=st.integers(1, 12))
    def time_passes(self, ns: int) -> None:
        self.now += ns

    @invariant()
    def accounts_agree(self) -> None:
        if not hasattr(self, "buffer"):
            return
        counters = self.buffer.counters
        assert counters.balanced
        fates = Counter(self.model.fate.values())
        assert counters.published == sum(fates.values())
        for name in ("delivered", "in_flight", "buffered", "dropped", "not_selected", "reduced"):
            assert getattr(counters, name) == fates[name], name
        assert self.buffer.next_sequence == self.model.next
        waiting = self.model.past + self.model.line
        assert self.buffer.buffered_bytes == sum(
            entry[2] for entry in waiting if entry[0] == "item"
        )
        assert self.buffer.in_flight_bytes == sum(
            size for block in self.blocks() for _, _, size, *_ in block
        )
        assert self.buffer.ended == self.model.ended

    @invariant()
    def a_full_wait_pauses(self) -> None:
        if not hasattr(self, "buffer"):
            return
        model = self.model
        count, used, (most, most_bytes) = len(model.items()), model.used(), model.limits
        if model.parameters.overflow != "wait" or model.ended or count == 0:
            assert not self.buffer.pausing
        elif model.full or count >= most or used >= most_bytes:
            assert self.buffer.pausing
        elif 2 * count <= most and 2 * used <= most_bytes:
            assert not self.buffer.pausing
        assert self.buffer.pausing or self.buffer.stalled_since_ns is None


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
