from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream_core.channels.history import RUN_BYTES, Gap, History
from stream_core.wire.blocks import Block
from stream_core.wire.compression import Compressor
from stream_core.wire.framing import Frame
from stream_core.wire.header import CodecNumber, Kind

PLENTY = 10**9


class Store:
    def __init__(self) -> None:
        self.used_bytes, self.full = 0, False

    def change(self, difference_bytes: int) -> None:
        self.used_bytes += difference_bytes


def block(first: int, count: int, size: int = 1) -> Block:
    return Block(CodecNumber.SAMPLES, 0, 1, count, 1, first, 0, bytes(count * size))


def told(things: object) -> list[object]:
    return [
        (thing.first, thing.last) if isinstance(thing, Gap) else list(thing.sequences)
        for thing in things
    ]


@given(
    limit=st.integers(1, 20),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 8)), max_size=20),
    asked=st.integers(1, 25),
    after=st.integers(-1, 100),
)
def test_it_gives_the_newest_with_the_gaps_between_them(
    limit: int, steps: list[tuple[bool, int]], asked: int, after: int
) -> None:
    store = Store()
    history = History(limit, PLENTY, store)
    line: list[tuple[int, bool]] = []  # number, whether it came
    for came, count in steps:
        first = len(line)
        line += [(number, came) for number in range(first, first + count)]
        if came:
            history.add(block(first, count))
        else:
            history.gap(Gap(first, first + count - 1, "paused"))
    items = [number for number, came in line if came]
    kept = items[-limit:]
    assert history.items == len(kept)
    assert store.used_bytes == history.size_bytes
    chosen = kept[-asked:]
    found = list(history.newest(asked))
    assert [n for thing in found if isinstance(thing, Block) for n in thing.sequences] == chosen
    assert numbers(found) == (list(range(chosen[0], len(line))) if chosen else [])
    since = numbers(history.after(after))
    first = max(after + 1, kept[0]) if kept else 0
    assert since == (list(range(first, len(line))) if kept else [])


def numbers(things: object) -> list[int]:
    found: list[int] = []
    for thing in things:
        found += range(thing.first, thing.last + 1)
    return found


def test_bytes_bound_it_too() -> None:
    store = Store()
    history = History(PLENTY, 3 * (RUN_BYTES + 100), store)
    for index in range(5):
        history.add(block(10 * index, 10, 10))
    assert told(history.newest(PLENTY)) == [
        list(range(20, 30)),
        list(range(30, 40)),
        list(range(40, 50)),
    ]
    history.add(block(50, 1, 5000))
    assert told(history.newest(PLENTY)) == [[50]]  # the newest stays, whatever its size


def test_it_grows_no_further_while_the_server_is_full() -> None:
    store = Store()
    history = History(PLENTY, PLENTY, store)
    history.add(block(0, 2))
    history.add(block(2, 2))
    store.full = True
    history.add(block(4, 2))
    assert told(history.newest(PLENTY)) == [[2, 3], [4, 5]]
    assert store.used_bytes == history.size_bytes


def test_it_goes_with_its_channel() -> None:
    store = Store()
    history = History(10, PLENTY, store)
    history.add(block(0, 3))
    history.clear()
    assert (store.used_bytes, history.items, list(history.newest(5))) == (0, 0, [])


def test_a_small_rest_of_a_large_block_is_copied() -> None:
    history = History(3, PLENTY, Store())
    large = block(0, 1000, 4096)
    history.add(large)
    (kept,) = history.newest(10)
    assert list(kept.sequences) == [997, 998, 999]
    assert history._kept[0].block is not large


def test_gaps_of_one_reason_are_one() -> None:
    history = History(10, PLENTY, Store())
    history.gap(Gap(0, 1, "paused"))  # nothing is kept before it
    history.add(block(2, 1))
    history.gap(Gap(3, 3, "paused"))
    history.gap(Gap(4, 6, "paused"))
    history.gap(Gap(7, 8, "the link was down"))
    assert told(history.newest(10)) == [[2], (3, 6), (7, 8)]


def compressed(first: int, count: int, *, broken: bool = False) -> Block:
    flag, parts = Compressor("gzip").packed([bytes(100 * count)])
    body = b"".join(parts)[: -1 if broken else None]
    return Block.received(
        Frame(Kind.DATA, CodecNumber.SAMPLES, flag, 0, 1, count, 1, first, 0, body)
    )


def test_compressed_blocks_are_kept_as_they_came_and_given_plain_in_parts() -> None:
    history = History(15, PLENTY, Store())
    for first in (0, 10):
        history.add(compressed(first, 10))
    assert history.size_bytes < 2 * RUN_BYTES + 200
    part, whole = history.newest(100)
    assert (list(part.sequences), bytes(part.data)) == (list(range(5, 10)), bytes(500))
    assert whole.compressed
    assert told(history.newest(3)) == [[17, 18, 19]]


def test_a_part_that_cannot_be_made_plain_is_a_gap_and_says_why() -> None:
    history = History(15, PLENTY, Store())
    history.add(compressed(0, 10, broken=True))
    history.add(block(10, 10))
    for found in (history.newest(100), history.after(-1)):
        gap, rest = found
        assert (gap.first, gap.last, gap.withheld) == (5, 9, False)
        assert gap.reason.startswith("cannot be decompressed: ")
        assert list(rest.sequences) == list(range(10, 20))
    assert told(history.after(7)) == [(8, 9), list(range(10, 20))]
    assert told(history.after(9)) == [list(range(10, 20))]


def test_endless_gaps_of_changing_reasons_stay_few() -> None:
    history = History(10, PLENTY, Store())
    history.add(block(0, 1))
    for number in range(1, 1001):
        history.gap(Gap(number, number, ("paused", "full")[number % 2]))
    history.add(block(1001, 1))
    (first, *gaps, last) = history.newest(10)
    assert [gap.reason for gap in gaps] == ["full", "paused"] * 3 + ["full", "several"]
    assert numbers([first, *gaps, last]) == list(range(1002))
