"""What is fuzzed: each kind of frame at a whole server and client, and each decoder.

A target takes bytes and returns; whatever it raises is a find. Each has seeds, which are valid.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol

from stream_core import errors
from stream_core.wire.header import HEADER_BYTES, Kind
from tests.fuzzing.client_target import ClientTarget
from tests.hostile.bench import Neighbours, Peer, bench
from tests.hostile.talk import KINDS, spoken
from tests.stream_core.test_decoders import DECODERS, Decoder, refuses

__all__ = ["TARGETS", "Target"]

SECRET = "only the others know it"
RESUME_S = 10.0
LOOK_EVERY = 50  # runs
MOST_BYTES = 8 * 1024 * 1024  # kept for one client
LIMITS = {
    "frame_bytes": 1024 * 1024,
    "buffer_bytes": 4 * 1024 * 1024,
    "resume_s": RESUME_S,
    "guess_delay_s": 0.0,  # time stands still
}
CHANNEL, READER, ITSELF = 1, 2, 3  # what seeds call the numbers that only a run knows
WHO = {"stranger": False, "member": True}
TO_WHOM = {"to-a-newcomer": False, "to-a-client": True}


class Target(Protocol):
    """Something that takes bytes of others."""

    seeds: list[bytes]

    def __call__(self, data: bytes) -> None:
        """Take them; raises what nobody has thought of."""

    def close(self) -> None:
        """Nothing more comes."""


class DecoderTarget:
    """One decoder: a value comes out, or one of its own errors."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.seeds = decoder.seeds

    def __call__(self, data: bytes) -> None:
        refuses(self._decoder, data)

    def close(self) -> None:
        """There is nothing to close."""


class ServerTarget:
    """One kind of frame, said to a server by a stranger or by a member.

    The first frame is of that kind whatever its bytes say, and whole unless it claims to be huge.
    """

    def __init__(self, kind: Kind, *, proven: bool) -> None:
        self.seeds = spoken(kind, CHANNEL, READER, ITSELF) or [bytes(HEADER_BYTES)]
        self._kind = kind
        self._proven = proven
        self._stack = contextlib.ExitStack()
        secret = None if proven else SECRET  # each proof takes milliseconds
        self._bench = self._stack.enter_context(bench(secret=secret, **LIMITS))
        self._neighbours = Neighbours(self._bench, secret=secret)
        self._runs = 0

    def __call__(self, data: bytes) -> None:
        peer, numbers = self._member() if self._proven else (Peer(self._bench), {})
        fitted = self._fitted(data, numbers)
        peer.write(fitted)
        if peer.closed and not said_goodbye(fitted):
            goodbye = peer.hear_goodbye()
            assert goodbye is not None
            assert goodbye.error is not None
            assert issubclass(getattr(errors, goodbye.error), errors.StreamError)
        holdings = self._bench.server._holdings
        assert holdings is not None
        assert holdings.held_bytes() < MOST_BYTES
        self._bench.check()
        peer.hang_up()
        self._bench.pass_time(RESUME_S + 0.1)
        self._runs += 1
        if self._runs % LOOK_EVERY == 0:
            self._neighbours.check()
            self._bench.is_left_by_all_but(2)

    def close(self) -> None:
        """Stop its server."""
        self._stack.close()

    def _member(self) -> tuple[Peer, dict[int, int]]:
        peer = self._bench.join()
        name = f"its/{peer.number}"
        channel = peer.call("create_channel", name, compression="gzip")["number"]
        reader = peer.call("subscribe", name)["number"]
        return peer, {CHANNEL: channel, READER: reader, ITSELF: peer.number}

    def _fitted(self, data: bytes, numbers: dict[int, int]) -> bytes:
        data = data.ljust(HEADER_BYTES, b"\0")
        length, there = int.from_bytes(data[:4], "little"), len(data) - HEADER_BYTES
        if there < length < LIMITS["frame_bytes"]:
            length = there
        address = int.from_bytes(data[8:12], "little")
        address = numbers.get(address, address)
        head = length.to_bytes(4, "little") + bytes([self._kind]) + data[5:8]
        return head + address.to_bytes(4, "little") + data[12:]


def said_goodbye(data: bytes) -> bool:
    """Whether one of the frames is a farewell, which needs no answer."""
    start = 0
    while start + HEADER_BYTES <= len(data):
        if data[start + 4] == Kind.GOODBYE:
            return True
        start += HEADER_BYTES + int.from_bytes(data[start : start + 4], "little")
    return False


def _server_target(kind: Kind, proven: bool) -> Callable[[], Target]:
    return lambda: ServerTarget(kind, proven=proven)


def _client_target(kind: Kind, welcomed: bool) -> Callable[[], Target]:
    return lambda: ClientTarget(kind, welcomed=welcomed)


def _decoder_target(decoder: Decoder) -> Callable[[], Target]:
    return lambda: DecoderTarget(decoder)


TARGETS: dict[str, Callable[[], Target]] = {
    **{
        f"{kind.name}-{who}": _server_target(kind, proven)
        for who, proven in WHO.items()
        for kind in KINDS
    },
    **{
        f"{kind.name}-{whom}": _client_target(kind, welcomed)
        for whom, welcomed in TO_WHOM.items()
        for kind in KINDS
    },
    **{name.replace(" ", "-"): _decoder_target(decoder) for name, decoder in DECODERS.items()},
}
"""What makes each target, by its name."""
