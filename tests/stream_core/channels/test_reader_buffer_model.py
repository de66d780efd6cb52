"""Holds `ReaderBuffer` to a model that handles one item at a time and knows no block."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stream_core.channels.notices import Ended, Mark
from stream_core.channels.parameters import Parameters, checked_parameters
from stream_core.channels.reader_buffer import ReaderBuffer
from stream_core.errors import ProtocolError
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.header import CodecNumber

READER_BYTES = 40
WINDOW_BYTES = 30
LONG_LINE = 10**9


class Model:
    """A line of single items and notices; an entry is [kind, number, size or reason]."""

    def __init__(self, parameters: Parameters, first: int) -> None:
        self.parameters, self.next, self.until = parameters, first, first
        self.line, self.full, self.ended, self.fate = [], False, False, {}

    @property
    def limits(self) -> tuple[int, int]:
        size = self.parameters.buffer_size
        return (LONG_LINE, LONG_LINE) if size is None else (size, READER_BYTES)

    def items(self) -> list[list]:
        return [entry for entry in self.line if entry[0] == "item"]

    def used(self) -> int:
        return sum(entry[2] for entry in self.items())

    def unselected(self, number: int) -> None:
        self.next, self.fate[number] = number + 1, "not_selected"

    def item(self, number: int, size: int, *, straight: bool = False) -> bool:
        if number % self.parameters.every:
            self.unselected(number)
            return False
        self.next, overflow = number + 1, self.parameters.overflow
        if straight or not self.is_full(size) or overflow == "wait":
            self.fate[number] = "in_flight" if straight else "buffered"
            self.line += [] if straight else [["item", number, size]]
        elif overflow in ("skip", "raise"):
            self.lose(number, "overflow")
            self.ended = overflow == "raise"
        else:
            self.make_room(size, everything=overflow == "clear")
            self.fate[number] = "buffered"
            self.line.append(["item", number, size])
        return straight

    def is_full(self, size: int) -> bool:
        count, limits = len(self.items()), self.limits
        return count > 0 and (self.full or count >= limits[0] or self.used() + size > limits[1])

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
        self.next, self.fate[number] = number + 1, "dropped"
        self.line.append(["lost", number, reason])


def begin(entry: list) -> int:
    return entry[1] - 1 if entry[0] in ("mark", "unknown") else entry[1]


def samples(first: int, count: int, stride: int, size: int) -> Block:
    return Block(CodecNumber.SAMPLES, 0, 1, count, stride, first, 0, bytes(count * size))


PARAMETERS = st.builds(
    checked_parameters,
    buffer_size=st.sampled_from([None, 1, 2, 3, 5, 10]),
    overflow=st.sampled_from(["ring", "clear", "skip", "wait", "raise"]),
    every=st.sampled_from([1, 1, 2, 3]),
    min_interval_s=st.sampled_from([0, 0, 1e-8]),
)


class Buffers(RuleBasedStateMachine):
    @initialize(parameters=PARAMETERS, first=st.integers(0, 7))
    def subscribe(self, parameters: Parameters, first: int) -> None:
        self.buffer = ReaderBuffer(
            parameters, first, reader_bytes=READER_BYTES, window_bytes=WINDOW_BYTES
        )
        self.model = Model(parameters, first)
        self.sent, self.consumed, self.now, self.told_end = first - 1, first - 1, 0, False
        self.served: int | None = None
        self.flight: list[list] = []  # [kind, entries] as they were sent
        self.marks = 0

    # The way in

    @rule(
        count=st.integers(1, 14),
        stride=st.sampled_from([1, 1, 1, 2]),
        size=st.integers(1, 12),
        room=st.booleans(),
    )
    def offer(self, count: int, stride: int, size: int, room: bool) -> None:
        model = self.model
        straight = room and not model.line and self.is_open() and not self.interval_ns
        block = samples(model.next, count, stride, size)
        sent: list[list] = []
        for number in range(block.first, block.last + 1):
            if model.ended:
                break
            if number not in block.sequences:
                model.unselected(number)
            elif model.item(number, size, straight=straight):
                sent.append(["item", number, size])
        out = self.buffer.offer(block, room=room, now_ns=self.now)
        assert (out is not None) == bool(sent)
        if out is not None:
            self.check_sent(out, sent)

    @rule(count=st.integers(1, 8), reason=st.sampled_from(["paused", "outbox"]))
    def gap(self, count: int, reason: str) -> None:
        model = self.model
        first = model.next
        self.buffer.gap(first, first + count - 1, reason)
        for number in range(first, first + count) if not model.ended else ():
            if number % model.parameters.every:
                model.unselected(number)
            else:
                model.lose(number, reason)

    @rule(count=st.integers(1, 8))
    def withhold(self, count: int) -> None:
        first = self.model.next
        self.buffer.gap(first, first + count - 1, "withheld", withheld=True)
        for number in range(first, first + count) if not self.model.ended else ():
            self.model.unselected(number)

    @precondition(lambda self: self.few_notices())
    @rule(kind=st.sampled_from(["mark", "unknown"]))
    def notice(self, kind: str) -> None:
        if kind == "mark":
            self.buffer.mark("payload")
        else:
            self.buffer.lose_all("restarted")
        if not self.model.ended:
            self.model.line.append([kind, self.model.next, "restarted"])

    def few_notices(self) -> bool:
        return sum(entry[0] in ("mark", "unknown") for entry in self.model.line) < 4

    @rule(chance=st.integers(0, 9))
    def end(self, chance: int) -> None:
        if chance == 0:
            self.buffer.end("deleted")
            self.model.ended = True

    # The way out

    @property
    def interval_ns(self) -> int:
        return self.model.parameters.min_interval_ns

    def blocks(self) -> list[list]:
        return [entries for kind, entries in self.flight if kind == "block"]

    def is_open(self) -> bool:
        blocks = self.blocks()
        unconsumed = sum(number > self.consumed for block in blocks for _, number, _ in block)
        size_bytes = sum(size for block in blocks for _, _, size in block)
        return len(blocks) < 2 or (unconsumed < self.model.limits[0] and size_bytes < WINDOW_BYTES)

    def may_take(self) -> bool:
        line = self.model.line
        if not line:
            return self.model.ended and not self.told_end
        if self.model.items() and not self.is_open():
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
        if expected and self.model.line and self.interval_ns and self.is_due():
            self.served, self.model.until = self.now, self.model.next
        line = self.model.line
        match thing:
            case None:
                if line and self.interval_ns and (not self.model.items() or self.is_open()):
                    assert due_ns == self.served + self.interval_ns
            case Ended():
                assert not line
                self.told_end = True
            case Mark(sequence=sequence):
                assert line[0][:2] == ["mark", sequence + 1]
                self.marks += 1
                self.flight.append(["mark", [line.pop(0)]])
            case Loss(last=None, count=0):
                assert line[0][:2] == ["unknown", thing.first]
                self.flight.append(["unknown", [line.pop(0)]])
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
        line, run = self.model.line, []
        while line and line[0][0] == "lost" and line[0][2] == loss.reason:
            run.append(line.pop(0))
        assert (loss.first, loss.last, loss.count) == (run[0][1], run[-1][1], len(run))
        self.flight.append(["lost", run])
        self.sent = run[-1][1]

    def check_window(self, block: Block) -> None:
        unconsumed = sum(
            number > self.consumed for entries in self.blocks() for _, number, _ in entries
        )
        if len(self.blocks()) >= 2:
            assert unconsumed + block.count <= self.model.limits[0]

    def check_sent(self, block: Block, entries: list[list]) -> None:
        numbers = [number for _, number, _ in entries]
        assert all(kind == "item" for kind, _, _ in entries)
        assert numbers == list(block.sequences)
        assert block.size_bytes == sum(size for _, _, size in entries)
        self.model.fate.update(dict.fromkeys(numbers, "in_flight"))
        self.flight.append(["block", entries])
        self.sent = numbers[-1]

    # The reader

    def receivable(self) -> list[int]:
        """The numbers that it can have come to; a loss arrives as a whole."""
        numbers = [number for entries in self.blocks() for _, number, _ in entries]
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
        for kind, number, _ in back:
            if kind == "item":
                self.model.fate[number] = "buffered"
        self.flight, self.sent, self.told_end = kept, received, False
        self.model.line[:0] = back

    @rule()
    def clear(self) -> None:
        self.buffer.clear()
        for entry in self.model.items():
            entry[0], entry[2] = "lost", "cleared"
            self.model.fate[entry[1]] = "dropped"

    # The rest of the world

    @rule(parameters=PARAMETERS)
    def configure(self, parameters: Parameters) -> None:
        self.buffer.configure(parameters, self.now)
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
        assert self.buffer.buffered_bytes == self.model.used()
        assert self.buffer.in_flight_bytes == sum(
            size for block in self.blocks() for _, _, size in block
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


Buffers.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestBuffers = Buffers.TestCase
