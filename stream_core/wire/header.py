"""The 40 bytes before every body: their layout, the kinds, codecs and flags; never the body."""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag

from stream_core.values import Codec

__all__ = ["HEADER", "HEADER_BYTES", "CodecNumber", "Flag", "Kind", "header"]

HEADER = struct.Struct("<IBBHIIIIqq")
HEADER_BYTES = HEADER.size
FIRST_OPTIONAL_KIND = 128


class Kind(IntEnum):
    """What a frame is; numbers from 128 on are optional and skipped by who does not know them."""

    HELLO = 1
    CHALLENGE = 2
    PROOF = 3
    WELCOME = 4
    DATA = 16
    DEMAND = 17
    CREDIT = 18
    LOST = 19
    MARK = 20
    END = 21
    CALL = 32
    RESULT = 33
    FAILURE = 34
    PROGRESS = 35
    CANCEL = 36
    PING = 48
    PONG = 49
    GOODBYE = 63
    NAME = 128  # server → target: the name of a caller's number
    GONE = 129  # server → caller: the target of that number has gone, and its description with it


class CodecNumber(IntEnum):
    """How a body's items are encoded; 0 where there are none."""

    NONE = 0
    RAW = 1
    OBJECT = 2
    ARRAY = 3
    SAMPLES = 4
    PICKLE = 5
    MARSHAL = 6


CODEC_NUMBERS: dict[str, CodecNumber] = {codec.value: CodecNumber[codec.name] for codec in Codec}


class Flag(IntFlag):
    """Facts about a frame's body, or about the gap before a data frame."""

    NONE = 0
    TIMES = 1 << 0  # the body begins with an int64 time for each item
    INTERVAL = 1 << 1  # the body begins with the int64 distance between the items' times
    GZIP = 1 << 2
    ZSTD = 1 << 3
    MORE = 1 << 4  # RESULT: one of several
    END = 1 << 5  # RESULT: no more
    ENVELOPE = 1 << 6  # DATA to a reader: an item is the minima and the maxima of a bin of samples
    # Why the numbers before this DATA frame are missing; none of them: they were lost on the way.
    GAP_PAUSED = 1 << 8
    GAP_OUTBOX = 1 << 9
    GAP_LINK = 1 << 10
    GAP_WITHHELD = 1 << 11
    # CALL, RESULT, FAILURE, PROGRESS: a part of the body; `count` has the whole body's size and
    # `stride` where this part begins. CREDIT: `count` pieces of the call may be sent in all.
    PIECE = 1 << 12
    ARGUMENTS = 1 << 13  # CREDIT with PIECE: of the call itself, not of its answers


def header(
    kind: int,
    length: int,
    *,
    codec: int = 0,
    flags: int = 0,
    address: int = 0,
    source: int = 0,
    count: int = 0,
    stride: int = 0,
    sequence: int = 0,
    time_ns: int = 0,
) -> bytes:
    """The header of a frame whose body has `length` bytes."""
    return HEADER.pack(
        length, kind, codec, flags, address, source, count, stride, sequence, time_ns
    )
