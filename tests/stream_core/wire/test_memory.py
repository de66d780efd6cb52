from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stream_core.wire.arrays import decode_array, decode_arrays, encode_array
from stream_core.wire.framing import FrameReader
from stream_core.wire.header import Kind, header
from stream_core.wire.memory import KEPT_BYTES, LEAST_BYTES, MOST_BYTES, Buffers


def address(buffer: memoryview) -> int:
    owner = buffer.obj
    return owner.ctypes.data  # type: ignore[attr-defined, no-any-return]


def test_a_buffer_is_used_again_once_nobody_can_look_into_it() -> None:
    buffers = Buffers()
    first = buffers.take(100_000)
    where, part = address(first), first[10:20].toreadonly()
    assert (len(first), first.readonly) == (100_000, False)
    del first
    assert address(buffers.take(100_000)) != where  # a part of it is held
    del part
    assert address(buffers.take(98_400)) == where


@pytest.mark.parametrize(
    "look",
    [
        lambda view: np.ndarray(1000, np.uint8, buffer=view),
        lambda view: np.ndarray((10, 10), np.float64, buffer=view)[3:, ::2],
        lambda view: np.frombuffer(view, np.uint8),
        lambda view: np.asarray(view)[5:].view(np.uint8),
        lambda view: np.frombuffer(view, np.uint8)[:64].reshape(8, 8).T,
        lambda view: memoryview(np.frombuffer(view, np.uint8)[100:]),
        lambda view: np.frombuffer(view.toreadonly()[64:], "V8").view(np.float64),
    ],
)
def test_an_array_in_a_buffer_keeps_it(look: Callable[[memoryview], Any]) -> None:
    buffers = Buffers()
    array = look(buffers.take(100_000))
    assert buffers.free_bytes == 0
    del array
    assert buffers.free_bytes > 0


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_an_array_of_several_in_a_buffer_keeps_it(kept: int) -> None:
    buffers = Buffers()
    item = b"".join(encode_array(np.arange(8_000, dtype=np.uint32)))
    step = -(-len(item) // 64) * 64
    room = buffers.take(3 * step)
    for number in range(3):
        room[number * step : number * step + len(item)] = item
    ends = [number * step + len(item) for number in range(3)]
    array = decode_arrays(room.toreadonly(), ends)[kept]
    del room
    assert buffers.free_bytes == 0
    assert array[-1] == 7_999
    del array
    assert buffers.free_bytes > 0


def test_arrays_that_were_received_stay_what_they_are() -> None:
    reader, kept = FrameReader(10**6), []
    for number in range(5):
        body = b"".join(encode_array(np.full(100_000, number, np.uint8)))
        data = header(Kind.DATA, len(body)) + body
        frames = []
        while data:
            room = reader.buffer()
            room[: len(data)] = data[: len(room)]
            frames += reader.received(min(len(room), len(data)))
            data = data[len(room) :]
        kept.append(decode_array(frames.pop().body))
    assert [array.tolist()[::50_000] for array in kept] == [[n, n] for n in range(5)]


@pytest.mark.parametrize("size", [0, 1, LEAST_BYTES - 1, MOST_BYTES + 1])
def test_small_and_huge_ones_are_new(size: int) -> None:
    buffers = Buffers()
    assert len(buffers.take(size)) == size
    assert buffers.free_bytes == 0


@pytest.mark.parametrize("size", [LEAST_BYTES, LEAST_BYTES + 1, 49_153, 65_536, 98_305, MOST_BYTES])
def test_what_is_kept_fits_and_wastes_less_than_half(size: int) -> None:
    buffers = Buffers()
    buffers.take(size)
    assert size <= buffers.free_bytes < 1.5 * size + 1
    assert len(buffers.take(size)) == size


def test_what_nobody_has_is_bounded() -> None:
    buffers = Buffers()
    held = [buffers.take(MOST_BYTES) for _ in range(2 * KEPT_BYTES // MOST_BYTES)]
    held.clear()
    assert buffers.free_bytes == KEPT_BYTES
    where = address(small := buffers.take(LEAST_BYTES))
    del small
    assert buffers.free_bytes <= KEPT_BYTES
    assert address(buffers.take(LEAST_BYTES)) == where  # sizes that are used now come first


def test_no_two_have_the_same_memory_whatever_the_threads_do() -> None:
    buffers = Buffers()
    faults: list[int] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        held: list[memoryview] = []
        for _ in range(2000):
            buffer = buffers.take(chance.choice([LEAST_BYTES, 65_536, 70_000]))
            buffer[:1] = buffer[-1:] = bytes([seed])
            held.append(buffer)
            if len(held) > 5:
                old = held.pop(chance.randrange(5))
                faults.extend(byte for byte in (old[0], old[-1]) if byte != seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
