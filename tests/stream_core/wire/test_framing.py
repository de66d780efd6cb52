from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.wire.framing import (
    BUFFER_BYTES,
    FIRST_BUFFER_BYTES,
    LARGE_BYTES,
    MEDIUM_BYTES,
    Frame,
    FrameReader,
)
from stream_core.wire.header import HEADER, HEADER_BYTES, Kind, header
from tests.junk import FRAMES, mutated

LIMIT = 1024 * 1024


def wire(kind: int = Kind.DATA, body: bytes = b"", **facts: int) -> bytes:
    return header(kind, len(body), **facts) + body


def feed(reader: FrameReader, data: bytes, sizes: list[int] | None = None) -> list[Frame]:
    """Give data as a socket would: at most as much as fits, at most the next size."""
    frames: list[Frame] = []
    pieces = iter(sizes or [])
    while data:
        buffer = reader.buffer()
        assert len(buffer) > 0
        size = min(len(data), len(buffer), next(pieces, len(data)))
        buffer[:size] = data[:size]
        frames += reader.received(size)
        data = data[size:]
    return frames


def content(frames: list[Frame]) -> list[tuple[int, int, bytes]]:
    return [(frame.kind, frame.sequence, bytes(frame.body)) for frame in frames]


def facts(frames: list[Frame]) -> list[tuple[object, ...]]:
    """All that frames say."""
    return [
        (*tuple(getattr(frame, name) for name in Frame.__struct_fields__[:-1]), bytes(frame.body))
        for frame in frames
    ]


@given(
    bodies=st.lists(st.binary(max_size=200), max_size=6),
    sizes=st.lists(st.integers(1, 120), max_size=40),
)
def test_any_split_of_the_bytes_gives_the_same_frames(
    bodies: list[bytes], sizes: list[int]
) -> None:
    data = b"".join(wire(body=body, sequence=n) for n, body in enumerate(bodies))
    frames = feed(FrameReader(LIMIT), data, sizes)
    assert content(frames) == [(Kind.DATA, n, body) for n, body in enumerate(bodies)]


def test_its_buffer_grows_with_what_comes_at_once() -> None:
    reader = FrameReader(LIMIT)
    small = wire(body=b"x" * 100)
    for _ in range(200):  # a peer that sends little at a time costs little
        assert len(feed(reader, small)) == 1
    assert len(reader.buffer()) == FIRST_BUFFER_BYTES
    much = small * 10_000
    while len(reader.buffer()) < BUFFER_BYTES:
        assert len(feed(reader, much)) == 10_000
    assert len(feed(reader, much)) == 10_000
    assert len(reader.buffer()) == BUFFER_BYTES


@pytest.mark.parametrize("name", FRAMES)
def test_each_split_of_each_frame_gives_it_and_the_next(name: str) -> None:
    data = FRAMES[name] + wire(Kind.PING, sequence=2)
    whole = facts(feed(FrameReader(LIMIT), data))
    assert len(whole) == 2
    assert whole[0] == (*HEADER.unpack_from(data)[1:], FRAMES[name][HEADER_BYTES:])
    for size in range(1, len(data)):
        assert facts(feed(FrameReader(LIMIT), data, [size])) == whole
    assert facts(feed(FrameReader(LIMIT), data, [1] * len(data))) == whole


@pytest.mark.parametrize("length", [LARGE_BYTES - 1, LARGE_BYTES, LARGE_BYTES + 1, BUFFER_BYTES])
def test_each_split_of_the_header_before_a_large_body(length: int) -> None:
    body = bytes(range(256)) * (length // 256 + 1)
    data = wire(body=body[:length], sequence=1) + wire(Kind.PING, sequence=2)
    ends = (len(data) - HEADER_BYTES, len(data) - HEADER_BYTES - length // 2)
    whole = [(Kind.DATA, 1, body[:length]), (Kind.PING, 2, b"")]
    for size in (*range(1, HEADER_BYTES + 3), *(end + step for end in ends for step in (-1, 0, 1))):
        assert content(feed(FrameReader(LIMIT), data, [size, 7])) == whole
    assert content(feed(FrameReader(LIMIT), data, [1] * 100 + [997] * 300)) == whole


def test_junk_after_each_frame_ends_the_stream_there() -> None:
    frames, junk = list(FRAMES.values()), b"\xff" * 4 + b"junk" * 20
    for count in range(len(frames)):
        for split in (7, HEADER_BYTES, 1_000):
            reader = FrameReader(LIMIT)
            data = b"".join(frames[:count]) + junk + b"".join(frames)
            whole = feed(reader, data, [split] * len(data))
            assert [bytes(frame.body) for frame in whole] == [
                frame[HEADER_BYTES:] for frame in frames[:count]
            ]
            assert reader.error is not None


def test_junk_at_each_position_spoils_nothing_before_it() -> None:
    names = ("data for a reader", "lost", "ping of the server")
    frames = [FRAMES[name] for name in names]
    data = b"".join(frames)
    for position in range(len(data)):
        spoilt = bytearray(data)
        spoilt[position] ^= 0xFF
        reader = FrameReader(LIMIT)
        found = feed(reader, bytes(spoilt))
        before = len(facts(feed(FrameReader(LIMIT), data[:position])))
        assert facts(found)[:before] == facts(feed(FrameReader(LIMIT), data))[:before]
        assert len(found) <= len(frames)


@given(
    lengths=st.lists(
        st.sampled_from(
            [
                *(0, 1, MEDIUM_BYTES - 1, MEDIUM_BYTES, BUFFER_BYTES, 700_001),
                *(LARGE_BYTES - 1, LARGE_BYTES, LARGE_BYTES + 1),
            ]
        ),
        min_size=1,
        max_size=12,
    ),
    sizes=st.lists(st.integers(1, 2 * BUFFER_BYTES), max_size=20),
)
def test_large_frames_come_whole_however_they_are_split(
    lengths: list[int], sizes: list[int]
) -> None:
    bodies = [bytes([number]) * length for number, length in enumerate(lengths, 1)]
    data = b"".join(wire(body=body) for body in bodies)
    frames = feed(FrameReader(LIMIT), data, sizes)
    assert [bytes(frame.body) for frame in frames] == bodies


@pytest.mark.parametrize("after", [wire(99), wire(body=b"z" * 40_000) * 20])
def test_a_received_body_is_never_written_again(after: bytes) -> None:
    reader = FrameReader(LIMIT)
    bodies = [b"a" * 100, b"b" * 300_000, *(bytes([n]) * 40_000 for n in range(20)), b"c" * 300_000]
    frames = feed(reader, b"".join(wire(body=body) for body in bodies), [200])
    feed(reader, after + bytes(3 * BUFFER_BYTES))
    assert [bytes(frame.body) for frame in frames] == bodies
    for frame in frames:
        assert memoryview(frame.body).readonly


@pytest.mark.parametrize("medium", [0, 1, 2, 3])
@pytest.mark.parametrize("position", [1, 5_000, 100_000])
def test_there_is_room_behind_a_huge_body_wherever_it_began(medium: int, position: int) -> None:
    reader = FrameReader(LIMIT)
    feed(reader, wire(body=b"x" * 100) * 10_000)  # its buffer grows
    bodies = [*[b"m" * 33_000] * medium, b"h" * 700_000]
    data = b"".join(wire(body=body) for body in bodies)
    sizes = [len(data) - 700_000 + position]
    frames = feed(reader, data, sizes) + feed(reader, data, sizes)
    assert [bytes(frame.body) for frame in frames] == bodies * 2


def test_large_frames_that_follow_each_other_come_in_one_piece_each() -> None:
    reader = FrameReader(LIMIT)
    data = wire(body=bytes(range(250)) * 2_000) * 5
    pieces = 0
    frames: list[Frame] = []
    while data:
        size = len(reader.buffer())
        frames += feed(reader, data[:size])
        data = data[size:]
        pieces += 1
    assert [bytes(frame.body) for frame in frames] == [bytes(range(250)) * 2_000] * 5
    assert pieces == 1 + 5  # what finds the first one, and one each


def test_little_of_what_follows_a_large_body_lies_where_small_ones_do() -> None:
    reader = FrameReader(LIMIT)
    feed(reader, wire(body=b"x" * 100) * 10_000)  # its buffer grows
    assert len(reader.buffer()) == BUFFER_BYTES
    for _ in range(2):
        assert len(feed(reader, wire(body=bytes(300_000)))) == 1
        assert len(reader.buffer()) == FIRST_BUFFER_BYTES
    assert len(feed(reader, wire(body=b"x"))) == 1
    assert len(reader.buffer()) == BUFFER_BYTES


def test_bodies_share_no_memory() -> None:
    reader = FrameReader(LIMIT)
    feed(reader, wire(body=b"x" * 100) * 10_000)  # its buffer grows
    frames = feed(reader, wire(body=bytes(40_000)) * 3)
    assert len({id(memoryview(frame.body).obj) for frame in frames}) == 3


def test_all_facts_of_the_header_come_out() -> None:
    facts = {
        "codec": 2,
        "flags": 0x8003,
        "address": 2**32 - 1,
        "source": 7,
        "count": 2**32 - 2,
        "stride": 9,
        "sequence": 2**63 - 1,
        "time_ns": -(2**63),
    }
    (frame,) = feed(FrameReader(LIMIT), wire(Kind.CALL, b"x", **facts))
    assert {name: getattr(frame, name) for name in facts} == facts
    assert frame.kind == Kind.CALL


@pytest.mark.parametrize("body_bytes", [0, 30, LARGE_BYTES, 3 * BUFFER_BYTES])
@pytest.mark.parametrize("split", [1, HEADER_BYTES, 1_000_000])
def test_frames_of_an_unknown_optional_kind_are_skipped(body_bytes: int, split: int) -> None:
    data = wire(200, bytes(body_bytes)) + wire(Kind.PING) + wire(255) + wire(Kind.PONG)
    frames = feed(FrameReader(LIMIT), data, [split, split])
    assert [frame.kind for frame in frames] == [Kind.PING, Kind.PONG]


def test_an_unknown_kind_ends_the_stream_after_the_frames_before_it() -> None:
    reader = FrameReader(LIMIT)
    frames = feed(reader, wire(body=b"good") + wire(99) + wire(body=b"never"))
    assert content(frames) == [(Kind.DATA, 0, b"good")]
    assert "kind 99" in str(reader.error)
    assert feed(reader, wire(body=b"never")) == []


@pytest.mark.parametrize("kind", [Kind.DATA, 200])
def test_a_body_beyond_the_limit_is_refused_before_it_comes(kind: int) -> None:
    reader = FrameReader(100)
    assert len(feed(reader, wire(kind, bytes(100)))) == (kind == Kind.DATA)
    feed(reader, header(kind, 101))
    assert "101 bytes exceeds frame_bytes=100" in str(reader.error)


def test_the_limit_may_be_raised_between_frames() -> None:
    reader = FrameReader(10)
    feed(reader, wire(body=bytes(10)))
    reader.limit_bytes = 20
    assert len(feed(reader, wire(body=bytes(20)))) == 1
    assert reader.error is None


def test_after_a_breach_any_amount_is_read_over() -> None:
    reader = FrameReader(10)
    feed(reader, header(Kind.DATA, 11) + bytes(BUFFER_BYTES - HEADER_BYTES))
    assert reader.error is not None
    assert feed(reader, bytes(3 * BUFFER_BYTES)) == []


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 100), max_size=30))
def test_what_comes_of_junk_does_not_depend_on_its_splits(seed: int, sizes: list[int]) -> None:
    junk = mutated(list(FRAMES.values()), random.Random(seed))
    one, other = FrameReader(1000), FrameReader(1000)
    frames = feed(one, junk)
    assert facts(feed(other, junk, sizes)) == facts(frames)
    assert str(one.error) == str(other.error)
    assert all(len(frame.body) <= 1000 for frame in frames)
