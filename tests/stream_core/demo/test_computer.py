from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

import stream_core as sc
from stream_core.demo.computer import publish_computer
from stream_core.demo.measurements import measurements


@pytest.fixture(autouse=True)
async def publishing(server: sc.Server) -> AsyncIterator[None]:
    async with sc.Client("computer", server.address) as computer:
        task = asyncio.ensure_future(publish_computer(computer))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_load_is_ten_readings_a_second_of_each_core(client: sc.Client) -> None:
    reader = await client.subscribe("computer/cpu/load", wait=True)
    items = [await reader.get_item(timeout_s=5) for _ in range(3)]
    assert reader.info.columns is not None
    for item in items:
        assert item.value.shape == (len(reader.info.columns),)
        assert ((item.value >= 0) & (item.value <= 100)).all()
    span_s = (items[2].time_ns - items[0].time_ns) / 1e9
    assert 0.1 < span_s < 1.0


async def test_memory_is_one_number(client: sc.Client) -> None:
    reader = await client.subscribe("computer/memory/used", wait=True)
    value = await reader.get(timeout_s=5)
    assert isinstance(value, float)
    assert value > 0


async def test_every_measurement_has_its_channel(client: sc.Client) -> None:
    expected = {measurement.channel for measurement in measurements()}
    async for change in client.watch("computer/**"):
        expected.discard(change.info.name)
        if not expected:
            break
    channels = await client.channels("computer/**")
    assert all(info.unit and info.description for info in channels)
