"""Every decoder of what comes from others, fed with junk: a value comes out, or its own error.

Left out are pickle and marshal, which a client must allow: they execute what they read.
"""

from __future__ import annotations

import copy
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_core.channels.channel import Channel
from stream_core.channels.names import check_channel_name, check_client_name
from stream_core.channels.parameters import checked_parameters
from stream_core.channels.spec import checked_spec
from stream_core.client.replies import ReaderReply, WriterReply, checked
from stream_core.errors import AuthenticationFailed, InvalidValue, LimitExceeded, ProtocolError
from stream_core.rpc import decode_failure, description_from_wire, encode_call, failure_to_error
from stream_core.rpc.assemblies import Assemblies
from stream_core.rpc.bodies import decode_call, read_path
from stream_core.rpc.parcels import PIECE_BYTES
from stream_core.security import Challenges, ClientProof, ServerProof, make_verifier
from stream_core.security.channel_key import KeyChallenge
from stream_core.transport import Address
from stream_core.values import ChannelInfo
from stream_core.wire import arrays, messages, objects
from stream_core.wire.blocks import Block
from stream_core.wire.compression import COMPRESSION_FLAGS, Compressor, inflate
from stream_core.wire.conversation import CLIENT_RECEIVES, SERVER_RECEIVES, Conversation
from stream_core.wire.envelopes import Folder
from stream_core.wire.framing import Frame, FrameReader
from stream_core.wire.header import HEADER, HEADER_BYTES, CodecNumber, Flag, Kind, header
from stream_core.wire.items import Layout, decode_block
from tests.junk import FRAMES, VALUES, VECTORS, bodies, mutated

PIECES = 15  # of junk for one seed of chance
LIMIT_BYTES = 64 * 1024
MOST_BYTES = 8 * 1024 * 1024
MOST_S = 5.0  # of the processor's time
LAYOUT = Layout(np.dtype("<i4"), ())
DATA = [frame for frame in FRAMES.values() if frame[4] == Kind.DATA]
SCRAM: dict[str, str] = VECTORS["scram"]
VERIFIER = make_verifier("pencil")
INFO = {"name": "x", "dtype": "f8", "shape": [2], "columns": ["a", "b"], "labels": {"a": "b"},
        "rate_hz": 5.0, "compression": "gzip", "codec": "samples", "history": 4}  # fmt: skip
PARAMETERS = {"buffer_size": 5, "overflow": "wait", "every": 2, "min_interval_s": 0.5, "weight": 2,
              "history": 3, "wait": True}  # fmt: skip
METHOD = {"path": "calc.add", "kind": "async def", "doc": "Add.", "returns_text": "int",
          "parameters": [{"name": "a", "default": 1}]}  # fmt: skip


class Decoder(msgspec.Struct):
    """Something that takes bytes of others."""

    decode: Callable[[bytes], Any]
    seeds: list[bytes]
    refusals: tuple[type[Exception], ...] = (ProtocolError,)


# Frames and blocks


def frames_in(data: bytes) -> list[Frame]:
    """The frames in some bytes, up to a breach."""
    reader = FrameReader(LIMIT_BYTES)
    frames: list[Frame] = []
    while data:
        buffer = reader.buffer()
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        frames += reader.received(size)
        data = data[size:]
    assert reader.error is None or isinstance(reader.error, ProtocolError)
    assert all(len(frame.body) <= LIMIT_BYTES for frame in frames)
    return frames


def converse(data: bytes) -> None:
    for table in (SERVER_RECEIVES, CLIENT_RECEIVES):
        conversation = Conversation(table)
        for frame in frames_in(data):
            conversation.receive(frame.kind)


def look_into_blocks(data: bytes) -> None:
    """All that a server and a reader do with a block."""
    for frame in frames_in(data):
        block = Block.received(frame, limit_bytes=LIMIT_BYTES)
        for whole in (block, block.plain()):
            assert len(whole.head(3)) == 40
            assert len(whole.times_ns()) == len(whole.sequences) == whole.count
            half = whole.cut(range(0, whole.count, 2))
            assert half.sequences == whole.sequences[::2]
            assert whole.span_bytes(0, whole.count) <= len(whole.body)
            if whole.codec == CodecNumber.SAMPLES and not whole.enveloped:
                Folder(LAYOUT).fold(whole, 3, None)
            decode_block(whole, LAYOUT, ())


def publish(data: bytes) -> None:
    """Give a writer's frames to its channel."""
    for shared in (False, True):
        spec = checked_spec("x", shared=shared, compression="gzip")
        channel = Channel(5, spec, owner=1, origin=1)
        slot = channel.add_writer(1)
        for frame in frames_in(data):
            channel.publish(slot, frame)


def inflated(name: str) -> Decoder:
    def decode(data: bytes) -> None:
        claimed = int.from_bytes(data[:4], "little") % LIMIT_BYTES
        inflate(claimed.to_bytes(4, "little") + data[4:], COMPRESSION_FLAGS[name])

    plain = (b"x" * 999, bytes(range(256)) * 2, bytes(60_000))
    return Decoder(decode, [b"".join(Compressor(name).packed([body])[1]) for body in plain])


def message(kind: Any, number: Kind) -> Decoder:
    def decode(data: bytes) -> None:
        found = messages.decode(kind, data)
        assert messages.decode(kind, messages.encode(found)) == found

    return Decoder(decode, bodies(number))


def wire() -> Iterator[tuple[str, Decoder]]:
    yield "framing", Decoder(frames_in, list(FRAMES.values()), ())
    yield "conversation", Decoder(converse, list(FRAMES.values()))
    yield "blocks", Decoder(look_into_blocks, DATA, (ProtocolError, InvalidValue))
    yield "publishing", Decoder(publish, DATA)
    yield "gzip", inflated("gzip")
    yield "zstd", inflated("zstd")
    yield "HELLO", message(messages.Hello, Kind.HELLO)
    yield "CHALLENGE", message(messages.Challenge, Kind.CHALLENGE)
    yield "PROOF", message(messages.Proof, Kind.PROOF)
    yield "WELCOME", message(messages.Welcome, Kind.WELCOME)
    yield "DEMAND", message(messages.DemandNotice, Kind.DEMAND)
    yield "LOST", message(messages.LostNotice, Kind.LOST)
    yield "END", message(messages.EndNotice, Kind.END)
    yield "GOODBYE", message(messages.Goodbye, Kind.GOODBYE)


# Values


def payloads() -> Iterator[tuple[str, Decoder]]:
    dtypes = ["f8", ">M8[25s]", "U3,i4", "V0", [("a", "i1"), ("b", "f8", (2, 3))]]
    described = [objects.encode(arrays.describe_dtype(np.dtype(dtype))) for dtype in dtypes]
    encoded = [
        b"".join(arrays.encode_array(np.zeros(shape, dtype)))
        for dtype in dtypes[:4]
        for shape in ((), (0,), (2, 3))
    ]
    yield "a value", Decoder(objects.decode, VALUES)
    pairs = [one + other for one in VALUES for other in VALUES[::5]]
    yield "two values", Decoder(lambda data: objects.decode_run(data, 2), pairs)
    yield "an array", Decoder(arrays.decode_array, encoded)
    yield "a dtype", again(arrays.parse_dtype, *described)
    yield "a dtype of samples", again(arrays.sample_dtype, *described, refusal=InvalidValue)


def again(
    take: Callable[[Any], Any], *seeds: bytes, refusal: type[Exception] = ProtocolError
) -> Decoder:
    """Something that takes what has been decoded once already."""
    return Decoder(lambda data: take(objects.decode(data)), [*seeds], (ProtocolError, refusal))


# Calls


def arguments(take: Callable[..., Any], **valid: Any) -> Decoder:
    """Something that takes the keyword arguments of a call."""

    def decode(data: bytes) -> None:
        match objects.decode(data):
            case dict(given) if all(type(name) is str for name in given):
                known = {name: value for name, value in given.items() if name in valid}
                take(**known)

    return Decoder(decode, [objects.encode(valid)], (ProtocolError, InvalidValue))


def pieces(size: int) -> bytes:
    """The headers of the pieces of one body."""
    starts = range(0, size, PIECE_BYTES)
    facts = {"flags": int(Flag.PIECE), "sequence": 7, "count": size}
    return b"".join(
        header(Kind.RESULT, min(PIECE_BYTES, size - start), **facts, stride=start)
        for start in starts
    )


def put_together(headers: bytes) -> None:
    assemblies = Assemblies[int](lambda call, granted: None)
    for start in range(0, len(headers) - HEADER_BYTES + 1, HEADER_BYTES):
        size, *facts = HEADER.unpack_from(headers, start)
        frame = Frame(*facts, bytes(min(size, PIECE_BYTES)))
        assemblies.add(frame.sequence, frame, limit_bytes=200_000)


def calls() -> Iterator[tuple[str, Decoder]]:
    bare = encode_call("calc.add", [1, {2: (3,)}], {"c": np.arange(3)})
    yield "a call", Decoder(decode_call, [bare, *bodies(Kind.CALL)])
    yield "the path of a call", Decoder(read_path, [bare, *bodies(Kind.CALL)])
    yield (
        "a failure",
        Decoder(lambda data: failure_to_error(decode_failure(data)), bodies(Kind.FAILURE)),
    )
    description = objects.encode({"target": "x", "methods": [METHOD]})
    yield "a description", again(description_from_wire, description)
    yield "pieces of a body", Decoder(put_together, [pieces(150_000), pieces(66_000)])
    yield "parameters of a reader", arguments(checked_parameters, **PARAMETERS)
    yield "wishes for a channel", arguments(lambda **info: checked_spec(**INFO | info), **INFO)
    reply = {"number": 5, "info": INFO, "origin": 3, "first": 0, "demand_number": 1}
    reply["demand"] = {"state": "active", "every": 2}
    for kind in (ReaderReply, WriterReply):
        yield (
            f"a {kind.__name__}",
            again(lambda data, kind=kind: checked(data, kind), objects.encode(reply)),
        )
    infos = objects.encode([INFO])
    yield "channels", again(lambda data: checked(data, list[ChannelInfo]), infos)


# Texts


def text(take: Callable[[str], Any], *seeds: str, refusals: tuple[type[Exception], ...]) -> Decoder:
    def decode(data: bytes) -> None:
        take(data.decode("utf-8", "surrogateescape"))

    return Decoder(decode, [seed.encode() for seed in seeds], refusals)


def prover() -> ServerProof:
    return ServerProof(lambda user: VERIFIER if user == "" else None)


def take_proof(final: str) -> None:
    proof = prover()
    proof.challenge(SCRAM["hello"])
    proof.final(final)


def answer(challenge: str) -> None:
    proof = ClientProof("pencil")
    nonce = proof.first().rpartition("r=")[2]
    proof.answer(challenge.replace(SCRAM["client_nonce"], nonce))


ANSWERED = ClientProof("pencil")
ANSWERED.answer(f"r={ANSWERED.first().rpartition('r=')[2]}x,s={'QUJD' * 4},i=4096")


def take_final(final: str) -> None:
    copy.deepcopy(ANSWERED).check(final)


def take_key(answer: str) -> None:
    challenges = Challenges()
    challenge = challenges.begin("x", SCRAM["hello"], 0.0)
    nonce = challenge.partition(",")[0].removeprefix("r=")
    answer = answer.replace(SCRAM["client_nonce"] + SCRAM["server_nonce"], nonce)
    challenges.proof("x", answer, 1.0).fits(VERIFIER)


def texts() -> Iterator[tuple[str, Decoder]]:
    failed = {"refusals": (AuthenticationFailed,)}
    yield "a first SCRAM", text(lambda first: prover().challenge(first), SCRAM["hello"], **failed)
    yield "a challenge", text(answer, SCRAM["challenge"], **failed)
    yield "a proof", text(take_proof, SCRAM["proof"], **failed)
    yield "a first SCRAM of a key", text(lambda t: KeyChallenge("x", t), SCRAM["hello"], **failed)
    yield "a proof of a key", text(take_key, SCRAM["proof"], **failed)
    yield "a last SCRAM", text(take_final, SCRAM["welcome"], **failed)
    names = {"refusals": (InvalidValue, LimitExceeded)}
    yield (
        "a channel's name",
        text(lambda name: check_channel_name(name, limit_bytes=99), "rig1/adc/ai0", "ä/x", **names),
    )
    yield (
        "a client's name",
        text(lambda name: check_client_name(name, limit_bytes=99), "daq", "pc@host-1", **names),
    )
    yield "an address", text(Address.parse, "127.0.0.1:50012", "[::1]:5", "host", **names)


DECODERS = dict((*wire(), *payloads(), *calls(), *texts()))
NEVER_RIGHT = ("a proof", "a last SCRAM")  # each exchange has nonces of its own


def refuses(decoder: Decoder, data: bytes) -> bool:
    try:
        decoder.decode(data)
    except decoder.refusals:
        return True
    return False


@pytest.mark.parametrize("name", DECODERS)
def test_what_is_valid_is_taken(name: str) -> None:
    decoder = DECODERS[name]
    assert all(refuses(decoder, seed) for seed in decoder.seeds) is (name in NEVER_RIGHT)


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_junk_makes_sense_or_is_refused_as_documented(name: str, seed: int) -> None:
    decoder, chance = DECODERS[name], random.Random(seed)
    for _ in range(PIECES):
        junk = mutated(decoder.seeds, chance)
        started_s = time.process_time()
        refuses(decoder, junk)
        assert time.process_time() - started_s < MOST_S, junk


@pytest.mark.parametrize("name", DECODERS)
def test_junk_takes_little_memory(name: str) -> None:
    decoder, chance = DECODERS[name], random.Random(name)
    tracemalloc.start()
    try:
        for _ in range(100):
            junk = mutated(decoder.seeds, chance)
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            refuses(decoder, junk)
            _, peak = tracemalloc.get_traced_memory()
            assert peak - before < MOST_BYTES, junk
    finally:
        tracemalloc.stop()
