"""Holds a `Channel` with its writers and readers to models that know no block."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from stream_core.channels.channel import LARGEST_JUMP, LOST_ON_THE_WAY, Channel
from stream_core.channels.history import History
from stream_core.channels.parameters import Parameters
from stream_core.channels.reader_buffer import EARLIER_DEMAND, ReaderBuffer
from stream_core.channels.spec import checked_spec
from stream_core.channels.writer_slot import WriterSlot
from stream_core.errors import ProtocolError
from stream_core.wire.blocks import LARGEST_NUMBER, Block
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Flag, Kind
from stream_core.wire.messages import DemandNotice
from stream_core.wire.tables import pack_uint32
from tests.stream_core.channels.channel_reference import Reference, singly
from tests.stream_core.channels.reader_rules import WHO, ReaderRules, parameters
from tests.stream_core.channels.reader_twin import READER_BYTES, Twin, bodies

EVERY = parameters(every=st.sampled_from([1, 2, 3, 4, 6]))
ENVELOPE = parameters(envelope=st.sampled_from([1, 3, 3, 3, 8]))
NEWEST: dict[str, st.SearchStrategy] = {
    "buffer_size": st.just(1),
    "overflow": st.sampled_from(["ring", "clear"]),
    "min_interval_s": st.sampled_from([1e-8, 2e-8]),
}
RESTING: dict[str, st.SearchStrategy] = {
    "buffer_size": st.sampled_from([None, 1, 2, 4, 10, 30]),
    "min_interval_s": st.sampled_from([1e-8, 3e-8, 1e-7]),
}
RESTING_EVERY = parameters(**RESTING, every=st.sampled_from([2, 3, 4, 6]))
RESTING_ENVELOPE = parameters(**RESTING, envelope=st.sampled_from([2, 3, 3, 8]))
NEWEST_EVERY = parameters(**NEWEST, every=st.sampled_from([1, 2]))
NEWEST_ENVELOPE = parameters(**NEWEST, envelope=st.just(3))
GAPS = {
    0: (LOST_ON_THE_WAY, False),
    Flag.GAP_PAUSED: ("the writer was paused", False),
    Flag.GAP_OUTBOX: ("the writer's outbox was full", False),
    Flag.GAP_LINK: ("the writer's link was down", False),
    Flag.GAP_WITHHELD: (LOST_ON_THE_WAY, True),
    Flag.GAP_WITHHELD | Flag.GAP_PAUSED: ("the writer was paused", False),
    Flag.GAP_OUTBOX | Flag.GAP_LINK: (LOST_ON_THE_WAY, False),
}
COUNT = st.integers(0, 12)
STRIDE = st.sampled_from([1, 1, 1, 1, 2, 3])
JUMP = st.sampled_from([0, 0, 0, 1, 2, 5])
FLAGS = st.sampled_from(list(GAPS))


class Reader(Twin):
    """What a server puts between a channel and a buffer.

    Its model hears of everything at once, its buffer, while it rests, only when somebody looks.

    Attributes:
        heard: what the channel told it; since, until: which part of what it told all that is.
        attached: whether it reads the channel still.
    """

    def __init__(self, machine: Channels, key: tuple[int, int], *args: Any, **more: Any) -> None:
        self.attached = self.was_pausing = self.resting = False
        self.machine, self.key = machine, key
        super().__init__(*args, **more)
        self.heard: list[tuple[Any, ...]] = []
        self.since, self.until = len(machine.reference.heard), None

    @property
    def buffer(self) -> ReaderBuffer:
        self.catch_up()
        return self._buffer

    @buffer.setter
    def buffer(self, buffer: ReaderBuffer) -> None:
        self._buffer = buffer

    def catch_up(self) -> None:
        if self.resting:
            self.resting = False
            parts = self.machine.channel.wake(self)
            numbers = [thing.last for part in parts for thing in part.things]
            self.hear_of_all_up_to(numbers[-1] if numbers else self.model.next - 1)
            self._buffer.catch_up(parts, self.now)

    def hear_of_all_up_to(self, last: int) -> None:
        for entry in self.machine.reference.heard[self.since + len(self.heard) :]:
            if self.model.next <= last:
                self.heard.append(entry)
                if entry[0] == "items":
                    self.published(entry[1])
                else:
                    _, first, end, reason, withheld = entry
                    self.skipped(first, end, reason, withheld=withheld)
        assert self.model.next == last + 1
        super().changed()

    def rest(self) -> None:
        if self.attached and self.settled and not self._buffer.has_more(self.now):
            patience = self._buffer.patience(self.now)
            self.resting = patience is not None and self.machine.channel.rest(self, patience)

    def check(self) -> None:
        if self.resting:
            assert (self._buffer.pausing, self._buffer.ended) == (self.holds_up, self.model.ended)
        else:
            super().check()

    @property
    def parameters(self) -> Parameters:
        return self._buffer.parameters

    @property
    def pausing(self) -> bool:
        return self._buffer.pausing

    def offer(self, block: Block) -> None:
        assert not self.resting
        self.heard.append(("items", block.sequences, block.source))
        super().offer(block)

    def gap(self, first: int, last: int, reason: str, *, withheld: bool) -> None:
        self.heard.append(("gap", first, last, reason, withheld))
        super().gap(first, last, reason, withheld=withheld)

    def mark(self, remaining: int, transfers: int) -> None:
        self.catch_up()  # numbers may have been missing just before it that nobody wanted
        self.heard.append(("mark", remaining, transfers))
        super().mark(remaining, transfers)

    def end(self, reason: str) -> None:
        self.heard.append(("end", reason))
        super().end(reason)

    def configure(self, parameters: Parameters) -> None:
        if parameters.envelope is not None:
            self.buffer.folder = self.machine.channel.folder
        super().configure(parameters)
        self.machine.tell()

    def changed(self) -> None:
        super().changed()
        if self.attached and self.buffer.ended:
            self.until = len(self.machine.reference.heard)
            self.detach()
        elif self.attached and self.pausing is not self.was_pausing:
            self.was_pausing = self.pausing
            self.machine.tell()
        self.rest()

    def attach(self) -> None:
        self.attached = True
        self.machine.channel.readers[self.key] = self
        self.machine.tell()

    def detach(self) -> None:
        self.catch_up()
        self.attached = False
        self.machine.channel.readers.pop(self.key, None)
        self.machine.tell()


class Store:
    """Bytes without end for a history, and a limit to those that are lent."""

    full = False

    def __init__(self, limit: int = 0) -> None:
        self.limit, self.lent = limit, 0

    def change(self, difference_bytes: int) -> None:
        pass

    def lend(self, borrower: object, size_bytes: int) -> bool:
        if self.lent + size_bytes > self.limit:
            return False
        self.lent += size_bytes
        return True

    def give_back(self, borrower: object, size_bytes: int) -> None:
        self.lent -= size_bytes


class Channels(ReaderRules):
    """A channel of items with sizes of their own, one a block or each block with its table.

    Attributes:
        told: of each writer its newest notice, that one's number, and the number it acknowledged.
    """

    choices = st.one_of(EVERY, NEWEST_EVERY)
    samples = rests = False
    twins: list[Reader]

    @initialize(
        data=st.data(),
        shared=st.booleans(),
        keeps=st.sampled_from([0, 0, 1, 3, 8]),
        size=st.integers(1, 6),
        number=st.integers(0, 7),
        marks=st.integers(0, 2),
        tables=st.booleans(),
        writers=st.integers(1, 3),
        readers=st.integers(0, 3),
        lent=st.sampled_from([0, 3000, 10**9, 10**9]),
        reader_bytes=st.sampled_from([200, 400, 10**9, 10**9]),
    )
    def create(
        self,
        data: st.DataObject,
        shared: bool,
        keeps: int,
        size: int,
        number: int,
        marks: int,
        tables: bool,
        writers: int,
        readers: int,
        lent: int,
        reader_bytes: int,
    ) -> None:
        self.tables = tables and not self.samples
        self.most = 12 if tables or self.samples else 1
        self.size = lambda number: size if self.samples else number * 5 % 11 + 1
        self.codec, self.bytes, self.keys = CodecNumber.RAW, 0, 0
        self.store, self.reader_bytes = Store(lent), reader_bytes if self.rests else READER_BYTES
        wishes: dict[str, Any] = {"codec": "raw"}
        if self.samples:
            self.codec, wishes = CodecNumber.SAMPLES, {"dtype": "u1", "shape": (size,)}
        self.channel = Channel(
            7,
            checked_spec("x", shared=shared, history=keeps, **wishes),
            owner=1,
            origin=5,
            history=History(keeps, 10**9, Store()) if keeps else None,
            lender=self.store if self.rests else None,
        )
        self.reference = Reference(shared=shared, keeps=keeps)
        self.told: dict[int, tuple[DemandNotice, int, int]] = {}
        for _ in range(writers if shared else 1):
            self.join(number, marks)
        for _ in range(readers):
            self.subscribe(data, 0, None)
            self.settle()

    # Demand

    def demand(self) -> DemandNotice:
        readers = [twin for twin in self.twins if twin.attached]
        chosen = [reader.model.parameters for reader in readers]
        remembers, shared = self.channel.spec.history > 0, self.channel.spec.shared
        if not chosen:
            return DemandNotice("active" if remembers else "idle")
        newest = all(
            each.buffer_size == 1 and each.overflow in ("ring", "clear") and not each.envelope
            for each in chosen
        )
        return DemandNotice(
            "paused" if any(reader.holds_up for reader in readers) else "active",
            max(n for n in range(1, 7) if all(each.every % n == 0 for each in chosen)),
            min(each.min_interval_ns for each in chosen) if newest else 0,
            binding=not shared and not remembers,
        )

    def tell(self) -> None:
        demand, writers = self.demand(), self.channel.writers
        late = [client for client in writers if self.told[client][0] != demand]
        for client in late:
            _, number, acknowledged = self.told[client]
            self.told[client] = demand, number + 1, acknowledged
        assert [slot.client for slot in self.channel.changed_demand()] == late

    # Writers

    def slot(self, who: int) -> WriterSlot:
        writers = list(self.channel.writers.values())
        return writers[who % len(writers)]

    def must_not_send(self, slot: WriterSlot) -> bool:
        demand, number, acknowledged = self.told[slot.client]
        return demand.state == "paused" and number == acknowledged

    def is_open(self) -> bool:
        return self.channel.ended is None

    some_write = precondition(lambda self: self.channel.writers)

    @precondition(lambda self: self.is_open() and self.channel.spec.shared and len(self.told) < 3)
    @rule(number=st.integers(0, 7), marks=st.integers(0, 2))
    def join(self, number: int, marks: int) -> None:
        client = min({1, 2, 3} - set(self.told))
        self.reference.join(client, number, marks)
        self.told[client] = DemandNotice("idle"), 0, 0
        self.channel.add_writer(client, next_number=number, marks=marks)
        self.tell()

    @ReaderRules.few_notices
    @some_write
    @precondition(lambda self: self.channel.spec.shared)
    @rule(who=WHO)
    def leave(self, who: int) -> None:
        client = self.slot(who).client
        self.reference.leave(client)
        self.channel.remove_writer(client)
        self.channel.remove_writer(client)
        del self.told[client]

    @some_write
    @rule(who=WHO, back=st.integers(0, 2), link_broke=st.booleans())
    def acknowledge(self, who: int, back: int, link_broke: bool) -> None:
        slot = self.slot(who)
        demand, told, acknowledged = self.told[slot.client]
        if link_broke:
            slot.tell_again()
            told += 1
        with pytest.raises(ProtocolError):
            slot.acknowledge(told + 1)
        slot.acknowledge(max(0, told - back))
        self.told[slot.client] = demand, told, max(acknowledged, told - back)

    def frame(
        self,
        slot: WriterSlot,
        count: int,
        *,
        stride: int = 1,
        jump: int = 0,
        flags: int = 0,
        codec: int | None = None,
        body: bytes | None = None,
    ) -> Frame:
        first, number = self.reference.next + jump, self.reference.numbers[slot.client] + jump
        if body is None:
            items = bodies(range(first, first + count * stride, stride), self.size)
            table = count > 1 and not self.samples
            ends = pack_uint32(list(accumulate(map(len, items)))) if table else b""
            body = ends + b"".join(items)
        codec = self.codec if codec is None else codec
        return Frame(Kind.DATA, codec, flags, 7, 99, count, stride, number, 0, body)

    def send(self, slot: WriterSlot, count: int, stride: int, jump: int, flags: int) -> None:
        reference = self.reference
        frame = self.frame(slot, count, stride=stride, jump=jump, flags=flags)
        reference.skip(slot.client, jump, *GAPS[flags])
        if count:
            first = reference.next
            reference.publish(slot.client, range(first, first + count * stride, stride))
            self.bytes += len(frame.body)
        assert self.channel.publish(slot, frame) == count
        for twin in self.twins:
            if twin.resting:
                twin.hear_of_all_up_to(reference.next - 1)

    def breach(self, slot: WriterSlot, which: int) -> None:
        """What a writer must not do, and nobody hears of."""
        jump = LARGEST_JUMP + 1 if self.channel.spec.shared else LARGEST_NUMBER + 1
        other = CodecNumber.RAW if self.samples else CodecNumber.SAMPLES
        frames = [
            self.frame(slot, 1, jump=-1),
            self.frame(slot, 0, jump=-1),
            self.frame(slot, 0, jump=jump),
            self.frame(slot, 1, jump=2, codec=other),
            self.frame(slot, 2, jump=2, body=b"x"),
        ]
        if self.samples and self.reference.items:
            frames.append(self.frame(slot, 1, jump=2, body=bytes(self.size(0) + 1)))
        if self.must_not_send(slot):
            frames.append(self.frame(slot, 1))
        with pytest.raises(ProtocolError):
            self.channel.publish(slot, frames[-which % len(frames)])
        number = self.reference.numbers[slot.client] + jump
        with pytest.raises(ProtocolError):
            self.channel.mark(slot, Frame(Kind.MARK, 0, 0, 7, 99, 999, 0, number, 0, b""))

    @some_write
    @rule(
        sends=st.lists(st.tuples(WHO, COUNT, STRIDE, JUMP, FLAGS), min_size=1, max_size=4),
        which=st.integers(0, 9),
    )
    def publish(self, sends: list[tuple[int, int, int, int, int]], which: int) -> None:
        self.breach(self.slot(which), which)
        for who, count, stride, jump, flags in sends:
            slot = self.slot(who)
            count = 0 if self.must_not_send(slot) else min(count, self.most)
            stride, jump = (1, 0) if self.crowded else (stride, jump)
            self.send(slot, count, stride, jump, flags)

    @some_write
    @rule(who=WHO, count=st.integers(1, 6), left_out=st.integers(0, 2))
    def publish_as_asked(self, who: int, count: int, left_out: int) -> None:
        """What a writer withholds because it was told to, nobody misses."""
        slot, missed = self.slot(who), self.missed()
        demand = self.told[slot.client][0]
        if demand.state != "active":
            return
        every = demand.every if demand.binding else 1
        number = self.reference.numbers[slot.client]
        jump = -number % every
        if demand.newest_interval_ns and demand.binding:
            jump += left_out * every
        self.send(slot, min(count, self.most), every, jump, Flag.GAP_WITHHELD)
        assert self.missed() == missed

    def missed(self) -> int:
        lines = [twin.model.line for twin in self.twins]
        return sum(entry[2] == EARLIER_DEMAND for line in lines for entry in line)

    @ReaderRules.few_notices
    @some_write
    @rule(who=WHO, more=st.sampled_from([None, 0, 1, 2]), jump=JUMP, flags=FLAGS)
    def mark(self, who: int, more: int | None, jump: int, flags: int) -> None:
        """A mark without a number is heard always, else if its number is new."""
        slot, reference = self.slot(who), self.reference
        client = slot.client
        number = 0 if more is None else reference.marks[client] + more
        where = reference.numbers[client] + jump
        if number == 0 or more:
            reference.marks[client] = max(reference.marks[client], number)
            reference.skip(client, jump, *GAPS[flags])
            reference.mark(client)
        self.channel.mark(slot, Frame(Kind.MARK, 0, flags, 7, 99, number, 0, where, 0, b""))

    # Readers

    @precondition(lambda self: self.is_open() and len(self.twins) < 4)
    @rule(data=st.data(), history=st.integers(0, 9), back=st.none() | st.integers(0, 20))
    def subscribe(self, data: st.DataObject, history: int, back: int | None) -> None:
        """It begins with the newest items, or, if it was here before, with what it has missed."""
        parameters, channel = data.draw(self.choices, label="parameters"), self.channel
        if back is None:
            past, expected = channel.newest(history), self.reference.newest(history)
        else:
            received, kept = self.reference.next - back, self.reference.newest(1000)
            past = channel.after(received)
            expected = [entry for entry in kept if entry[0] > received]
        assert list(singly(past)) == expected
        self.keys += 1
        reader = Reader(
            self,
            (self.keys, 7),
            parameters,
            past[0].first if past else channel.next_sequence,
            size=self.size,
            folder=None if parameters.envelope is None else channel.folder,
            settled=channel.remembers,
            tables=self.tables,
            now=self.now,
            reader_bytes=self.reader_bytes,
        )
        self.twins.append(reader)
        reader.begin_with(past)
        reader.attach()

    @precondition(lambda self: any(not twin.settled for twin in self.twins))
    @rule()
    def settle(self) -> None:
        for twin in self.twins:
            if not twin.settled:
                twin.settle()

    @ReaderRules.some_read
    @rule(who=WHO, room=st.booleans())
    def link(self, who: int, room: bool) -> None:
        self.twin(who).room = room

    @ReaderRules.some_read
    @rule(who=WHO, chance=st.integers(0, 3))
    def unsubscribe(self, who: int, chance: int) -> None:
        if chance == 2:
            reader = self.twins.pop(who % len(self.twins))
            reader.detach()

    @precondition(is_open)
    @rule(chance=st.integers(0, 9))
    def end(self, chance: int) -> None:
        if chance == 7:
            self.reference.heard.append(("end", "deleted"))
            self.reference.keeps = 0
            self.channel.writers.clear()
            self.told.clear()
            self.channel.end("deleted")

    # What must hold at any time

    @invariant()
    def numbers_agree(self) -> None:
        channel, reference = self.channel, self.reference
        assert (channel.next_sequence, channel.transfers) == (reference.next, reference.transfers)
        assert (channel.items, channel.bytes) == (reference.items, self.bytes)
        for client, slot in channel.writers.items():
            assert (slot.next_number, slot.marks, not slot.marked) == (
                reference.numbers[client],
                reference.marks[client],
                client in reference.going_on,
            )

    @invariant()
    def writers_know_the_demand(self) -> None:
        assert self.channel.demand() == self.demand()
        for client, slot in self.channel.writers.items():
            demand, number, acknowledged = self.told[client]
            assert (slot.told, slot.told_number, slot.settled) == (
                demand,
                number,
                number == acknowledged,
            )
            assert demand == self.demand()
            assert slot.pause_acknowledged == self.must_not_send(slot)

    @invariant()
    def all_have_heard_the_same(self) -> None:
        for reader in self.twins:
            assert reader.heard == self.reference.heard[reader.since : reader.until]
        attached = {reader.key: reader for reader in self.twins if reader.attached}
        assert self.channel.readers == attached

    @invariant()
    def the_past_is_kept(self) -> None:
        for count in (self.reference.next % 8, 1000):
            assert list(singly(self.channel.newest(count))) == self.reference.newest(count)
        received, kept = self.reference.next - 2 - self.keys % 4, self.reference.newest(1000)
        expected = [entry for entry in kept if entry[0] > received]
        assert list(singly(self.channel.after(received))) == expected


class SampleChannels(Channels):
    """A channel of samples, of which envelopes are made, too."""

    choices = st.one_of(EVERY, ENVELOPE, NEWEST_ENVELOPE)
    samples = True


class RestingChannels(SampleChannels):
    """Readers of a part that are served at intervals rest meanwhile; another sees each block."""

    choices = st.one_of(RESTING_EVERY, RESTING_EVERY, RESTING_ENVELOPE, RESTING_ENVELOPE, EVERY)
    rests = True

    @invariant()
    def nothing_is_lent_to_nobody(self) -> None:
        assert self.store.lent >= 0
        if not any(twin.resting for twin in self.twins):
            assert self.store.lent == 0

    @Channels.some_write
    @rule(sizes=st.lists(COUNT, min_size=1, max_size=4), ns=st.integers(0, 3))
    def serve_and_publish(self, sizes: list[int], ns: int) -> None:
        """Readers rest once they have been served."""
        for count in sizes:
            self.time_passes(ns)
            for twin in self.twins:
                while twin.settled and not twin.resting and twin.take():
                    pass
            slot = self.slot(count)
            self.send(slot, 0 if self.must_not_send(slot) else count, 1, 0, 0)

    def teardown(self) -> None:
        for twin in self.twins:
            twin.catch_up()
            twin.check()
        assert self.store.lent == 0


SETTINGS = settings(max_examples=200, stateful_step_count=50, deadline=None)
for machine in (Channels, SampleChannels, RestingChannels):
    machine.TestCase.settings = SETTINGS
TestChannels = Channels.TestCase
TestSampleChannels = SampleChannels.TestCase
TestRestingChannels = RestingChannels.TestCase
