"""A `ReaderBuffer` beside a model that handles one item at a time and knows no block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from stream_core.channels.history import Gap
from stream_core.channels.notices import LONGEST_RUN, Ended, Mark
from stream_core.channels.parameters import Parameters
from stream_core.channels.reader_buffer import EARLIER_DEMAND, ReaderBuffer
from stream_core.errors import ProtocolError
from stream_core.values import Loss
from stream_core.wire.blocks import Block
from stream_core.wire.envelopes import Folder

READER_BYTES = 40
WINDOW_BYTES = 30
LONG_LINE = 10**9


class Model:
    """Lines of single items and notices; an entry is [kind, number, size or facts, *members]."""

    def __init__(self, parameters: Parameters, first: int, reader_bytes: int) -> None:
        self.parameters, self.next, self.until = parameters, first, first
        self.past, self.line, self.sent, self.bin, self.fate = [], [], [], [], {}
        self.full = self.ended = self.straight = self.unbounded = False
        self.reader_bytes = reader_bytes

    @property
    def limits(self) -> tuple[int, int]:
        size = None if self.unbounded else self.parameters.buffer_size
        return (LONG_LINE, LONG_LINE) if size is None else (size, self.reader_bytes)

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


def bodies(numbers: range, size: Callable[[int], int]) -> list[bytes]:
    """The bytes of the items with these numbers."""
    return [bytes([value(number)] * size(number)) for number in numbers]


def content(entry: list, *, enveloped: bool) -> bytes:
    """What an item's bytes must be."""
    _, _, size, *members = entry
    if not enveloped:
        return bytes([value(members[0])] * size)
    values = [value(number) for number in members]
    return bytes([min(values)] * (size // 2) + [max(values)] * (size // 2))


class Twin:
    """A buffer and its model hear the same; what the buffer gives is held to the model.

    Args:
        parameters, first, folder, settled: as a `ReaderBuffer` has them.
        size: of the item with that number.
        tables: whether a block has the sizes of its items before them; bytes limit no such buffer.

    Attributes:
        now: the time; room: whether the link to the reader takes a block.
        flight: what was sent and is not consumed, as [kind, entries].
        changes: so many are not settled.
        holds_up: whether the model asks the writers to pause.
    """

    def __init__(
        self,
        parameters: Parameters,
        first: int,
        *,
        size: Callable[[int], int],
        folder: Folder | None = None,
        settled: bool = True,
        tables: bool = False,
        now: int = 0,
        reader_bytes: int = READER_BYTES,
    ) -> None:
        reader_bytes = LONG_LINE if tables else reader_bytes
        self.buffer = ReaderBuffer(
            parameters,
            first,
            reader_bytes=reader_bytes,
            window_bytes=WINDOW_BYTES,
            folder=folder,
            settled=settled,
        )
        self.size, self.settled, self.tables, self.now = size, settled, tables, now
        self.room, self.changes = True, 0
        self.begin_at(Model(parameters, first, reader_bytes))

    def begin_at(self, model: Model) -> None:
        self.model, self.flight = model, []
        self.first = model.next
        self.sent = self.consumed = model.next - 1
        self.marks = 0  # that were sent
        self.served: int | None = None
        self.told_end = self.holds_up = False

    def begin_with(self, past: Iterable[Block | Gap]) -> None:
        model, past = self.model, list(past)
        model.unbounded = True
        for thing in past:
            if isinstance(thing, Gap):
                self.skipped(thing.first, thing.last, thing.reason, withheld=thing.withheld)
            else:
                self.published(thing.sequences)
        model.unbounded, model.past, model.line = False, model.line, []
        self.buffer.begin_with(past, self.now)
        self.changed()

    def changed(self) -> None:
        """Something has happened: begin or cease to hold up the writers."""
        model = self.model
        count, used, (most, most_bytes) = len(model.items()), model.used(), model.limits
        if model.full:
            full = count > 0
        elif self.holds_up:
            full = 2 * count > most or 2 * used > most_bytes
        else:
            full = count >= most or used >= most_bytes
        self.holds_up = full and model.parameters.overflow == "wait" and not model.ended

    # The way in

    def offer(self, block: Block) -> None:
        model = self.model
        assert model.ended or block.first == model.next
        room = self.room and self.settled
        may_pass = room and not self.front and self.is_open() and not self.interval_ns
        out = self.buffer.offer(block, room=room, now_ns=self.now)
        assert may_pass or out is None
        model.straight, model.sent = out is not None, []
        self.published(block.sequences)
        if out is not None:
            self.check_sent(out, model.sent)
        folds = model.parameters.envelope is not None
        assert not may_pass or model.straight or folds or not model.items()
        model.straight = False
        self.changed()

    def published(self, numbers: range) -> None:
        """The model gets items, or finds that some between them, which it wants, were withheld."""
        model = self.model
        every, folds = model.parameters.every, model.parameters.envelope is not None
        passed = range(numbers[0], numbers[-1] + 1)
        if model.ended:
            return
        if not self.changes and any(n % every == 0 and n not in numbers for n in passed):
            return self.miss(passed)
        for number in passed:
            if model.ended and not folds:
                break
            if number in numbers:
                model.item(number, self.size(number))
            else:
                self.unselected(number)
        model.bin = [] if model.ended else model.bin

    def unselected(self, number: int) -> None:
        self.model.next, self.model.fate[number] = number + 1, "not_selected"

    def miss(self, numbers: range) -> None:
        """They were made on the demand of others: what this reader wants of them is lost."""
        if self.settled:
            return self.lose(numbers, EARLIER_DEMAND)
        full = self.model.full
        self.begin_at(Model(self.model.parameters, numbers[-1] + 1, self.model.reader_bytes))
        self.model.full = full

    def lose(self, numbers: range, reason: str) -> None:
        self.model.close(owed=True)
        for number in numbers:
            self.unselected(number)
            if number % self.model.parameters.every == 0:
                self.model.lose(number, reason)

    def gap(self, first: int, last: int, reason: str, *, withheld: bool = False) -> None:
        assert self.model.ended or first == self.model.next
        self.buffer.gap(first, last, reason, withheld=withheld)
        self.skipped(first, last, reason, withheld=withheld)
        self.changed()

    def skipped(self, first: int, last: int, reason: str, *, withheld: bool) -> None:
        parameters, numbers = self.model.parameters, range(first, last + 1)
        if self.model.ended:
            return
        if not withheld:
            return self.lose(numbers, reason)
        newest_only = parameters.newest_only and parameters.envelope is None
        wanted = any(number % parameters.every == 0 for number in numbers)
        if wanted and not newest_only and not self.changes:
            return self.miss(numbers)
        for number in numbers:
            self.unselected(number)

    def mark(self, *payload: int) -> None:
        self.model.close(owed=True)
        self.buffer.mark(payload)
        if not self.model.ended:
            self.model.line.append(["mark", self.model.next, payload])
        self.changed()

    def end(self, reason: str) -> None:
        self.buffer.end(reason)
        self.model.close(owed=True)
        self.model.ended = True
        self.changed()

    # The way out

    @property
    def front(self) -> list[list]:
        return self.model.past or self.model.line

    @property
    def crowded(self) -> bool:
        """Whether one notice more might be folded with others, which no model does."""
        sent = [entry for _, entries in self.flight for entry in entries]
        waiting = sent + self.model.past + self.model.line
        kinds = ["", *(entry[2] if entry[0] == "lost" else entry[0] for entry in waiting)]
        runs = sum(kind != before or kind == "mark" for before, kind in pairwise(kinds))
        return runs > LONGEST_RUN - 6

    @property
    def interval_ns(self) -> int:
        return self.model.parameters.min_interval_ns

    def blocks(self) -> list[list]:
        return [entries for kind, entries in self.flight if kind == "block"]

    def block_bytes(self, entries: list[list]) -> int:
        table_bytes = 4 * len(entries) if self.tables and len(entries) > 1 else 0
        return sum(size for _, _, size, *_ in entries) + table_bytes

    def unconsumed(self) -> int:
        return sum(number > self.consumed for block in self.blocks() for _, number, *_ in block)

    def is_open(self) -> bool:
        size_bytes = sum(map(self.block_bytes, self.blocks()))
        return len(self.blocks()) < 2 or (
            self.unconsumed() < self.model.limits[0] and size_bytes < WINDOW_BYTES
        )

    def may_take(self) -> bool:
        line = self.front
        if not line:
            return self.model.ended and not self.told_end
        if any(entry[0] == "item" for entry in line) and not self.is_open():
            return False
        return not self.interval_ns or begin(line[0]) < self.model.until or self.is_due()

    def is_due(self) -> bool:
        return self.served is None or self.now >= self.served + self.interval_ns

    def take(self) -> bool:
        """Take one thing; False if there was none."""
        expected, due_ns = self.may_take(), self.buffer.due_ns
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
            case Mark(sequence=sequence, payload=payload):
                assert line[0] == ["mark", sequence + 1, payload]
                self.marks += 1
                self.flight.append(["mark", [line.pop(0)]])
            case Loss():
                self.check_loss(thing)
            case Block():
                self.check_window(thing)
                self.check_sent(thing, line[: thing.count])
                del line[: thing.count]
        self.changed()
        return expected

    def check_loss(self, loss: Loss) -> None:
        line, run = self.front, []
        while line and line[0][0] == "lost" and line[0][2] == loss.reason:
            run.append(line.pop(0))
        assert (loss.first, loss.last, loss.count) == (run[0][1], run[-1][1], len(run))
        self.flight.append(["lost", run])
        self.sent = run[-1][1]

    def check_window(self, block: Block) -> None:
        if len(self.blocks()) >= 2:
            assert self.unconsumed() + block.count <= self.model.limits[0]

    def check_sent(self, block: Block, entries: list[list]) -> None:
        numbers = [number for _, number, *_ in entries]
        assert all(kind == "item" for kind, *_ in entries)
        assert numbers == list(block.sequences)
        assert block.size_bytes == self.block_bytes(entries)
        expected = [content(entry, enveloped=block.enveloped) for entry in entries]
        assert [bytes(item) for item in block.items()] == expected
        self.model.fate.update(dict.fromkeys(numbers, "in_flight"))
        self.flight.append(["block", entries])
        self.sent = numbers[-1]

    # The reader

    def receivable(self) -> list[int]:
        """The numbers that it can have come to; a loss arrives as a whole."""
        numbers = [number for entries in self.blocks() for _, number, *_ in entries]
        numbers += [entries[-1][1] for kind, entries in self.flight if kind == "lost"]
        return [self.consumed, *(n for n in sorted(numbers) if self.consumed < n <= self.sent)]

    def credit(self, sequence: int) -> None:
        self.buffer.credit(sequence, self.now)
        self.consumed = sequence
        for number, fate in self.model.fate.items():
            if fate == "in_flight" and number <= sequence:
                self.model.fate[number] = "delivered"
        self.flight = [unit for unit in self.flight if unit[1][-1][1] > sequence]
        self.changed()

    def credit_wrongly(self, sequence: int) -> None:
        with pytest.raises(ProtocolError):
            self.buffer.credit(sequence, self.now)
        with pytest.raises(ProtocolError):
            self.buffer.resume(sequence)

    def resume(self, received: int, marks: int | None) -> None:
        """The link was broken; of the marks right behind that number it has received so many."""
        kept, back, seen = [], [], marks or 0
        for kind, entries in self.flight:
            unseen = [entry for entry in entries if entry[1] > received]
            if kind == "mark" and unseen and seen:
                unseen, seen = [], seen - 1
            back += unseen
            rest = entries[: len(entries) - len(unseen)]
            if any(entry[1] > self.consumed for entry in rest):
                kept.append([kind, rest])
        self.marks -= sum(entry[0] == "mark" for entry in back)
        self.buffer.resume(received, marks=None if marks is None else self.marks)
        for kind, number, *_ in back:
            if kind == "item":
                self.model.fate[number] = "buffered"
        self.flight, self.sent, self.told_end = kept, received, False
        self.front[:0] = back
        self.changed()

    def clear(self) -> None:
        self.buffer.clear()
        self.model.close(owed=True)
        for entry in self.model.past + self.model.line:
            if entry[0] == "item":
                entry[0], entry[2] = "lost", "cleared"
                self.model.fate[entry[1]] = "dropped"
        self.changed()

    def configure(self, parameters: Parameters) -> None:
        self.buffer.configure(parameters, self.now)
        self.changes += 1
        model = self.model
        if parameters.envelope != model.parameters.envelope:
            model.close(owed=True)
        model.parameters = parameters
        while parameters.overflow in ("ring", "clear") and len(model.items()) > model.limits[0]:
            model.drop(model.items()[0])
        self.changed()

    def settle_change(self) -> None:
        self.buffer.settle_change()
        self.changes -= 1

    def settle(self) -> None:
        assert self.buffer.settle() == self.first
        self.settled = True

    def all_buffers_full(self, full: bool) -> None:
        self.buffer.full_override = self.model.full = full
        self.changed()

    # What must hold at any time

    def check(self) -> None:
        buffer, model = self.buffer, self.model
        assert buffer.counters.balanced
        fates = Counter(model.fate.values())
        assert buffer.counters.published == sum(fates.values()) == model.next - self.first
        for name in ("delivered", "in_flight", "buffered", "dropped", "not_selected", "reduced"):
            assert getattr(buffer.counters, name) == fates[name], name
        assert (buffer.first_sequence, buffer.next_sequence) == (self.first, model.next)
        waiting = model.past + model.line
        waiting_bytes = sum(entry[2] for entry in waiting if entry[0] == "item")
        assert buffer.buffered_bytes == waiting_bytes or self.tables
        assert buffer.in_flight_bytes == sum(map(self.block_bytes, self.blocks()))
        assert buffer.marks == [entry[2] for entry in waiting if entry[0] == "mark"]
        assert (buffer.ended, buffer.full_override) == (model.ended, model.full)
        assert buffer.pausing == self.holds_up
        assert buffer.pausing or buffer.stalled_since_ns is None
