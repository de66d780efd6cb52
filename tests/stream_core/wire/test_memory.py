from __future__ import annotations

import random
import threading

import pytest

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
