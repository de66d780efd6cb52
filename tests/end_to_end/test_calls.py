from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import numpy as np
import pytest

import stream_core as sc

Connect = Callable[..., Awaitable[sc.Client]]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


class Calibration:
    async def rpc_run(self, steps: int = 3) -> str:
        for step in range(steps):
            sc.current_call().progress(step)
        return "done"


class Rig(sc.Client):
    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        self.rpc_calibration = Calibration()
        self.released = threading.Event()
        self.begun = 0
        self.cancelled: list[bool] = []

    def rpc_add(self, a: float, b: float = 1.0) -> float:
        """Add two numbers."""
        return a + b

    async def rpc_who(self) -> str:
        return sc.current_call().caller

    def rpc_fail(self) -> None:
        raise KeyError("no such probe")

    async def rpc_hang(self) -> None:
        self.begun += 1
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled.append(True)
            raise

    def rpc_block(self) -> None:
        self.begun += 1
        while not sc.current_call().cancelled and not self.released.wait(0.001):
            pass
        self.cancelled.append(sc.current_call().cancelled)

    def rpc_count(self, stop: int) -> Iterator[int]:
        yield from range(stop)

    async def rpc_tick(self) -> AsyncIterator[int]:
        for number in range(1000):
            yield number

    def rpc_large(self, size: int) -> bytes:
        return bytes(size)


@pytest.fixture
async def rig(server_address: str) -> AsyncIterator[Rig]:
    async with Rig("rig", server_address) as rig:
        yield rig
        rig.released.set()


@pytest.mark.chaos
async def test_calls_of_every_kind(connect: Connect, rig: Rig) -> None:
    pc = await connect("pc")
    remote = await pc.remote("rig")
    assert await remote.add(2, b=3) == 5.0
    assert await remote.who() == "pc"
    assert remote.add.__doc__ == "Add two numbers."
    assert await remote.count(5) == [0, 1, 2, 3, 4]
    assert [number async for number in remote.tick()] == list(range(1000))
    progress: list[int] = []
    assert await remote.calibration.run(steps=4).on_progress(progress.append) == "done"
    assert progress == [0, 1, 2, 3]
    assert np.array_equal(await remote.echo(np.eye(3)), np.eye(3))
    assert await asyncio.gather(*(remote.add(n) for n in range(50))) == [n + 1 for n in range(50)]
    assert sc.describe(remote).target == "rig"
    assert await (await pc.remote("server")).echo("hello") == "hello"


async def test_mismatches_never_leave(connect: Connect, rig: Rig, proxy: Any) -> None:
    pc = await connect("pc", address=proxy.address)
    remote = await pc.remote("rig")
    await pc.ping()
    before = proxy.bytes_up
    with pytest.raises(TypeError):
        remote.add()
    with pytest.raises(sc.InvalidValue, match="add"):
        remote.add("two")
    with pytest.raises(AttributeError, match="rig"):
        _ = remote.subtract
    assert proxy.bytes_up == before


async def test_remote_errors_and_deadlines(connect: Connect, rig: Rig, until: Until) -> None:
    pc = await connect("pc", timeout_name="patience_s")
    remote = await pc.remote("rig")
    with pytest.raises(sc.RemoteError, match="no such probe") as caught:
        await remote.fail()
    assert caught.value.type_name == "KeyError"
    assert "rpc_fail" in caught.value.traceback
    with pytest.raises(sc.CallTimeout):
        await remote.hang(patience_s=0.2)
    await until(lambda: rig.cancelled == [True])
    with pytest.raises(sc.CallTimeout):
        await remote.block(patience_s=0.2)
    await until(lambda: rig.cancelled == [True, True])
    call = remote.hang()
    await until(lambda: rig.begun == 3)
    assert call.cancel()
    await until(lambda: len(rig.cancelled) == 3)


async def test_pending_calls_fail_when_the_target_goes(
    connect: Connect, server_address: str
) -> None:
    pc = await connect("pc")
    with pytest.raises(sc.TargetNotFound):
        await pc.remote("rig")
    async with Rig("rig", server_address):
        remote = await pc.remote("rig", wait_s=5)
        hanging = remote.hang()
        await pc.ping()
    with pytest.raises(sc.TargetNotFound):
        await hanging


async def test_remote_waits_for_its_target(connect: Connect, server_address: str) -> None:
    pc = await connect("pc")
    waiting = asyncio.create_task(pc.remote("rig", wait_s=5))
    await pc.ping()
    async with Rig("rig", server_address):
        assert await (await waiting).add(1) == 2
    with pytest.raises(sc.TargetNotFound, match="wait_s"):
        await pc.remote("nobody", wait_s=0.01)


@pytest.mark.parametrize("limits", [sc.Limits(frame_bytes=256 * 1024)])
async def test_what_no_frame_carries_is_refused_where_it_is_made(
    connect: Connect, rig: Rig, limits: sc.Limits
) -> None:
    pc = await connect("pc")
    remote = await pc.remote("rig")
    with pytest.raises(sc.LimitExceeded, match="frame_bytes"):
        remote.echo(bytes(300_000))
    with pytest.raises(sc.LimitExceeded, match="frame_bytes"):
        await remote.large(300_000)
    assert len(await remote.large(200_000)) == 200_000
    writer = await rig.create_channel("x")
    samples = await rig.create_channel("y", dtype="u1", shape=(1000,))
    wide = await rig.create_channel("z", dtype="u1", shape=(300_000,))
    reader = await pc.subscribe("x")
    rows = await pc.subscribe("y", buffer_size=None)
    await pc.subscribe("z")
    assert writer.send_nowait("before")
    for send in (writer.send_nowait, wide.send_nowait):
        with pytest.raises(sc.LimitExceeded, match="frame_bytes"):
            send(np.zeros(300_000, "u1"))
    with pytest.raises(sc.LimitExceeded, match="frame_bytes"):
        await wide.send_samples(np.zeros((2, 300_000), "u1"))
    with pytest.raises(sc.LimitExceeded, match="frame_bytes"):
        writer.send_nowait(bytes(300_000))
    assert await writer.send("after")
    assert await samples.send_samples(np.zeros((2000, 1000), "u1"))
    items = [await reader.get_item(timeout_s=5) for _ in range(2)]
    assert [(item.value, item.sequence) for item in items] == [("before", 0), ("after", 1)]
    assert (await rows.read_array(2000)).shape == (2000, 1000)
    assert (reader.lost, rows.lost, pc.state) == (0, 0, sc.State.CONNECTED)
