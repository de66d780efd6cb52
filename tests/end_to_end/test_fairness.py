"""What shares a link with something large: counted in bytes through a link of bounded rate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import numpy as np
import pytest

import stream_core as sc
from stream_core.server import pacing
from stream_core.server.pacing import FLOOR_BYTES
from tests.end_to_end.paced_link import PacedLink

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]

pytestmark = pytest.mark.calm  # its own link has its own rate

PIECE_BYTES = 64 * 1024
LARGE = 100_000_000
MILLISECONDS_BYTES = FLOOR_BYTES + 4 * PIECE_BYTES
"""The window of a slow link, and two turns; of 100 MB/s it is 4 ms."""


class Rig(sc.Client):
    def rpc_large(self, size: int) -> bytes:
        return bytes(size)

    def rpc_images(self, size: int, count: int) -> Iterator[np.ndarray]:
        for number in range(count):
            yield np.full(size, number, "u1")

    async def rpc_size(self, data: bytes) -> int:
        return len(data)

    def rpc_add(self, a: int, b: int) -> int:
        return a + b

    async def rpc_report(self, size: int) -> str:
        for number in range(3):
            sc.current_call().progress(np.full(size, number, "u1"))
        return "done"


@pytest.fixture(autouse=True)
def _slow_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server sends no further ahead than on a slow link, however fast the test runs."""
    monkeypatch.setattr(pacing, "CEILING_BYTES", FLOOR_BYTES)


@pytest.fixture
async def rig(server: sc.Server) -> AsyncIterator[Rig]:
    async with Rig("rig", server.address) as rig:
        yield rig


@pytest.fixture
async def down(server: sc.Server) -> AsyncIterator[PacedLink]:
    """A link whose way from the server waits."""
    async with PacedLink(server.address) as link:
        yield link


@pytest.fixture
async def up(server: sc.Server) -> AsyncIterator[PacedLink]:
    """A link whose way to the server waits."""
    async with PacedLink(server.address, up=True) as link:
        yield link


def holds_nothing(*clients: sc.Client) -> bool:
    """Whether no client holds anything of a large body, on its way out or in."""
    all_calls = [client._session._calls for client in clients if client._session]
    return all(
        not calls._large
        and not calls._pending._assemblies
        and not calls._dispatcher._arguments
        and not calls._dispatcher._live
        for calls in all_calls
    )


def waits_at(server: sc.Server, name: str) -> int:
    """Bytes of large bodies that wait at the server for a client."""
    assert server._services is not None
    return server._services.sessions.named(name).delivery._parcels.waiting_bytes


# The caller's other streams


async def test_a_large_result_delays_a_thermometer_by_milliseconds(
    connect: Connect, rig: Rig, down: PacedLink
) -> None:
    lab, pc = await connect("lab"), await connect("pc", address=down.address)
    celsius = await lab.create_channel("celsius", dtype="f8")
    thermometer = await pc.subscribe("celsius")
    remote = await pc.remote("rig")
    down.stop()
    call = remote.large(LARGE, tto=None)
    await down.pass_until(lambda: down.passed > 1_000_000)
    for number in range(20):
        await celsius.send(float(number))
        await celsius.flush()
        waited = await down.pass_until(lambda: len(thermometer) > 0)
        assert waited < MILLISECONDS_BYTES
        assert await thermometer.get() == number
    assert not call.done()
    down.go_on()
    assert len(await call) == LARGE


async def test_other_calls_pass_a_large_result(connect: Connect, rig: Rig, down: PacedLink) -> None:
    pc = await connect("pc", address=down.address)
    remote = await pc.remote("rig")
    down.stop()
    large = remote.large(LARGE, tto=None)
    await down.pass_until(lambda: down.passed > 1_000_000)
    for number in range(10):
        call = remote.add(number, 1)
        # the link goes on passing while a thread of the target executes the call
        assert await down.pass_until(call.done) < 4 * MILLISECONDS_BYTES
        assert await call == number + 1
    assert not large.done()
    large.cancel()


async def test_large_results_take_turns(connect: Connect, rig: Rig, down: PacedLink) -> None:
    pc = await connect("pc", address=down.address)
    remote = await pc.remote("rig")
    down.stop()
    largest = remote.large(LARGE, tto=None)
    await down.pass_until(lambda: down.passed > 1_000_000)
    smaller = remote.large(2_000_000, tto=None)
    assert await down.pass_until(smaller.done) < 2 * 2_000_000 + 2_000_000
    assert not largest.done()
    largest.cancel()


# The target's other streams


async def test_the_targets_own_writers_do_not_wait_for_its_result(
    connect: Connect, server: sc.Server, up: PacedLink
) -> None:
    async with Rig("rig", up.address) as rig:
        pc = await connect("pc")
        celsius = await rig.create_channel("celsius", dtype="f8")
        thermometer = await pc.subscribe("celsius")
        remote = await pc.remote("rig")
        up.stop()
        call = remote.large(LARGE, tto=None)
        await up.pass_until(lambda: up.passed > 1_000_000)
        for number in range(10):
            assert celsius.send_nowait(float(number))
            waited = await up.pass_until(lambda: len(thermometer) > 0)
            assert waited < 24 * PIECE_BYTES  # a window of pieces, and what the link holds
            assert await thermometer.get() == number
        other = remote.add(1, 2)
        assert await up.pass_until(other.done) < 24 * PIECE_BYTES
        assert not call.done()
        up.go_on()
        assert len(await call) == LARGE


async def test_the_end_of_a_channel_overtakes_none_of_its_items_between_the_pieces(
    connect: Connect, server: sc.Server, up: PacedLink
) -> None:
    async with Rig("rig", up.address) as rig:
        pc = await connect("pc")
        remote = await pc.remote("rig")
        call = remote.large(LARGE, tto=None)
        await up.pass_until(lambda: up.passed > 1_000_000)
        for number in range(10):
            writer = await passing(up, rig.create_channel("x"))
            reader = await passing(up, pc.subscribe("x", buffer_size=None))
            for value in range(5):
                assert await writer.send((number, value))
            await passing(up, writer.close() if number % 2 else rig.delete_channel("x"))
            assert [value async for value in reader] == [(number, value) for value in range(5)]
        assert not call.done()
        call.cancel()
        up.go_on()


async def passing(link: PacedLink, wanted: Coroutine[Any, Any, Any]) -> Any:
    """What comes of it while the link passes what it must."""
    task = asyncio.create_task(wanted)
    await link.pass_until(task.done)
    return await task


async def test_a_writer_that_fills_the_link_does_not_starve_the_result(
    connect: Connect, server: sc.Server, up: PacedLink
) -> None:
    async with Rig("rig", up.address) as rig:
        pc, sink = await connect("pc"), await connect("sink")
        camera = await rig.create_channel("camera")
        await sink.subscribe("camera", buffer_size=1)
        remote = await pc.remote("rig")

        async def film() -> None:
            while True:
                await camera.send(bytes(50_000))

        up.stop()
        filming = asyncio.create_task(film())
        await up.pass_until(lambda: up.passed > 1_000_000)
        call = remote.large(2_000_000, tto=None)
        # At least half a window goes with each filling of the outbox and the sockets' buffers.
        assert await up.pass_until(call.done) < 4 * 12_000_000
        filming.cancel()
        up.go_on()


# A caller that is slow, stuck, or goes


async def test_a_stuck_caller_costs_the_server_a_window_and_delays_nobody(
    connect: Connect, server: sc.Server, rig: Rig, down: PacedLink
) -> None:
    stuck, pc = await connect("stuck", address=down.address), await connect("pc")
    celsius = await rig.create_channel("celsius", dtype="f8")
    theirs, ours = await stuck.subscribe("celsius", buffer_size=10), await pc.subscribe("celsius")
    remote = await stuck.remote("rig")
    down.stop()
    calls = [remote.large(LARGE, tto=None) for _ in range(3)]
    remote = await pc.remote("rig")
    for number in range(100):
        await celsius.send(float(number))
        assert await ours.get() == number
        assert await remote.add(number, 1) == number + 1
    assert len(await remote.large(LARGE // 10, tto=None)) == LARGE // 10
    assert 0 < waits_at(server, "stuck") <= 3 * 16 * PIECE_BYTES
    for call in calls:
        call.cancel()
    down.go_on()
    while await theirs.get() != 99:
        pass
    assert theirs.lost > 0
    assert waits_at(server, "stuck") == 0


@pytest.mark.parametrize("end", ["cancel", "time-out", "close", "kick", "target closes"])
async def test_an_end_in_the_middle_frees_everything_at_both_ends(
    connect: Connect, server: sc.Server, down: PacedLink, until: Until, end: str
) -> None:
    async with Rig("rig", server.address) as rig:
        pc, other = await connect("pc", address=down.address), await connect("other")
        remote = await pc.remote("rig")
        await pc.ping()
        down.stop()
        call = remote.large(LARGE, tto=0.3 if end == "time-out" else None)
        images = remote.images(LARGE // 100, 100, tto=None)
        sending = remote.size(bytes(LARGE), tto=None)
        await down.pass_until(lambda: down.passed > 1_000_000)
        assert not holds_nothing(rig)
        if end == "time-out":
            with pytest.raises(sc.CallTimeout):
                await call
        elif end == "close":
            closing = asyncio.create_task(pc.close())
            await asyncio.sleep(0)
            down.go_on()
            await closing
        elif end == "kick":
            await other.kick("pc")
        elif end == "target closes":
            await rig.close()
        for running in (call, images, sending):
            running.cancel()
        down.go_on()
        await asyncio.gather(call, images, sending, return_exceptions=True)
        await until(lambda: holds_nothing(rig, pc))
        if end in ("cancel", "time-out"):
            assert waits_at(server, "pc") == 0
            assert await remote.add(1, 2) == 3


async def test_a_link_that_breaks_in_the_middle_frees_everything(
    connect: Connect, server: sc.Server, rig: Rig, proxy: Any, until: Until
) -> None:
    pc = await connect("pc", address=proxy.address)
    remote = await pc.remote("rig")
    call, sending = remote.large(LARGE, tto=None), remote.size(bytes(LARGE), tto=None)
    await until(lambda: len(pc._session._calls._pending._assemblies) > 0)
    proxy.cut()
    for running in (call, sending):
        with pytest.raises(sc.ConnectionLost):
            await running
    await until(lambda: pc.state is sc.State.CONNECTED and holds_nothing(rig, pc))
    assert len(await remote.large(3_000_000)) == 3_000_000
    assert waits_at(server, "pc") == waits_at(server, "rig") == 0


# What is large in other ways


@pytest.mark.parametrize("limits", [sc.Limits(frame_bytes=10_000_000, link_bytes=1_000_000)])
async def test_results_up_to_the_size_of_a_frame_work(
    connect: Connect, rig: Rig, limits: sc.Limits
) -> None:
    pc = await connect("pc")
    remote = await pc.remote("rig")
    most = limits.frame_bytes - 5  # of which msgpack takes the rest
    assert len(await remote.large(most, tto=None)) == most
    assert await remote.size(bytes(most - 100), tto=None) == most - 100
    with pytest.raises(sc.LimitExceeded, match="frame_bytes"):
        await remote.large(most + 1, tto=None)


async def test_many_large_results_at_once(connect: Connect, rig: Rig) -> None:
    pc = await connect("pc")
    remote = await pc.remote("rig")
    sizes = [60_000 + number * 10_000 for number in range(100)]
    results = await asyncio.gather(*(remote.large(size, tto=None) for size in sizes))
    assert [len(result) for result in results] == sizes
    assert holds_nothing(rig, pc)


async def test_streamed_large_results_come_as_they_are_taken(
    connect: Connect, server: sc.Server, rig: Rig, until: Until
) -> None:
    pc = await connect("pc")
    remote = await pc.remote("rig")
    call = remote.images(1_000_000, 100, tto=None)
    values = aiter(call)
    for number in range(5):
        assert (await anext(values))[0] == number
    await pc.ping()
    large = pc._session._calls._pending._assemblies._bodies[call.sequence]
    assert large.received <= 9 * 16  # those taken, two that wait, and what is on its way
    assert [value[0] async for value in values] == list(range(5, 100))


async def test_large_progress_keeps_its_order(connect: Connect, rig: Rig) -> None:
    pc = await connect("pc")
    remote = await pc.remote("rig")
    seen: list[tuple[int, int]] = []
    call = remote.report(1_000_000)
    call.on_progress(lambda value: seen.append((len(value), int(value[-1]))))
    assert await call == "done"
    assert seen == [(1_000_000, 0), (1_000_000, 1), (1_000_000, 2)]


async def test_the_servers_own_large_results_go_in_pieces(
    connect: Connect, server: sc.Server, down: PacedLink
) -> None:
    lab, pc = await connect("lab"), await connect("pc", address=down.address)
    labels = {"about": "x" * 2000}
    for number in range(1000):
        await lab.create_channel(f"many/{number:04}", labels=labels)
    celsius = await lab.create_channel("celsius", dtype="f8")
    thermometer = await pc.subscribe("celsius")
    down.stop()
    asking = asyncio.create_task(pc.channels("many/*"))
    await down.pass_until(lambda: down.passed > 500_000)
    for number in range(5):
        await celsius.send(float(number))
        await celsius.flush()
        assert await down.pass_until(lambda: len(thermometer) > 0) < MILLISECONDS_BYTES
        await thermometer.get()
    assert not asking.done()
    down.go_on()
    assert len(await asking) == 1000


@pytest.mark.parametrize("limits", [sc.Limits(metadata_bytes=2_000_000)])
async def test_a_channel_with_much_to_say_of_itself_loses_nothing(
    connect: Connect, limits: sc.Limits
) -> None:
    lab, pc = await connect("lab"), await connect("pc")
    labels = {"about": "x" * 1_000_000}
    writer = await lab.create_channel("x", labels=labels)
    for number in range(3):
        reader = await pc.subscribe("x")
        for value in range(3):
            await writer.send((number, value))
        assert [await reader.get() for _ in range(3)] == [(number, value) for value in range(3)]
        assert (reader.lost, reader.info.labels) == (0, labels)
        await reader.close()


async def test_large_arguments_disturb_neither_end(
    connect: Connect, server: sc.Server, up: PacedLink
) -> None:
    async with PacedLink(server.address) as down, Rig("rig", down.address) as rig:
        lab, pc = await connect("lab"), await connect("pc", address=up.address)
        celsius = await lab.create_channel("celsius", dtype="f8")
        thermometer = await rig.subscribe("celsius")
        ours = await pc.create_channel("ours", dtype="f8")
        theirs = await lab.subscribe("ours")
        remote = await pc.remote("rig")
        down.stop()
        call = remote.size(bytes(LARGE), tto=None)
        await down.pass_until(lambda: down.passed > 1_000_000)
        for number in range(5):
            await celsius.send(float(number))
            await celsius.flush()
            assert await down.pass_until(lambda: len(thermometer) > 0) < MILLISECONDS_BYTES
            await thermometer.get()
        down.go_on()
        up.stop()
        for number in range(5):
            assert ours.send_nowait(float(number))
            assert await up.pass_until(lambda: len(theirs) > 0) < 24 * PIECE_BYTES
            await theirs.get()
        assert not call.done()
        up.go_on()
        assert await call == LARGE


# Weights


CAMERA_ITEM = bytes(20_000)


async def fill(writer: sc.Writer, items: int) -> None:
    for _ in range(items):
        await writer.send(CAMERA_ITEM)
    await writer.flush()


async def taken(reader: sc.Reader) -> int:
    count = 0
    while len(reader):
        await reader.get()
        count += 1
    return count


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (0.5, 2)])
async def test_weights_share_a_link_in_proportion(
    connect: Connect, down: PacedLink, weights: tuple[float, float]
) -> None:
    lab, pc = await connect("lab"), await connect("pc", address=down.address)
    writers = [await lab.create_channel(name) for name in ("a", "b")]
    readers = [
        await pc.subscribe(name, buffer_size=None, weight=weight)
        for name, weight in zip(("a", "b"), weights, strict=True)
    ]
    down.stop()
    for writer in writers:
        await fill(writer, 600)
    assert_share(await counted(down, readers, 6_000_000), weights)
    changing = asyncio.gather(
        readers[0].configure(weight=weights[1]), readers[1].configure(weight=weights[0])
    )
    assert await down.pass_until(changing.done) < MILLISECONDS_BYTES  # calls pass before data
    await counted(down, readers, 500_000)
    assert_share(await counted(down, readers, 6_000_000), weights[::-1])
    down.go_on()


async def counted(link: PacedLink, readers: list[sc.Reader], passing: int) -> list[int]:
    """How many items of each reader come with so many bytes."""
    counts = [0] * len(readers)
    start = link.passed
    while link.passed - start < passing:
        await link.step()
        for index, reader in enumerate(readers):
            counts[index] += await taken(reader)
    return counts


def assert_share(counts: list[int], weights: tuple[float, float]) -> None:
    assert abs(counts[0] / sum(counts) - weights[0] / sum(weights)) < 0.05, counts
