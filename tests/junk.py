"""Valid frames of every kind, and the junk that is made of valid bytes."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stream_core.wire.header import HEADER_BYTES, Kind

PAGES = Path(__file__).parent.parent / "docs"
VECTORS: dict[str, Any] = json.loads((PAGES / "protocol-vectors.json").read_text("utf-8"))


# What is valid

FRAMES: dict[str, bytes] = {
    frame["name"]: bytes.fromhex(frame["hex"]) for frame in VECTORS["frames"]
}
VALUES: list[bytes] = [bytes.fromhex(value["hex"]) for value in VECTORS["values"]]


def kind_of(frame: bytes) -> int:
    return frame[4]


def bodies(*kinds: Kind) -> list[bytes]:
    """The bodies of the valid frames of these kinds."""
    return [frame[HEADER_BYTES:] for frame in FRAMES.values() if kind_of(frame) in kinds]


# What is made of it

Mutation = Callable[[bytearray, random.Random, Sequence[bytes]], None]
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 2**62, 2**63 - 1, -1)
WIDTHS = (("<B", 1), ("<H", 2), (">H", 2), ("<I", 4), (">I", 4), ("<Q", 8), (">Q", 8))


def _span(data: bytearray, chance: random.Random, most: int = 40) -> slice:
    start = chance.randrange(len(data) + 1)
    return slice(start, min(len(data), start + chance.randint(1, most)))


def _flip(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _number(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    """Write a number of those on whose edges mistakes are made."""
    form, width = chance.choice(WIDTHS)
    if len(data) >= width:
        number = chance.choice(NUMBERS) % 2 ** (8 * width)
        struct.pack_into(form, data, chance.randrange(len(data) - width + 1), number)


def _cut(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    del data[_span(data, chance)]


def _cut_off(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _insert(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    position = chance.randrange(len(data) + 1)
    data[position:position] = chance.randbytes(chance.randint(1, 9))


def _double(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    span = _span(data, chance)
    data[span.stop : span.stop] = data[span] * chance.choice((1, 1, 2, 50))


def _splice(data: bytearray, chance: random.Random, seeds: Sequence[bytes]) -> None:
    other = bytearray(chance.choice(seeds))
    data[_span(data, chance)] = other[_span(other, chance, len(other) + 1)]


MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _set,
    _number,
    _cut,
    _cut_off,
    _insert,
    _double,
    _splice,
)


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """One of the seeds, with a few changes; now and then with none, or only junk."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        chance.choice(MUTATIONS)(data, chance, seeds)
    return bytes(data)
