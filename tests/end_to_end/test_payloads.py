"""What goes in comes out: each codec, plain and compressed, through a server, by both faces."""

from __future__ import annotations

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import stream_core as sc
from tests.payloads import assert_same

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
PATIENCE_S = 10
TRUSTED = ("pickle", "marshal")
LONG = "long enough to be compressed " * 20
POINT = np.dtype({"names": ["x", "t"], "formats": [">f4", "<M8[ns]"], "offsets": [4, 8]})
NESTED = np.dtype([("name", "U3"), ("points", POINT, (2, 2)), ("ok", "?")])

OBJECTS: list[Any] = [
    None, True, 0, -(2**63), 2**64, -(2**700), 1.5, -0.0, float("nan"), float("-inf"), 1 - 2j, "",
    "ä\0\ud800", b"\0\xff", LONG, [], (), {}, set(), [1, (2, [{3: {4, (5, b"6")}}])],
    {(1, "a"): [2.5], None: {"b": (True, 1j)}, 2**90: {np.float32(1.5)}},
    datetime(2026, 10, 25, 2, 30, 0, 7, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
    datetime(1, 1, 1), datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(minutes=-90), "ship")),
    np.int8(-1), np.uint64(2**64 - 1), np.float16(0.1), np.longdouble("1.1"), np.complex64(1j),
    np.bool(True), np.str_("text"), np.bytes_(b"nul\0"), np.void(b"raw"), np.timedelta64(5, "25s"),
    np.datetime64("NaT", "us"), np.zeros((), NESTED)[()], {"image": [np.arange(6).reshape(2, 3).T]},
]  # fmt: skip
ARRAYS: list[Any] = [
    np.array(5), np.zeros((0, 3)), np.zeros((3, 0), ">i2"), np.arange(12.0).reshape(3, 4),
    np.asfortranarray(np.arange(12).reshape(3, 4)), np.arange(9)[::-2], np.arange(24)[2::3],
    np.broadcast_to(np.float32(2), (3, 2)), np.array([True, False]), np.array([0.1], "e"),
    np.array(["a", "längere"]), np.array([b"x", b"yz\0"]), np.array([1, -2], ">i8"),
    np.array([1 + 2j], ">c8"), np.array(["2026-01-01", "NaT"], "M8[ms]"), np.array([7], "m8[3D]"),
    np.array([b"ab"], "V5"), np.zeros(2, NESTED), np.zeros(3, POINT), np.zeros(2, "V0"),
    np.zeros((50, 40), "u2"), np.frombuffer(bytes(range(16)), "<u4"), np.array([1.1], "g"),
]  # fmt: skip
RAW: list[Any] = [b"", b"one", bytes(range(256)) * 3, bytes(5000)]
VALUES: dict[str, list[Any]] = {
    "raw": RAW,
    "object": OBJECTS,
    "array": ARRAYS,
    "pickle": [*OBJECTS[:20], Decimal("1.10"), frozenset({1}), range(9), OrderedDict(a=1)],
    "marshal": [*OBJECTS[:20], frozenset({1}), ...],
}
SAMPLES: list[tuple[Any, tuple[int, ...]]] = [
    ("float64", ()), (">f4", ()), ("bool", ()), ("e", (3,)), ("G", ()), ("u1", (40, 30)),
    (">i8", (2,)), ("U5", ()), ("S3", (2,)), ("M8[ns]", ()), ("m8[s]", (2,)), (NESTED, ()),
]  # fmt: skip


async def by_tasks(address: str, items: Any, **wishes: Any) -> Any:
    """Send items on a channel of these wishes, and take them again."""
    async with (
        sc.Client("writer", address) as daq,
        sc.Client("reader", address, trusted_codecs=TRUSTED) as pc,
    ):
        writer = await daq.create_channel("x", **wishes)
        reader = await pc.subscribe("x", buffer_size=None)
        if wishes["codec"] == "samples":
            assert await writer.send_samples(items)
            return (await reader.get_block(PATIENCE_S)).values
        for item in items:
            assert await writer.send(item)
        return [await reader.get(PATIENCE_S) for _ in items]


def by_threads(address: str, items: Any, **wishes: Any) -> Any:
    """The same by the blocking face."""
    with (
        sc.blocking.Client("writer", address) as daq,
        sc.blocking.Client("reader", address, trusted_codecs=TRUSTED) as pc,
    ):
        writer = daq.create_channel("x", **wishes)
        reader = pc.subscribe("x", buffer_size=None)
        if wishes["codec"] == "samples":
            assert writer.send_samples(items)
            return reader.get_block(PATIENCE_S).values
        for item in items:
            assert writer.send(item)
        return [reader.get(PATIENCE_S) for _ in items]


async def in_a_thread(*args: Any, **wishes: Any) -> Any:
    return await asyncio.to_thread(by_threads, *args, **wishes)


@pytest.mark.parametrize("exchange", [by_tasks, in_a_thread], ids=["asyncio", "blocking"])
@pytest.mark.parametrize("compression", [None, *sc.Compression])
@pytest.mark.parametrize("codec", sc.Codec)
async def test_what_goes_in_comes_out(
    server: sc.Server, codec: sc.Codec, compression: str | None, exchange: Any
) -> None:
    wishes = {"codec": codec, "compression": compression}
    if codec is not sc.Codec.SAMPLES:
        assert_same(await exchange(server.address, VALUES[codec], **wishes), VALUES[codec])
        return
    for dtype, shape in SAMPLES:
        rows = np.zeros((50, *shape), dtype)
        rows[::3] = np.ones((), "u1").astype(dtype) if rows.dtype.names is None else rows[0]
        found = await exchange(server.address, rows, dtype=dtype, shape=shape, **wishes)
        assert_same(found, rows)


@pytest.mark.parametrize("codec", TRUSTED)
async def test_code_is_taken_from_nobody_unless_that_is_allowed(
    server: sc.Server, connect: Connect, codec: str
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    await daq.create_channel("x", codec=codec)
    with pytest.raises(sc.InvalidValue, match=f"trusted_codecs=.'{codec}',."):
        await pc.subscribe("x")

    def by_blocking() -> None:
        with (
            sc.blocking.Client("other", server.address) as other,
            pytest.raises(sc.InvalidValue, match=f"trusted_codecs=.'{codec}',."),
        ):
            other.subscribe("x")

    await asyncio.to_thread(by_blocking)


async def test_who_cannot_make_a_channel_plain_is_told_so_at_once(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    daq, pc = await connect("daq"), await connect("pc")
    writer = await daq.create_channel("x", compression="zstd")
    for module in ("backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(sc.InvalidValue, match="pip install"):
        await pc.subscribe("x")
    with pytest.raises(sc.InvalidValue, match="pip install"):
        await pc.create_channel("y", compression="zstd")
    await until(lambda: not writer.active)


@pytest.mark.parametrize("face", [sc.Client, sc.blocking.Client], ids=["asyncio", "blocking"])
@pytest.mark.parametrize("code", ["pickle", "marshal", "object", ""])
async def test_only_codes_that_are_known_can_be_trusted(face: Any, code: str) -> None:
    if code in TRUSTED:
        face(trusted_codecs=(code,))
    else:
        with pytest.raises(sc.InvalidValue, match="neither 'pickle' nor 'marshal'"):
            face(trusted_codecs=(code,))


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"compression": "lzma"}, "'gzip', 'zstd'"),
        ({"dtype": str}, "give a length"),
        ({"dtype": "V0"}, "give a length"),
        ({"dtype": np.dtype(("f8", (2, 3)))}, r"shape=\(2, 3\)"),
    ],
)
async def test_channels_that_no_item_would_fit_are_refused(
    connect: Connect, wishes: dict[str, Any], words: str
) -> None:
    daq = await connect("daq")
    with pytest.raises(sc.InvalidValue, match=words):
        await daq.create_channel("x", **wishes)


@pytest.mark.parametrize("compression", sc.Compression)
async def test_parts_of_compressed_blocks_come_out_like_any(
    connect: Connect, compression: str
) -> None:
    daq, pc, display = [await connect(name) for name in ("daq", "pc", "display")]
    wishes = {"dtype": "int32", "rate_hz": 1000, "compression": compression, "history": 25}
    writer = await daq.create_channel("x", **wishes)
    values = np.arange(3000, dtype="i4") % 50
    await writer.send_samples(values[:90])
    await writer.flush()
    whole, third = await pc.subscribe("x"), await pc.subscribe("x", every=3)
    bins = await display.subscribe("x", envelope=30)
    late = await display.subscribe("x", history=20, buffer_size=4, overflow="wait")
    for start in range(90, 3000, 970):
        await writer.send_samples(values[start : start + 970])
    assert np.array_equal(await whole.read_array(2910), values[90:])
    assert np.array_equal(await third.read_array(970), values[90::3])
    folded = values[90:].reshape(-1, 30)
    assert np.array_equal(await bins.read_array(97), np.stack([folded.min(1), folded.max(1)], 1))
    assert np.array_equal(await late.read_array(2930), values[70:])
    assert whole.lost == third.lost == bins.lost == late.lost == 0
    statistics = {entry.name: entry for entry in (await pc.statistics()).clients}
    assert statistics["daq"].bytes_in < 3 * values.nbytes / 4
