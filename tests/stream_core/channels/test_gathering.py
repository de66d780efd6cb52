from __future__ import annotations

from typing import Any

import pytest

from stream_core.channels.gathering import MOST_BYTES, MOST_MADE, Gathered, Gathering
from stream_core.channels.history import Gap
from stream_core.channels.intake import Intake
from stream_core.channels.patience import Patience
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.envelopes import Folder
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Kind
from stream_core.wire.items import Layout

FAR = 10**9


class Store:
    """Lends as much as there is."""

    def __init__(self, limit_bytes: int = FAR) -> None:
        self.limit_bytes, self.lent_bytes = limit_bytes, 0

    def lend(self, borrower: Gathering, size_bytes: int) -> bool:
        fits = self.lent_bytes + size_bytes <= self.limit_bytes
        self.lent_bytes += size_bytes * fits
        return fits

    def give_back(self, borrower: Gathering, size_bytes: int) -> None:
        self.lent_bytes -= size_bytes


class Sleeper:
    """A reader; it keeps what it has seen."""

    def __init__(self, gathering: Gathering, **patience: Any) -> None:
        self.gathering = gathering
        self.parts: list[Gathered] = []
        facts = {"next": 0, "every": 10, "step": 10, "until": FAR, "free_bytes": FAR} | patience
        gathering.rest(self, Patience(**facts, due_ns=None))

    def catch_up(self) -> None:
        self.parts += self.gathering.wake(self)

    @property
    def numbers(self) -> list[int]:
        return [thing.first for part in self.parts for thing in part.things]


def samples(first: int, count: int = 10, *, stride: int = 1, size: int = 1) -> Block:
    body = bytes(number % 256 for number in range(first, first + count) for _ in range(size))
    return Block(CodecNumber.SAMPLES, 0, 1, count, stride, first, 0, body)


def test_each_gets_what_came_while_it_rested() -> None:
    store = Store()
    gathering = Gathering(store)
    long, short = Sleeper(gathering), Sleeper(gathering)
    assert gathering.add(samples(0))
    short.catch_up()
    assert gathering.add(samples(10))
    late = Sleeper(gathering)
    assert gathering.add(samples(20))
    gathering.wake_all()
    assert (long.numbers, short.numbers, late.numbers) == ([0, 10, 20], [0], [20])
    assert not gathering.resting
    assert store.lent_bytes == 0


@pytest.mark.parametrize("wish", ["every", "envelope"])
def test_what_a_part_becomes_is_made_once_for_all_who_want_the_same(wish: str) -> None:
    gathering = Gathering(Store())
    sleepers = [Sleeper(gathering), Sleeper(gathering)]
    for first in range(0, 50, 10):
        assert gathering.add(samples(first))
    gathering.wake_all()
    folder = Folder(Layout.described("u1", ()))
    taken = []
    for sleeper in sleepers:
        intake = Intake(0)
        intake.select(*((10, None, None) if wish == "every" else (1, 10, folder)))
        (part,) = sleeper.parts
        (block,) = intake.take_gathered(part, 10_000)
        assert (intake.next, intake.not_selected + intake.reduced) == (50, 45)
        taken.append(block)
    assert taken[0] is taken[1]
    assert list(taken[0].sequences) == [0, 10, 20, 30, 40]


def test_what_a_part_becomes_depends_on_the_bin_that_is_open() -> None:
    folder = Folder(Layout.described("u1", ()))
    early, late = Intake(0), Intake(5)
    for intake in (early, late):
        intake.select(1, 10, folder)
    early.take(samples(0, 5))
    for intake in (early, late):
        intake.take(samples(5, 3))
    gathering = Gathering(Store())
    sleeper = Sleeper(gathering, next=8, every=1)
    assert gathering.add(samples(8))
    sleeper.catch_up()
    (part,) = sleeper.parts
    for intake, least in ((early, 0), (late, 5)):
        (block,) = intake.take_gathered(part, 1000)
        assert (block.first, bytes(block.body)) == (least, bytes([least, 9]))


def test_bins_begun_by_the_same_sample_hold_the_same_whoever_folded_them() -> None:
    intakes = [Intake(0), Intake(0)]
    for intake in intakes:
        intake.select(1, 10, Folder(Layout.described("u1", ())))
        intake.take(samples(0, 7))
    gathering = Gathering(Store())
    sleeper = Sleeper(gathering, next=7, every=1)
    assert gathering.add(samples(7, 6))
    sleeper.catch_up()
    (part,) = sleeper.parts
    (mine,), (others,) = (intake.take_gathered(part, 1000) for intake in intakes)
    assert mine is others
    assert (mine.first, bytes(mine.body)) == (0, bytes([0, 9]))


def test_what_many_want_apart_is_not_kept_without_end() -> None:
    gathering = Gathering(Store())
    sleeper = Sleeper(gathering)
    assert gathering.add(samples(0, 100))
    sleeper.catch_up()
    (part,) = sleeper.parts
    for every in range(2, 2 * MOST_MADE):
        intake = Intake(0)
        intake.select(every, None, None)
        (block,) = intake.take_gathered(part, 1000)
        assert list(block.sequences) == list(range(0, 100, every))
        assert (intake.next, intake.not_selected) == (100, 100 - block.count)
    assert len(part.made) == MOST_MADE


def test_no_block_is_joined_beyond_the_limit() -> None:
    gathering = Gathering(Store())
    sleeper = Sleeper(gathering)
    for first in range(0, 100, 10):
        assert gathering.add(samples(first, size=100))
    sleeper.catch_up()
    intake = Intake(0)
    intake.select(10, None, None)
    blocks = intake.take_gathered(sleeper.parts[0], 1000)
    assert [number for block in blocks for number in block.sequences] == list(range(0, 100, 10))
    assert max(block.size_bytes for block in blocks) <= 1000
    assert len(blocks) < 10


def test_numbers_that_nobody_wants_are_gathered_too() -> None:
    gathering = Gathering(Store())
    sleeper, other = Sleeper(gathering), Sleeper(gathering, every=15)
    assert gathering.add(samples(0, 2, stride=5))
    assert gathering.skip(Gap(6, 8, "", withheld=True))
    assert gathering.skip(Gap(9, 9, "lost"))
    assert not gathering.skip(Gap(10, 14, "", withheld=True))  # one of them wants 10
    sleeper.catch_up()
    assert sleeper.numbers == [0, 6, 9]
    assert other in gathering.resting


def test_somebody_might_miss_what_is_between_the_items_of_a_block() -> None:
    gathering = Gathering(Store())
    Sleeper(gathering, every=10)
    assert gathering.add(samples(0, 2, stride=5))
    assert not gathering.add(samples(11, 2, stride=5))
    assert not gathering.add(samples(20, 2, stride=3))
    Sleeper(gathering, every=12)
    assert not gathering.add(samples(20, 2, stride=5))
    assert gathering.add(samples(20, 2, stride=2))


def test_what_has_to_be_looked_into_is_not_gathered() -> None:
    gathering = Gathering(Store())
    Sleeper(gathering)
    flag, parts = Compressor("gzip").packed([bytes(1000)])
    body = b"".join(parts)
    frame = Frame(Kind.DATA, CodecNumber.SAMPLES, flag, 0, 1, 1000, 1, 0, 0, body)
    assert not gathering.add(Block.received(frame))


def test_a_reader_is_there_when_its_number_comes() -> None:
    gathering = Gathering(Store())
    Sleeper(gathering)
    Sleeper(gathering, until=19)
    assert gathering.add(samples(0))
    assert not gathering.add(samples(10))
    assert gathering.add(samples(10, 9))


def test_no_buffer_can_have_grown_beyond_what_was_free() -> None:
    gathering = Gathering(Store())
    Sleeper(gathering, step=1, free_bytes=1000)
    added = 0
    while gathering.add(samples(10 * added)):
        added += 1
    assert 1 <= added <= 1000 // 20  # of an envelope each sample may become two
    Sleeper(gathering, step=1, free_bytes=10)
    assert not gathering.add(samples(10 * added, 1))


def test_what_is_kept_is_lent_and_has_a_limit() -> None:
    store = Store()
    gathering = Gathering(store)
    sleeper = Sleeper(gathering)
    large = samples(0, MOST_BYTES // 4)
    for kept in range(4):
        assert gathering.add(large) == (kept < 3)
    assert store.lent_bytes > 3 * large.size_bytes
    assert gathering.add(samples(0))
    sleeper.catch_up()
    assert store.lent_bytes == 0
    store.limit_bytes = 10_000
    Sleeper(gathering)
    assert not gathering.add(large)
    assert store.lent_bytes == 0
