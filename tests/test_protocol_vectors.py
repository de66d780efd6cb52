"""The frames that docs/protocol-vectors.json shows are those that the library reads and writes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from stream_core.rpc import decode_failure, encode_call, encode_failure
from stream_core.rpc.bodies import decode_call
from stream_core.rpc.call_blocks import CallBlock, is_block, singles
from stream_core.rpc.failures import Failure
from stream_core.values import Compression
from stream_core.wire import messages, objects
from stream_core.wire.arrays import sample_dtype
from stream_core.wire.batches import Batch, ItemBatch, ObjectBatch, Packed, SamplesBatch
from stream_core.wire.blocks import Block
from stream_core.wire.compression import COMPRESSION_FLAGS, Compressor, plain_size
from stream_core.wire.conversation import CLIENT_RECEIVES, SERVER_RECEIVES, Phase
from stream_core.wire.envelopes import Folder
from stream_core.wire.framing import Frame, FrameReader
from stream_core.wire.header import HEADER, HEADER_BYTES, CodecNumber, Flag, Kind, header
from stream_core.wire.items import Layout, decode_block

PAGES = Path(__file__).parent.parent / "docs"
VECTORS: dict[str, Any] = json.loads((PAGES / "protocol-vectors.json").read_text("utf-8"))
FRAMES: list[dict[str, Any]] = VECTORS["frames"]
COMPRESSED = int(Flag.GZIP | Flag.ZSTD)
PLAIN = [entry for entry in FRAMES if not entry["header"]["flags"] & COMPRESSED]
SMALLER = [entry for entry in FRAMES if entry not in PLAIN]

Facts = dict[str, Any]

STRUCTS: dict[int, type[msgspec.Struct]] = {
    Kind.HELLO: messages.Hello,
    Kind.CHALLENGE: messages.Challenge,
    Kind.PROOF: messages.Proof,
    Kind.WELCOME: messages.Welcome,
    Kind.DEMAND: messages.DemandNotice,
    Kind.LOST: messages.LostNotice,
    Kind.END: messages.EndNotice,
    Kind.GOODBYE: messages.Goodbye,
}
VALUES = {Kind.RESULT, Kind.PROGRESS}
NAMES = {
    "np": np,
    "datetime": datetime,
    "timedelta": timedelta,
    "timezone": timezone,
    "ZoneInfo": ZoneInfo,
}


def frame_of(data: bytes) -> Frame:
    """The one frame in some bytes."""
    reader = FrameReader(1 << 20)
    frames: list[Frame] = []
    for byte in data:  # one by one: as a slow link brings them
        reader.buffer()[0] = byte
        frames += reader.received(1)
    assert reader.error is None
    [frame] = frames
    return frame


def shown(value: Any) -> Any:
    """A value as JSON has it: bytes as hex, an array as its type, shape and elements."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, tuple):
        return {"tuple": [shown(member) for member in value]}
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "shape": list(value.shape), "values": value.tolist()}
    if isinstance(value, list):
        return [shown(member) for member in value]
    if isinstance(value, dict):
        return {key: shown(member) for key, member in value.items()}
    return value


def meant(value: Any) -> Any:
    """The value that `shown` shows."""
    if isinstance(value, list):
        return [meant(member) for member in value]
    if isinstance(value, dict) and value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    if isinstance(value, dict) and value.keys() == {"tuple"}:
        return tuple(map(meant, value["tuple"]))
    if isinstance(value, dict) and value.keys() == {"dtype", "shape", "values"}:
        return np.array(value["values"], value["dtype"]).reshape(value["shape"])
    if isinstance(value, dict):
        return {key: meant(member) for key, member in value.items()}
    return value


# What the library reads in a body


def read(frame: Frame, body: Facts) -> Facts:
    kind = frame.kind
    if not frame.body:
        return {}
    if kind == Kind.DATA:
        return read_block(frame, body)
    if kind in STRUCTS:
        return plain(messages.decode(STRUCTS[kind], frame.body))  # type: ignore[type-var]
    if is_block(frame):
        parts = [read(single, body) for single in singles(frame)]
        if kind == Kind.CALL:
            return {"calls": parts}
        return {"values": [part["value"] for part in parts]}
    if kind == Kind.CALL:
        method, args, kwargs = decode_call(frame.body)
        return {"method": method, "args": shown(args), "kwargs": shown(kwargs)}
    if frame.flags & Flag.PIECE:
        return {"part": shown(bytes(frame.body))}
    if kind in VALUES:
        return {"value": shown(objects.decode(frame.body))}
    if kind == Kind.FAILURE:
        return plain(decode_failure(frame.body))
    assert kind == Kind.NAME
    return {"name": bytes(frame.body).decode()}


def plain(message: msgspec.Struct) -> Facts:
    """A message's fields as JSON has them."""
    fields: Facts = msgspec.json.decode(msgspec.json.encode(message))
    return fields


def read_block(frame: Frame, body: Facts) -> Facts:
    block = Block.received(frame)
    layout = None
    found: Facts = {}
    if "dtype" in body:  # the channel's, not the frame's
        known = ("dtype", "shape", "samples", "width")
        found = {name: body[name] for name in known if name in body}
        layout = Layout(sample_dtype(body["dtype"]), tuple(body["shape"]))
    values = decode_block(block, layout, ())
    times = {"times_ns": list(block.times_ns()), "sequences": list(block.sequences)}
    return found | times | {"values": values.tolist() if layout else shown(values)}


# What the library writes


def written(facts: Facts, body: Facts) -> bytes:
    kind = facts["kind"]
    if kind == Kind.DATA and body:
        packed = packed_block(facts, body)
        assert packed.flags == facts["flags"] & (Flag.TIMES | Flag.INTERVAL | Flag.ENVELOPE)
        assert (packed.codec, packed.count) == (facts["codec"], facts["count"])
        assert packed.time_ns == facts["time_ns"]
        return b"".join(packed.parts)
    if kind in STRUCTS and body:
        return messages.encode(msgspec.convert(body, STRUCTS[kind]))
    if "calls" in body or (kind in VALUES and "values" in body):
        return block_of(facts, body)
    if kind == Kind.CALL:
        return encode_call(body["method"], meant(body["args"]), meant(body["kwargs"]))
    if facts["flags"] & Flag.PIECE and body:
        return bytes(meant(body["part"]))
    if kind in VALUES and body:
        return objects.encode(meant(body["value"]))
    if kind == Kind.FAILURE:
        return encode_failure(Failure(**body))
    if kind == Kind.NAME:
        return str(body["name"]).encode()
    return b""


def block_of(facts: Facts, body: Facts) -> bytes:
    bodies = [objects.encode(meant(value)) for value in body.get("values", ())]
    bodies += [written({"kind": Kind.CALL, "flags": 0}, call) for call in body.get("calls", ())]
    block = CallBlock(facts["kind"], facts["address"], facts["sequence"], 0, bodies[0])
    for each in bodies[1:]:
        block.add(each)
    return block.seal()[HEADER_BYTES:]


def packed_block(facts: Facts, body: Facts) -> Packed:
    codec = CodecNumber(facts["codec"])
    times = body["times_ns"]
    if facts["flags"] & Flag.ENVELOPE:
        return packed_envelopes(facts, body)
    if codec is CodecNumber.SAMPLES:
        return packed_samples(facts, body)
    batch: Batch = ObjectBatch() if codec is CodecNumber.OBJECT else ItemBatch(codec)
    for value, time_ns in zip(meant(body["values"]), times, strict=True):
        batch.add(value, time_ns)
    return batch.pack()


def packed_samples(facts: Facts, body: Facts) -> Packed:
    batch = SamplesBatch(sample_dtype(body["dtype"]), tuple(body["shape"]))
    times = body["times_ns"]
    if facts["flags"] & Flag.INTERVAL:
        rows = np.array(body["values"], body["dtype"])
        batch.add_rows(rows, times[0], times[1] - times[0])
    else:
        for value, time_ns in zip(body["values"], times, strict=True):
            batch.add(value, time_ns)
    return batch.pack()


def packed_envelopes(facts: Facts, body: Facts) -> Packed:
    """What the server makes of the samples that the vector shows."""
    layout = Layout(sample_dtype(body["dtype"]), tuple(body["shape"]))
    batch = SamplesBatch(layout.dtype, layout.shape)
    rows = np.array(body["samples"]["values"], body["dtype"])
    first, interval_ns = body["samples"]["first"], body["samples"]["interval_ns"]
    batch.add_rows(rows, facts["time_ns"], interval_ns)
    plain = batch.pack()
    block = Block(
        plain.codec, plain.flags, 7, len(rows), 1, first, plain.time_ns, b"".join(plain.parts)
    )
    folder = Folder(layout)
    fold = folder.fold(block, body["width"], None)
    [made] = fold.closed
    assert (made.first, made.stride) == (facts["sequence"], facts["stride"])
    return Packed(made.codec, made.flags, made.count, made.time_ns, [made.body], made.size_bytes)


def built(entry: Facts) -> bytes:
    """The frame, made from its facts by the library."""
    facts = entry["header"]
    body = written(facts, entry["body"])
    return header(facts["kind"], len(body), **named(facts)) + body


def named(facts: Facts) -> Facts:
    """What `header` takes by name."""
    return {name: value for name, value in facts.items() if name not in ("kind", "length")}


# The tests


@pytest.mark.parametrize("entry", FRAMES, ids=[entry["name"] for entry in FRAMES])
def test_a_frame_is_read_as_the_page_says(entry: Facts) -> None:
    data = bytes.fromhex(entry["hex"])
    names = ("length", "kind", "codec", "flags", "address", "source", "count", "stride")
    found = dict(zip((*names, "sequence", "time_ns"), HEADER.unpack_from(data), strict=True))
    assert found == entry["header"]
    assert found["length"] == len(data) - HEADER_BYTES
    assert read(frame_of(data), entry["body"]) == entry["body"]


@pytest.mark.parametrize("entry", PLAIN, ids=[entry["name"] for entry in PLAIN])
def test_a_frame_is_written_as_the_page_says(entry: Facts) -> None:
    assert built(entry).hex() == entry["hex"].replace(" ", "")


@pytest.mark.parametrize("entry", SMALLER, ids=[entry["name"] for entry in SMALLER])
def test_a_body_is_compressed_as_the_page_says(entry: Facts) -> None:
    """Not to the byte: what a compressor makes differs from one version of it to the next."""
    facts = entry["header"]
    body = bytes.fromhex(entry["hex"])[HEADER_BYTES:]
    packed = packed_block(facts, entry["body"])
    name = next(each for each in Compression if COMPRESSION_FLAGS[each] & facts["flags"])
    flag, parts = Compressor(name).packed(packed.parts)
    assert flag | packed.flags == facts["flags"]
    ours = b"".join(parts)
    assert plain_size(ours) == plain_size(body) == len(b"".join(packed.parts))
    for each in (ours, body):
        head = header(facts["kind"], len(each), **named(facts))
        assert Block.received(frame_of(head + each)).plain().body == b"".join(packed.parts)


def test_every_kind_is_shown_from_every_side_that_may_send_it() -> None:
    shown_kinds = {(entry["from"], entry["header"]["kind"]) for entry in FRAMES}
    greeting = {("client", kind) for kind in (Kind.HELLO, Kind.PROOF)}
    greeting |= {("server", kind) for kind in (Kind.CHALLENGE, Kind.WELCOME)}
    to_server = {("client", Kind(kind)) for kind in SERVER_RECEIVES[Phase.OPEN]}
    to_client = {("server", Kind(kind)) for kind in CLIENT_RECEIVES[Phase.OPEN]}
    assert shown_kinds == greeting | to_server | to_client


@pytest.mark.parametrize("entry", VECTORS["values"], ids=lambda entry: entry["python"])
def test_a_value_is_encoded_as_the_page_says(entry: Facts) -> None:
    value = eval(entry["python"], dict(NAMES))
    encoded = bytes.fromhex(entry["hex"])
    assert objects.encode(value).hex() == encoded.hex()
    back = objects.decode(encoded)
    assert type(back) is type(value)
    assert repr(back) == repr(value)


def test_the_page_has_the_numbers_of_the_wire(repository: Path) -> None:
    pages = ("docs/protocol.md", "docs/payloads.md")
    page = "".join((repository / name).read_text("utf-8") for name in pages)
    rows = [
        *((kind.name, kind.value) for kind in Kind),
        *((codec.name.lower(), codec.value) for codec in CodecNumber if codec),
    ]
    for name, number in rows:
        assert f"| {name} | {number} |" in page, name
    for flag in Flag:
        assert f"| {flag.name} | {flag.value} |" in page, flag
